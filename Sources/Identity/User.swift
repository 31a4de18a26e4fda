import Postgres
import Tenancy
package import Vocabulary

/// A person with a password, in all companies at once.
package struct User: Sendable, Hashable {
    package let id: Int64
    package let email: String
    package let name: String
    package let language: Language
    /// `auto`, `light` or `dark`.
    package let theme: String
    package let isActive: Bool
    let passwordHash: PasswordHash

    static let columns: PostgresStatement =
        "id, email, name, locale, theme, is_active, password_hash"

    init(_ row: PostgresRow) throws(PostgresError) {
        let (id, email, name, locale, theme, isActive, hash) = try row.decode(
            Int64.self, String.self, String.self, String.self, String.self, Bool.self, String.self)
        self.id = id
        self.email = email
        self.name = name
        self.language = Language(rawValue: locale) ?? .ru
        self.theme = theme
        self.isActive = isActive
        self.passwordHash = PasswordHash(encoded: hash)
    }
}

extension Identity {
    /// nil: nobody has the address. Never tell a stranger which.
    package func user(email: EmailAddress) async throws -> User? {
        try await control.query(
            "SELECT \(User.columns) FROM control.users WHERE email = \(email.text)"
        ).first.map { row in try User(row) }
    }

    package func user(id: Int64) async throws -> User? {
        try await control.query("SELECT \(User.columns) FROM control.users WHERE id = \(id)")
            .first.map { row in try User(row) }
    }

    /// The active companies a user belongs to, by slug.
    func workspaces(of userID: Int64) async throws -> [Tenant] {
        let rows = try await control.query(
            """
            SELECT tenant.slug
            FROM control.memberships AS membership
            JOIN control.tenants AS tenant ON tenant.id = membership.tenant_id
            WHERE membership.user_id = \(userID) AND tenant.state = 'active'
            ORDER BY tenant.slug
            LIMIT \(Self.workspaces_max)
            """)
        var result: [Tenant] = []
        for row in rows {
            if let tenant = try await tenants.find(slug: row.decode(0, as: String.self)) {
                result.append(tenant)
            }
        }
        return result
    }

    /// Companies offered at the tenant-less sign-in.
    static let workspaces_max = 50
}
