import Foundation
import Logging
import Postgres
import Tenancy
import Testing
import VoronkaTesting

/// One after the other: the logins belong to the whole server, not to a database.
@Suite("The migrator", .serialized)
struct MigratorTests {
    @Test(
        "one company's failure stops that company alone, at a whole version, and a second run finishes"
    )
    func resumes() async throws {
        try await withOwnDatabase { instance in
            let a = try await instance.provisioning().create(slug: "a")
            let b = try await instance.provisioning().create(slug: "b")
            try instance.add("0002_first", "ALTER TABLE settings ADD COLUMN first text;")
            try instance.add("0003_second", "CREATE TABLE second (id bigint PRIMARY KEY);")
            try await instance.script(
                "SET ROLE vk_owner; CREATE TABLE \(b.schemaKey.rawValue).second ()")
            await #expect(throws: TenancyError.self) { try await instance.migrate() }
            #expect(try await instance.versions() == ["a": 3, "b": 2])
            #expect(try await instance.version(in: a) == 3)
            #expect(try await instance.version(in: b) == 2)

            try await instance.script(
                "SET ROLE vk_owner; DROP TABLE \(b.schemaKey.rawValue).second")
            try await instance.migrate()
            try await instance.migrate()
            #expect(try await instance.versions() == ["a": 3, "b": 3])
            #expect(try await instance.version(in: b) == 3)
        }
    }

    @Test("when the canary fails nobody else is touched")
    func canary() async throws {
        try await withOwnDatabase { instance in
            let a = try await instance.provisioning().create(slug: "a")
            _ = try await instance.provisioning().create(slug: "b")
            try instance.add("0002_first", "CREATE TABLE first (id bigint PRIMARY KEY);")
            try await instance.script(
                "SET ROLE vk_owner; CREATE TABLE \(a.schemaKey.rawValue).first ()")
            await #expect(throws: TenancyError.self) { try await instance.migrate() }
            #expect(try await instance.versions() == ["a": 1, "b": 1])
        }
    }

    @Test("a new company has exactly the tables of one that was migrated step by step")
    func baseline() async throws {
        try await withOwnDatabase { instance in
            let old = try await instance.provisioning().create(slug: "old")
            try instance.add("0002_first", "ALTER TABLE settings ADD COLUMN first text;")
            try await instance.migrate()
            let new = try await instance.provisioning().create(slug: "new")
            let replayed = try await instance.shape(of: old)
            #expect(replayed.count > 100)
            #expect(try await instance.shape(of: new) == replayed)
        }
    }
}

/// An instance in a database of its own, with a copy of the migrations that a test may add to.
private struct OwnInstance: Sendable {
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

    func rows(_ statement: PostgresStatement) async throws -> PostgresRows {
        try await PostgresSession.withSession(url: administrator) { try await $0.query(statement) }
    }

    /// What the control tables believe.
    func versions() async throws -> [String: Int32] {
        let pairs = try await rows("SELECT slug, schema_version FROM control.tenants")
            .map { try $0.decode(String.self, Int32.self) }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    /// What the schema itself says.
    func version(in tenant: Tenant) async throws -> Int32 {
        let sql = "SELECT max(version) FROM \(tenant.schemaKey.rawValue).schema_migrations"
        return try await rows(PostgresStatement(unsafeSQL: sql)).one().decode(0, as: Int32.self)
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
            """
        ).map { try $0.decode(0, as: String.self) }
    }
}

private func withOwnDatabase(_ body: (OwnInstance) async throws -> Void) async throws {
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
        try await session.script("DROP DATABASE \(name) WITH (FORCE)")
        try outcome.get()
    }
}
