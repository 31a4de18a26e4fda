package import Foundation
package import Logging
import Postgres

/// Brings the control schema and every tenant's schema to the newest version. Resumable: each step
/// is one transaction that also notes its version, so a kill leaves a schema at a version, never
/// between two.
package struct Migrator: Sendable {
    /// How long a step waits for a lock before it gives way to the requests and is tried again.
    static let lockTimeout_ms = 2_000
    static let lockAttempts_max = 5

    private let administrator: String
    private let logins: DatabaseLogins
    private let shared: Migrations
    private let tenant: Migrations
    private let logger: Logger

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
    }

    /// Roles, then the control schema, then the tenants one by one, the oldest first as the canary.
    ///
    /// - Throws: `TenancyError.migrationFailed` when tenants had to be skipped; they stay at their
    ///   version.
    package func run() async throws {
        try await makeLogins()
        try await PostgresSession.withSession(url: logins.migrator) { session in
            try await migrateShared(session)
            try await migrateTenants(session)
        }
    }

    /// The logins and the owner, with passwords of the present secret; the only work of the
    /// administrator's URL.
    package func makeLogins() async throws {
        try await PostgresSession.withSession(url: administrator) { session in
            let name = try await session.query("SELECT current_database()").first?.decode(
                0, as: String.self)
            try await session.script(logins.bootstrapScript(database: name ?? "postgres"))
        }
    }

    private func migrateShared(_ session: PostgresSession) async throws {
        try await session.script(
            """
            BEGIN;
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
            COMMIT;
            """)
        let done = try await session.transaction { transaction in
            try await transaction.query("SELECT set_config('role', 'vk_owner', true)")
            return try await transaction.query(
                "SELECT coalesce(max(version), 0)::integer FROM control.schema_migrations"
            ).first?.decode(0, as: Int32.self) ?? 0
        }
        for file in shared.after(done) {
            logger.info("migrating the control schema", metadata: ["to": "\(file.name)"])
            try await session.script(
                """
                BEGIN;
                SET LOCAL ROLE \(DatabaseLogins.owner);
                \(file.sql)
                INSERT INTO control.schema_migrations (version, name) VALUES (\(file.version), '\(file.name)');
                COMMIT;
                """)
        }
    }

    private func migrateTenants(_ session: PostgresSession) async throws {
        let behind: [(id: Int64, slug: String, key: String, version: Int32)] =
            try await session.transaction { transaction in
                try await transaction.query("SELECT set_config('role', 'vk_owner', true)")
                return try await transaction.query(
                    """
                    SELECT id, slug, schema_key, schema_version FROM control.tenants
                    WHERE state IN ('active', 'suspended') AND schema_version < \(tenant.latest)
                    ORDER BY id
                    """
                ).map { try $0.decode(Int64.self, String.self, String.self, Int32.self) }
            }
        var failed: [(slug: String, reason: String)] = []
        for (place, one) in behind.enumerated() {
            do {
                for file in tenant.after(one.version) {
                    try await migrate(one.id, one.key, file, session)
                }
            } catch {
                logger.error(
                    "a tenant keeps its old schema",
                    metadata: ["tenant": "\(one.slug)", "error": "\(error)"])
                failed.append((one.slug, "\(error)"))
                if place == 0 { break }  // the canary: better nobody than everybody
            }
        }
        if !failed.isEmpty { throw TenancyError.migrationFailed(failed) }
    }

    private func migrate(
        _ id: Int64, _ key: String, _ file: Migrations.File, _ session: PostgresSession
    ) async throws {
        for attempt in 1... {
            do {
                return try await session.script(
                    """
                    BEGIN;
                    SET LOCAL ROLE \(DatabaseLogins.owner);
                    SET LOCAL search_path = \(key), pg_temp;
                    SET LOCAL lock_timeout = \(Self.lockTimeout_ms);
                    \(file.sql)
                    INSERT INTO schema_migrations (version, name) VALUES (\(file.version), '\(file.name)');
                    UPDATE control.tenants SET schema_version = \(file.version) WHERE id = \(id);
                    COMMIT;
                    """)
            } catch {
                try? await session.script("ROLLBACK")
                guard error.sqlState == "55P03", attempt < Self.lockAttempts_max else {
                    throw error
                }
            }
        }
    }
}
