package import Postgres
package import Vocabulary

extension Owners {
    /// The right as part of a WHERE: `AND \(owners.condition("d"))`. The text is the same for
    /// every actor, so the
    /// statement is prepared once.
    ///
    /// - Parameter alias: what the table with the column `owner_id` is called in the statement.
    package func condition(_ alias: StaticString) -> PostgresStatement {
        let table = PostgresIdentifier(literal: alias)
        return "(\(isEveryone) OR \(ident: table).owner_id = ANY(\(ids)))"
    }

    package var isEveryone: Bool { self == .everyone }

    /// Empty for `.everyone`, and for an actor with no right at all.
    package var ids: [Int64] {
        switch self {
        case .everyone: []
        case .these(let ids): ids
        }
    }
}
