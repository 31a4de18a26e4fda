import Logging
import Postgres

extension Provisioning {
    /// After this time a company that is still `provisioning` was left by a killed program.
    static let unfinished_min: Int32 = 10

    /// The login loses the role, so that even a forgotten check serves nothing.
    package func suspend(_ tenant: Tenant) async throws {
        try await change(
            tenant, inCell: "REVOKE \(tenant.schemaKey.rawValue) FROM \(tenant.cell.login);",
            inControl: set(.suspended, tenant))
    }

    package func resume(_ tenant: Tenant) async throws {
        try await change(
            tenant, inCell: "GRANT \(tenant.schemaKey.rawValue) TO \(tenant.cell.login);",
            inControl: set(.active, tenant))
    }

    /// Drops the tenant's schema and role for good. The control row stays, marked, so that its id
    /// is never used again. Killed half way, it can be repeated.
    package func delete(_ tenant: Tenant) async throws {
        let key = tenant.schemaKey.rawValue
        if !tenant.cell.isHome {
            // Out of service before the first thing is lost.
            try await PostgresSession.withSession(url: logins.migrator) {
                _ = try await $0.script(asOwner(set(.provisioning, tenant)))
            }
        }
        try await change(
            tenant,
            inCell: """
                \(asOwner("DROP SCHEMA IF EXISTS \(key) CASCADE;"))
                SET LOCAL ROLE NONE;
                DROP ROLE IF EXISTS \(key);
                """,
            inControl: """
                WITH gone AS (
                    UPDATE control.tenants SET state = 'deleted', slug = 'deleted-' || id
                    WHERE id = \(tenant.id) AND state <> 'deleted'
                    RETURNING cell_id
                )
                UPDATE control.cells AS cell
                SET tenants = tenants - 1
                FROM gone
                WHERE cell.id = gone.cell_id;
                """)
    }

    /// Clears away what a killed program has left of companies that were being made or deleted.
    func removeUnfinished() async throws {
        let left = try await asOwner { session in
            try await session.query(
                """
                SELECT \(Tenant.columns)
                FROM control.tenants
                WHERE state = 'provisioning'
                    AND created_at < now() - make_interval(mins => \(Self.unfinished_min))
                ORDER BY id
                """
            ).map { try Tenant(row: $0) }
        }
        for tenant in left {
            do { try await delete(tenant) } catch {
                logger.error(
                    "an unfinished company cannot be cleared away",
                    metadata: ["tenant": "\(tenant.id)", "error": "\(error)"])
            }
        }
    }

    /// The cell first: until the control row agrees, PostgreSQL's own refusal counts. At home both
    /// are one transaction; elsewhere a kill in between is made good by doing it again.
    private func change(
        _ tenant: Tenant, inCell: String, inControl: String
    ) async throws {
        let inControl = asOwner(inControl)
        if tenant.cell.isHome {
            try await PostgresSession.withSession(url: logins.migrator) {
                _ = try await $0.script(inCell + "\n" + inControl)
            }
            return
        }
        try await PostgresSession.withSession(url: logins.migrator(of: tenant.cell)) {
            _ = try await $0.script(inCell)
        }
        try await PostgresSession.withSession(url: logins.migrator) {
            _ = try await $0.script(inControl)
        }
    }

    private func asOwner(_ sql: String) -> String {
        "SET LOCAL ROLE \(DatabaseLogins.owner);\n\(sql)"
    }

    private func set(_ state: Tenant.State, _ tenant: Tenant) -> String {
        "UPDATE control.tenants SET state = '\(state.rawValue)' WHERE id = \(tenant.id);"
    }
}
