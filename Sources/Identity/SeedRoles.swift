import Postgres
package import Tenancy
package import Vocabulary

/// The roles that every company starts with.
package struct SeededRoles: Sendable, Hashable {
    package let administrator: Int64
    package let headOfSales: Int64
    package let seller: Int64
}

extension Identity {
    /// Creates administrator, head of sales and seller in a company that has no roles yet. Joins
    /// the caller's transaction. Administrators may everything, whatever their rights say; see
    /// `Rights` for the others.
    package static func seedRoles(
        _ language: Language, in transaction: TenantTransaction
    ) async throws -> SeededRoles {
        func text(_ ru: String, _ en: String) -> String { Text(ru: ru, en: en)(language) }
        let names = [
            text("Администратор", "Administrator"), text("Руководитель продаж", "Head of sales"),
            text("Менеджер", "Seller"),
        ]
        let rights = try [Rights.everything, .headOfSales, .seller].map { try $0.stored.text }
        let rows = try await transaction.query(
            """
            INSERT INTO roles (name, is_administrator, rights)
            SELECT role.name, role.place = 1, role.rights::jsonb
            FROM unnest(\(names), \(rights)) WITH ORDINALITY AS role (name, rights, place)
            ORDER BY role.place
            RETURNING id
            """)
        let ids = try rows.map { try $0.decode(0, as: Int64.self) }.sorted()
        guard ids.count == 3 else {
            throw PostgresError(.protocolViolation, "three roles inserted, \(ids.count) returned")
        }
        return SeededRoles(administrator: ids[0], headOfSales: ids[1], seller: ids[2])
    }
}
