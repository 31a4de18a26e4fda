package import Postgres
package import Vocabulary

/// amoCRM's words for our records, and the table each lives in.
extension EntityType {
    /// In paths and in `entity_type`: `leads`, `contacts`, `companies`, `tasks`.
    package var plural: String {
        switch self {
        case .deal: "leads"
        case .contact: "contacts"
        case .company: "companies"
        case .task: "tasks"
        }
    }

    /// In events: `lead`, `contact`, `company`, `task`.
    package var singular: String { self == .deal ? "lead" : rawValue }

    package init?(plural: String) {
        guard let found = Self.allCases.first(where: { $0.plural == plural }) else { return nil }
        self = found
    }

    package init?(singular: String) {
        guard let found = Self.allCases.first(where: { $0.singular == singular }) else {
            return nil
        }
        self = found
    }

    package var table: PostgresIdentifier {
        switch self {
        case .deal: PostgresIdentifier(literal: "deals")
        case .contact: PostgresIdentifier(literal: "contacts")
        case .company: PostgresIdentifier(literal: "companies")
        case .task: PostgresIdentifier(literal: "tasks")
        }
    }

    /// What notes, tags, links and custom fields hang on.
    package static let cards: [EntityType] = [.deal, .contact, .company]
}

/// `entity_type` of our tables as amoCRM's plural word, in SQL.
package func pluralSQL(_ column: PostgresStatement) -> PostgresStatement {
    """
    CASE \(column) WHEN 'deal' THEN 'leads' WHEN 'contact' THEN 'contacts' WHEN 'company' THEN 'companies' \
    ELSE \(column) END
    """
}
