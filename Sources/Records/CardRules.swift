import Postgres
package import Tenancy
package import Vocabulary
package import Web

/// What the items of a batch refer to, loaded in one round trip before they are checked.
package struct CardRules: Sendable {
    package let fields: CustomFields
    /// Who works here now.
    private let members: Set<Int64>
    /// Who works here or did.
    private let everyone: Set<Int64>
    private let timeZone: String

    /// - Parameters:
    ///   - needsFields: whether any item carries `custom_fields_values`.
    ///   - ownerIDs: the responsible users that the items name.
    ///   - authorIDs: who made or changed the records, as the items say.
    package static func load(
        _ entity: EntityType, needsFields: Bool, ownerIDs: [Int64], authorIDs: [Int64] = [],
        in transaction: TenantTransaction
    ) async throws -> CardRules {
        let named = Set(ownerIDs + authorIDs).sorted()
        let owners: PostgresStatement =
            "SELECT user_id, is_active FROM members WHERE user_id = ANY(\(named))"
        if !needsFields && named.isEmpty {
            return CardRules(
                fields: CustomFields(entity, []), members: [], everyone: [],
                timeZone: transaction.tenant.timeZone)
        }
        let rows = try await transaction.pipeline(
            needsFields ? [owners, CustomFields.statement(entity)] : [owners])
        let people = try rows[0].map { try $0.decode(Int64.self, Bool.self) }
        return CardRules(
            fields: needsFields
                ? try CustomFields(entity, rows: rows[1]) : CustomFields(entity, []),
            members: Set(people.filter(\.1).map(\.0)), everyone: Set(people.map(\.0)),
            timeZone: transaction.tenant.timeZone)
    }

    package func changes(_ json: JSONValue?, refusals: inout [any Refusal]) -> FieldChanges {
        FieldChanges(json, fields: fields, timeZone: timeZone, refusals: &refusals)
    }

    /// The owner must work here.
    package func check(ownerID: Int64?, refusals: inout [any Refusal]) {
        if let ownerID, !members.contains(ownerID) {
            refusals.append(FieldRefusal.notAChoice("responsible_user_id"))
        }
    }

    /// The author worked here when he made or changed the record; 0 is the machine.
    package func check(authorID: Int64?, _ path: String, refusals: inout [any Refusal]) {
        if let authorID, authorID != 0, !everyone.contains(authorID) {
            refusals.append(FieldRefusal.notAChoice(path))
        }
    }
}
