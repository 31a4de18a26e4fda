import Foundation
package import Logging
import Postgres
package import Tenancy
import Vocabulary

/// Companies for tests. Making a schema takes ten times as long as emptying one, so a test leaves
/// its own behind, emptied, for the next test, which meets it under a new id and a new slug.
package final class CompanyPool: Sendable {
    private let provisioning: Provisioning
    private let owner: PostgresPool
    private let shelf = Shelf()

    private actor Shelf {
        private var keys: [SchemaKey] = []

        func take() -> SchemaKey? { keys.popLast() }
        func put(_ key: SchemaKey) { keys.append(key) }
    }

    package init(logins: DatabaseLogins, provisioning: Provisioning, logger: Logger) {
        self.provisioning = provisioning
        owner = PostgresPool(
            configuration: .init(url: logins.migrator, maxConnections: 2), logger: logger)
    }

    /// Two companies for the time of `body`, in which everything that reaches them must end.
    package func withTwo(_ body: (Tenant, Tenant) async throws -> Void) async throws {
        try await with(2) { try await body($0[0], $0[1]) }
    }

    package func with(_ count: Int, _ body: ([Tenant]) async throws -> Void) async throws {
        var tenants: [Tenant] = []
        for _ in 0..<count { tenants.append(try await borrow()) }
        do {
            try await body(tenants)
        } catch {
            for tenant in tenants { try await giveBack(tenant) }
            throw error
        }
        for tenant in tenants { try await giveBack(tenant) }
    }

    package func borrow() async throws -> Tenant {
        guard let key = await shelf.take() else {
            return try await provisioning.create(slug: TestTenant.slug())
        }
        let slug = TestTenant.slug()
        let row = try await owner.query(
            """
            INSERT INTO control.tenants (slug, schema_key, cell_id, state, schema_version)
            SELECT \(slug), \(key.rawValue), \(Cell.home.id), 'active', max(version)
            FROM schema_migrations
            RETURNING id, uuid::text, schema_version
            """, context: context(key)
        ).one()
        let (id, uuid, version) = try row.decode(Int64.self, String.self, Int32.self)
        guard let uuid = UUID(uuidString: uuid) else { throw NotFound() }
        return Tenant(
            id: id, uuid: uuid, slug: slug, schemaKey: key, cell: .home, state: .active,
            schemaVersion: version, language: .ru, timeZone: "Europe/Moscow", currency: "RUB")
    }

    /// Empties it. What cannot be emptied, or was suspended or deleted by its test, is not used
    /// again.
    package func giveBack(_ tenant: Tenant) async throws {
        do {
            guard try await isWhole(tenant) else { return try await provisioning.delete(tenant) }
            try await empty(tenant)
        } catch {
            return try await provisioning.delete(tenant)
        }
        await shelf.put(tenant.schemaKey)
    }

    private func isWhole(_ tenant: Tenant) async throws -> Bool {
        try await owner.query(
            """
            SELECT EXISTS (
                SELECT FROM control.tenants WHERE id = \(tenant.id) AND state = 'active'
            ) AND EXISTS (
                SELECT FROM pg_auth_members AS membership
                JOIN pg_roles AS role ON role.oid = membership.roleid
                JOIN pg_roles AS login ON login.oid = membership.member
                WHERE role.rolname = \(tenant.schemaKey.rawValue)
                    AND login.rolname = \(tenant.cell.login)
            )
            """, context: context(tenant.schemaKey)
        ).one().decode(0, as: Bool.self)
    }

    /// Every table but the list of migrations, the youngest first because it points to the older;
    /// every sequence; then what the baseline itself inserts.
    private func empty(_ tenant: Tenant) async throws {
        let tables = try await owner.query(
            """
            SELECT relname::text FROM pg_class
            WHERE relnamespace = to_regnamespace(\(tenant.schemaKey.rawValue)) AND relkind = 'r'
                AND relname <> 'schema_migrations'
            ORDER BY oid DESC
            """, context: context(tenant.schemaKey)
        ).map {
            PostgresStatement(unsafeSQL: "DELETE FROM \"\(try $0.decode(0, as: String.self))\"")
        }
        try await owner.send(
            tables + [
                """
                SELECT setval(sequence.seqrelid, sequence.seqstart, false)
                FROM pg_sequence AS sequence
                JOIN pg_class ON pg_class.oid = sequence.seqrelid
                WHERE relnamespace = to_regnamespace(\(tenant.schemaKey.rawValue))
                """,
                "INSERT INTO outbox_stream (only_row) VALUES (true)",
                """
                UPDATE control.tenants
                SET state = 'deleted', slug = 'deleted-' || id,
                    schema_key = 't_' || left(md5(id::text || slug), 12)
                WHERE id = \(tenant.id)
                """,
            ], context: context(tenant.schemaKey))
    }

    private func context(_ key: SchemaKey) -> PostgresContext {
        PostgresContext(
            role: "vk_owner", searchPath: key.rawValue + ", pg_temp", statementTimeout_ms: 60_000,
            affinityKey: key.rawValue)
    }
}
