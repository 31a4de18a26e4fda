package import Foundation
package import Logging
import Postgres
package import Vocabulary

/// Makes, suspends and removes tenants. Works as `vk_migrator`; no request ever does.
package struct Provisioning: Sendable {
    private let logins: DatabaseLogins
    private let baseline: Migrations
    private let logger: Logger

    package init(logins: DatabaseLogins, migrations: URL, logger: Logger) throws {
        self.logins = logins
        self.logger = logger
        baseline = try Migrations(directory: migrations.appendingPathComponent("tenant"))
    }

    /// Role, schema, tables and the control row in one transaction and one round trip.
    ///
    /// - Throws: `FieldRefusal` with path `slug` when the address is taken or malformed.
    package func create(
        slug: String, language: Language = .ru, timeZone: String = "Europe/Moscow",
        currency: String = "RUB"
    ) async throws -> Tenant {
        let key = SchemaKey.random()
        do {
            return try await asOwner { session in
                try await session.script("\(script(key))")
                return try await insert(slug, key, language, timeZone, currency, session)
            }
        } catch let error as PostgresError where error.sqlState == "23505" {
            throw FieldRefusal(
                "slug", code: "NotUnique",
                Text(ru: "Этот адрес уже занят", en: "This address is taken"))
        } catch let error as PostgresError where error.sqlState == "23514" {
            throw FieldRefusal(
                "slug",
                Text(
                    ru: "Адрес: строчные латинские буквы, цифры и дефис, до 63 знаков",
                    en: "An address is lower-case Latin letters, digits and hyphens, up to 63"))
        }
    }

    package func list() async throws -> [Tenant] {
        try await asOwner { session in
            try await session.query("SELECT set_config('role', 'vk_owner', true)")
            return try await session.query(
                "SELECT \(Tenant.columns) FROM control.tenants WHERE state <> 'deleted' ORDER BY id"
            ).map { try Tenant(row: $0) }
        }
    }

    /// The login loses the role, so that even a forgotten check serves nothing.
    package func suspend(_ tenant: Tenant) async throws {
        try await asOwner { session in
            try await session.script(
                "REVOKE \(tenant.schemaKey.rawValue) FROM \(DatabaseLogins.cellRole)")
            try await set(tenant, .suspended, session)
        }
    }

    package func resume(_ tenant: Tenant) async throws {
        try await asOwner { session in
            try await session.script(
                "GRANT \(tenant.schemaKey.rawValue) TO \(DatabaseLogins.cellRole)")
            try await set(tenant, .active, session)
        }
    }

    /// Drops the tenant's schema and role for good. The control row stays, marked, so that its id
    /// is never reused.
    package func delete(_ tenant: Tenant) async throws {
        let key = tenant.schemaKey.rawValue
        try await asOwner { session in
            try await session.script(
                """
                REVOKE \(key) FROM \(DatabaseLogins.cellRole);
                SET LOCAL ROLE \(DatabaseLogins.owner);
                DROP SCHEMA \(key) CASCADE;
                UPDATE control.tenants SET state = 'deleted', slug = 'deleted-' || id WHERE id = \(tenant.id);
                SET LOCAL ROLE NONE;
                DROP ROLE \(key);
                """)
        }
    }

    private func asOwner<Result>(
        _ body: (PostgresSession) async throws -> Result
    ) async throws -> Result {
        try await PostgresSession.withSession(url: logins.migrator) { session in
            try await session.transaction { try await body($0) }
        }
    }

    private func set(
        _ tenant: Tenant, _ state: Tenant.State, _ session: PostgresSession
    ) async throws {
        try await session.query("SELECT set_config('role', 'vk_owner', true)")
        try await session.query(
            "UPDATE control.tenants SET state = \(state.rawValue) WHERE id = \(tenant.id)")
    }

    /// Privileges by default and set before the tables: `GRANT ON ALL TABLES` reads every relation
    /// of the database.
    private func script(_ key: SchemaKey) -> String {
        let key = key.rawValue
        let versions = baseline.files.map { "(\($0.version), '\($0.name)')" }.joined(
            separator: ", ")
        return """
            CREATE ROLE \(key) NOLOGIN NOINHERIT;
            SET LOCAL ROLE \(DatabaseLogins.owner);
            CREATE SCHEMA \(key);
            SET LOCAL search_path = \(key), pg_temp;
            ALTER DEFAULT PRIVILEGES IN SCHEMA \(key)
                GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO \(key);
            CREATE TABLE schema_migrations (
                version integer PRIMARY KEY,
                name text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            );
            \(baseline.files.map(\.sql).joined(separator: "\n"))
            INSERT INTO schema_migrations (version, name) VALUES \(versions);
            GRANT USAGE ON SCHEMA \(key) TO \(key);
            SET LOCAL ROLE NONE;
            GRANT \(key) TO \(DatabaseLogins.cellRole);
            SET LOCAL ROLE \(DatabaseLogins.owner);
            """
    }

    private func insert(
        _ slug: String, _ key: SchemaKey, _ language: Language, _ timeZone: String,
        _ currency: String, _ session: PostgresSession
    ) async throws -> Tenant {
        let rows = try await session.query(
            """
            INSERT INTO control.tenants
                (slug, schema_key, cell_id, state, schema_version, locale, time_zone, currency)
            SELECT \(slug), \(key.rawValue), id, 'active', \(baseline.latest), \(language.rawValue),
                \(timeZone), \(currency)
            FROM control.cells ORDER BY id LIMIT 1
            RETURNING \(Tenant.columns)
            """)
        guard let row = rows.first else { throw TenancyError.unknownCell(1) }
        return try Tenant(row: row)
    }
}
