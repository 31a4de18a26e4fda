import Foundation
import Logging
import Postgres
import Testing
import VoronkaTesting

@testable import Tenancy

/// An instance in a database of its own, with a copy of the migrations that a test may add to.
struct OwnInstance: Sendable {
    let administrator: String
    let logins: DatabaseLogins
    let migrations: URL
    let logger: Logger

    func migrate() async throws {
        try await Migrator(
            administrator: administrator, logins: logins, migrations: migrations, logger: logger
        ).run()
    }

    func provisioning() throws -> Provisioning {
        try Provisioning(logins: logins, migrations: migrations, logger: logger)
    }

    func add(_ name: String, _ sql: String) throws {
        let file = migrations.appendingPathComponent("tenant/\(name).sql")
        try sql.write(to: file, atomically: true, encoding: .utf8)
    }

    func script(_ sql: String) async throws {
        try await PostgresSession.withSession(url: administrator) { try await $0.script(sql) }
    }

    func rows(
        _ statement: PostgresStatement, in cell: Cell = .home
    ) async throws -> PostgresRows {
        let url = try DatabaseLogins.administrator(administrator, of: cell)
        return try await PostgresSession.withSession(url: url) { try await $0.query(statement) }
    }

    var cells: Cells { Cells(logins: logins, logger: logger) }

    /// One more database on the same server, as a cell.
    func addCell(maxTenants: Int32 = 500) async throws -> Cell {
        var parts = try #require(URLComponents(string: administrator))
        parts.path += "_cell" + UUID().uuidString.lowercased().prefix(4)
        parts.user = nil
        parts.password = nil
        try await script("CREATE DATABASE \(parts.path.dropFirst())")
        return try await cells.add(
            administrator: administrator, dsn: try #require(parts.string), maxTenants: maxTenants
        ).cell
    }

    /// Fills the home cell as far as it is, so that the next company is made elsewhere.
    func closeHome() async throws {
        let home = try await cells.list()[0]
        _ = try await cells.limit(home.cell.id, to: max(1, home.tenants))
    }

    /// Waits until a backend of this database waits like that, and ends it as a kill would.
    func kill(_ condition: PostgresStatement, in cell: Cell = .home) async throws {
        let url = try DatabaseLogins.administrator(administrator, of: cell)
        try await PostgresSession.withSession(url: url) { session in
            while true {
                let killed = try await session.query(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()
                        AND \(condition)
                    """)
                if killed.count > 0 { return }
                await Task.yield()
            }
        }
    }

    /// What the control tables believe.
    func versions() async throws -> [String: Int32] {
        let pairs = try await rows(
            "SELECT slug, schema_version FROM control.tenants WHERE state <> 'deleted'"
        )
        .map { try $0.decode(String.self, Int32.self) }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    /// What the schema itself says.
    func version(in tenant: Tenant) async throws -> Int32 {
        let sql = "SELECT max(version) FROM \(tenant.schemaKey.rawValue).schema_migrations"
        return try await rows(PostgresStatement(unsafeSQL: sql), in: tenant.cell).one().decode(
            0, as: Int32.self)
    }

    /// Every column, constraint and index, without the schema's name.
    func shape(of tenant: Tenant) async throws -> [String] {
        let key = tenant.schemaKey.rawValue
        return try await rows(
            """
            SELECT replace(line, \(key), '') FROM (
                SELECT n.nspname, concat_ws(' ', c.relname, a.attnum, a.attname,
                    format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
                    c.relacl::text) AS line
                FROM pg_attribute AS a
                JOIN pg_class AS c ON c.oid = a.attrelid
                JOIN pg_namespace AS n ON n.oid = c.relnamespace
                WHERE a.attnum > 0 AND c.relkind IN ('r', 'i')
                UNION ALL
                SELECT n.nspname, concat_ws(' ', k.conname, pg_get_constraintdef(k.oid))
                FROM pg_constraint AS k
                JOIN pg_namespace AS n ON n.oid = k.connamespace
            ) AS shape
            WHERE nspname = \(key)
            ORDER BY 1
            """, in: tenant.cell
        ).map { try $0.decode(0, as: String.self) }
    }
}

/// One at a time: the logins belong to the whole server, not to a database.
func withOwnDatabase(_ body: (OwnInstance) async throws -> Void) async throws {
    await turn.enter()
    do {
        try await withDatabase(body)
    } catch {
        await turn.leave()
        throw error
    }
    await turn.leave()
}

private let turn = Turn()

private actor Turn {
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func enter() async {
        if !isTaken {
            isTaken = true
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func leave() {
        if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
    }
}

private func withDatabase(_ body: (OwnInstance) async throws -> Void) async throws {
    let shared = try await TestDatabase.shared()
    let name = "voronka_" + UUID().uuidString.lowercased().prefix(8)
    let migrations = FileManager.default.temporaryDirectory.appendingPathComponent(name)
    try FileManager.default.copyItem(at: TestDatabase.migrations, to: migrations)
    defer { try? FileManager.default.removeItem(at: migrations) }
    var parts = try #require(URLComponents(string: shared.administrator))
    parts.path = "/" + name
    let url = try #require(parts.string)
    try await PostgresSession.withSession(url: shared.administrator) { session in
        try await session.script("CREATE DATABASE \(name)")
        let instance = OwnInstance(
            administrator: url, logins: try DatabaseLogins(url: url, secret: TestDatabase.secret),
            migrations: migrations, logger: shared.logger)
        let outcome: Result<Void, any Error>
        do {
            try await instance.migrate()
            outcome = .success(try await body(instance))
        } catch { outcome = .failure(error) }
        let made = try? await instance.provisioning().list()
        for tenant in made ?? [] { try await instance.provisioning().delete(tenant) }
        let databases = try await session.query(
            "SELECT datname::text FROM pg_database WHERE starts_with(datname, \(name))")
        for row in databases {
            let database = try row.decode(0, as: String.self)
            try await session.script("DROP DATABASE \(database) WITH (FORCE)")
        }
        try outcome.get()
    }
}
