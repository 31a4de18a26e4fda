package import Foundation
package import Logging
import Postgres

/// Brings the control schema, every cell and every tenant's schema to the newest version.
/// Resumable: each step is one transaction that also notes its version, so a kill leaves a schema
/// at a version, never between two.
package struct Migrator: Sendable {
    private let administrator: String
    let logins: DatabaseLogins
    private let shared: Migrations
    let tenant: Migrations
    private let provisioning: Provisioning
    private let cells: Cells
    let logger: Logger

    /// - Parameters:
    ///   - administrator: a URL that may create roles; used for the roles alone.
    ///   - migrations: the directory that holds `shared` and `tenant`.
    package init(
        administrator: String, logins: DatabaseLogins, migrations: URL, logger: Logger
    ) throws {
        self.administrator = administrator
        self.logins = logins
        self.logger = logger
        shared = try Migrations(directory: migrations.appendingPathComponent("shared"))
        tenant = try Migrations(directory: migrations.appendingPathComponent("tenant"))
        provisioning = try Provisioning(logins: logins, migrations: migrations, logger: logger)
        cells = Cells(logins: logins, logger: logger)
    }

    /// The home cell's logins, the control schema, the other cells' logins, then the tenants: the
    /// oldest one as the canary, then the others cell by cell.
    ///
    /// - Throws: `TenancyError.migrationFailed` when tenants had to be skipped; they stay at their
    ///   version.
    package func run() async throws {
        try await makeLogins()
        try await PostgresSession.withSession(url: logins.migrator) { try await migrateShared($0) }
        for one in try await provisioning.asOwner({ try await Cells.list($0) })
        where !one.cell.isHome {
            do {
                try await cells.prepare(one.cell, administrator: administrator)
            } catch {
                // Its companies are skipped below, and named.
                logger.error(
                    "a cell cannot be prepared",
                    metadata: ["cell": "\(one.cell.id)", "error": "\(error)"])
            }
        }
        try await provisioning.removeUnfinished()
        try await migrateTenants()
    }

    /// The owner and the logins at home, with passwords of the present secret; with the same in the
    /// other cells the only work of the administrator's URL.
    package func makeLogins() async throws {
        try await cells.prepare(.home, administrator: administrator)
    }

    private func migrateShared(_ session: PostgresSession) async throws {
        try await session.script(
            """
            SET LOCAL ROLE \(DatabaseLogins.owner);
            SELECT pg_advisory_xact_lock(7864120232);
            CREATE SCHEMA IF NOT EXISTS control;
            CREATE TABLE IF NOT EXISTS control.schema_migrations (
                version integer PRIMARY KEY,
                name text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            );
            GRANT USAGE ON SCHEMA control TO \(DatabaseLogins.controlRole);
            GRANT SELECT ON control.schema_migrations TO \(DatabaseLogins.controlRole);
            """)
        let done = try await session.transaction { session in
            try await session.query("SELECT set_config('role', 'vk_owner', true)")
            return try await session.query(
                "SELECT coalesce(max(version), 0)::integer FROM control.schema_migrations"
            ).one().decode(0, as: Int32.self)
        }
        for file in shared.after(done) {
            logger.info("migrating the control schema", metadata: ["to": "\(file.name)"])
            try await session.script(
                """
                SET LOCAL ROLE \(DatabaseLogins.owner);
                \(file.sql)
                INSERT INTO control.schema_migrations (version, name)
                VALUES (\(file.version), '\(file.name)');
                """)
        }
    }

    private func migrateTenants() async throws {
        let behind = try await provisioning.asOwner { session in
            try await session.query(
                """
                SELECT \(Tenant.columns)
                FROM control.tenants
                WHERE state IN ('active', 'suspended') AND schema_version < \(tenant.latest)
                ORDER BY id
                """
            ).map { try Tenant(row: $0) }
        }
        guard let canary = behind.first else { return }
        // Better nobody than everybody.
        var failed = await migrate([canary], in: canary.cell)
        if failed.isEmpty {
            let rest = Dictionary(grouping: behind.dropFirst(), by: \.cell)
            for (cell, tenants) in rest.sorted(by: { $0.key.id < $1.key.id }) {
                failed += await migrate(tenants, in: cell)
            }
        }
        if !failed.isEmpty { throw TenancyError.migrationFailed(failed) }
    }
}
