package import Foundation
package import Logging
import Postgres
package import Vocabulary

/// Makes, suspends and removes tenants. Works as `vk_migrator`; no request ever does.
package struct Provisioning: Sendable {
    let logins: DatabaseLogins
    private let baseline: Migrations
    let logger: Logger

    package init(logins: DatabaseLogins, migrations: URL, logger: Logger) throws {
        self.logins = logins
        self.logger = logger
        baseline = try Migrations(directory: migrations.appendingPathComponent("tenant"))
    }

    /// What the control row of a new company says.
    struct Draft: Sendable {
        let key = SchemaKey.random()
        let slug: String
        let language: Language
        let timeZone: String
        let currency: String
    }

    /// Role, schema, tables and the control row: at home in one transaction and one round trip,
    /// and when home is full in the cell that has most room.
    ///
    /// - Throws: `FieldRefusal` with path `slug` when the address is taken or malformed;
    ///   `TenancyError.cellsFull`.
    package func create(
        slug: String, language: Language = .ru, timeZone: String = "Europe/Moscow",
        currency: String = "RUB"
    ) async throws -> Tenant {
        let draft = Draft(slug: slug, language: language, timeZone: timeZone, currency: currency)
        do {
            do {
                return try await PostgresSession.withSession(url: logins.migrator) { session in
                    try await Tenant(row: session.script(homeScript(draft)).one())
                }
            } catch let error as PostgresError where error.constraint == "cells_room" {
                return try await createElsewhere(draft)
            }
        } catch let error as PostgresError where error.constraint == "tenants_slug_key" {
            throw FieldRefusal(
                "slug", code: "NotUnique",
                Text(ru: "Этот адрес уже занят", en: "This address is taken"))
        } catch let error as PostgresError where error.constraint == "tenants_slug" {
            throw FieldRefusal(
                "slug",
                Text(
                    ru: "Адрес: строчные латинские буквы, цифры и дефис, до 63 знаков",
                    en: "An address is lower-case Latin letters, digits and hyphens, up to 63"))
        }
    }

    package func list() async throws -> [Tenant] {
        try await asOwner { session in
            try await session.query(
                """
                SELECT \(Tenant.columns)
                FROM control.tenants
                WHERE state IN ('active', 'suspended')
                ORDER BY id
                """
            ).map { try Tenant(row: $0) }
        }
    }

    /// One implicit transaction. The place and the slug come first: who is refused costs no schema.
    func homeScript(_ draft: Draft) throws -> String {
        let key = draft.key.rawValue
        return """
            SET LOCAL ROLE \(DatabaseLogins.owner);
            UPDATE control.cells SET tenants = tenants + 1 WHERE id = \(Cell.home.id);
            INSERT INTO control.tenants
                (slug, schema_key, cell_id, state, schema_version, locale, time_zone, currency)
            VALUES (\(try PostgresSession.literal(draft.slug)), '\(key)', \(Cell.home.id), 'active',
                \(baseline.latest), '\(draft.language.rawValue)',
                \(try PostgresSession.literal(draft.timeZone)),
                \(try PostgresSession.literal(draft.currency)));
            SET LOCAL ROLE NONE;
            \(schemaScript(draft.key, .home))
            SET LOCAL ROLE \(DatabaseLogins.owner);
            SELECT \(Tenant.columns.sql) FROM control.tenants WHERE schema_key = '\(key)';
            """
    }

    /// Privileges by default and set before the tables: `GRANT ON ALL TABLES` reads every relation
    /// of the database.
    func schemaScript(_ key: SchemaKey, _ cell: Cell) -> String {
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
            GRANT \(key) TO \(cell.login);
            """
    }

    /// In a control transaction under the owner's role.
    func asOwner<Result>(
        _ body: (PostgresSession) async throws -> Result
    ) async throws -> Result {
        try await PostgresSession.withSession(url: logins.migrator) { session in
            try await session.transaction { session in
                try await session.query("SELECT set_config('role', 'vk_owner', true)")
                return try await body(session)
            }
        }
    }

    // MARK: In a cell of its own database

    /// Three transactions, for two databases have no common one: the control row as `provisioning`,
    /// the schema, the control row as `active`. What a kill leaves in between is not served, and
    /// `removeUnfinished` clears it away.
    private func createElsewhere(_ draft: Draft) async throws -> Tenant {
        var passed: [Int64] = [Cell.home.id]
        while true {
            let tenant = try await reserve(draft, except: passed)
            do {
                try await PostgresSession.withSession(url: logins.migrator(of: tenant.cell)) {
                    _ = try await $0.script(schemaScript(draft.key, tenant.cell))
                }
                return try await activate(tenant)
            } catch {
                try await giveUp(tenant)
                guard let error = error as? PostgresError, error.code == .connectionFailed else {
                    throw error
                }
                // That cell is down; the next one may have room.
                logger.error("a cell is down", metadata: ["cell": "\(tenant.cell.id)"])
                passed.append(tenant.cell.id)
            }
        }
    }

    private func reserve(_ draft: Draft, except passed: [Int64]) async throws -> Tenant {
        let rows = try await asOwner { session in
            try await session.query(
                """
                WITH chosen AS (
                    UPDATE control.cells
                    SET tenants = tenants + 1
                    WHERE id = (
                        SELECT id
                        FROM control.cells
                        WHERE tenants < max_tenants AND id <> ALL(\(passed))
                        ORDER BY max_tenants - tenants DESC, id
                        LIMIT 1
                        FOR UPDATE
                    )
                    RETURNING id
                )
                INSERT INTO control.tenants
                    (slug, schema_key, cell_id, state, schema_version, locale, time_zone, currency)
                SELECT \(draft.slug), \(draft.key.rawValue), chosen.id, 'provisioning',
                    \(baseline.latest), \(draft.language.rawValue), \(draft.timeZone),
                    \(draft.currency)
                FROM chosen
                RETURNING \(Tenant.columns)
                """)
        }
        guard let row = rows.first else { throw TenancyError.cellsFull }
        return try Tenant(row: row)
    }

    private func activate(_ tenant: Tenant) async throws -> Tenant {
        try await asOwner { session in
            try await Tenant(
                row: session.query(
                    """
                    UPDATE control.tenants SET state = 'active'
                    WHERE id = \(tenant.id) AND state = 'provisioning'
                    RETURNING \(Tenant.columns)
                    """
                ).one())
        }
    }

    /// Frees the address at once, and the rest if the cell answers.
    private func giveUp(_ tenant: Tenant) async throws {
        _ = try await asOwner { session in
            try await session.query(
                "UPDATE control.tenants SET slug = 'deleted-' || id WHERE id = \(tenant.id)")
        }
        do { try await delete(tenant) } catch {
            logger.error(
                "a company that was not made is cleared away by the next migration",
                metadata: ["tenant": "\(tenant.id)", "error": "\(error)"])
        }
    }
}
