import Foundation
import Postgres
import Testing
import VoronkaTesting

@testable import App
@testable import Tenancy

@Suite("Cells")
struct CellTests {
    @Test("companies fill the home cell, then the one with most room, and then are refused")
    func filling() async throws {
        try await withOwnDatabase { instance in
            let provisioning = try instance.provisioning()
            let a = try await provisioning.create(slug: "a")
            try await instance.closeHome()
            await #expect(throws: TenancyError.self) {
                _ = try await provisioning.create(slug: "b")
            }
            let cell = try await instance.addCell(maxTenants: 1)
            let b = try await provisioning.create(slug: "b")
            #expect(a.cell == .home)
            #expect(b.cell == cell)
            await #expect(throws: TenancyError.self) {
                _ = try await provisioning.create(slug: "c")
            }
            #expect(try await instance.cells.list().map(\.tenants) == [1, 1])
            try await provisioning.delete(b)
            #expect(try await instance.cells.list().map(\.tenants) == [1, 0])
            let c = try await provisioning.create(slug: "b")
            #expect(c.cell == cell)
            _ = try await instance.cells.limit(cell.id, to: 3)
            _ = try await provisioning.create(slug: "c")
            await #expect(throws: CellRefusal.fuller) {
                _ = try await instance.cells.limit(cell.id, to: 1)
            }
        }
    }

    @Test("each company's rows are in its own database, and suspension works there")
    func isolation() async throws {
        try await withTwoCells { instance, a, b in
            let tenants = Tenants(logins: instance.logins, connections: 2, logger: instance.logger)
            let (first, second) = (tenants.database(of: a), tenants.database(of: b))
            for (database, name) in [(first, "Аврора"), (second, "Вектор")] {
                _ = try await database.query("INSERT INTO settings (name) VALUES (\(name))")
            }
            for (database, name) in [(first, "Аврора"), (second, "Вектор")] {
                let rows = try await database.query(
                    "SELECT name, session_user::text FROM settings")
                let (found, login) = try rows.one().decode(String.self, String.self)
                #expect(found == name)
                #expect(login == database.tenant.cell.login)
            }
            let foreign = PostgresStatement(
                unsafeSQL: "SELECT name FROM \(b.schemaKey.rawValue).settings")
            await #expect(throws: PostgresError.self) { _ = try await first.query(foreign) }
            try await instance.provisioning().suspend(b)
            await #expect(throws: PostgresError.self) {
                _ = try await second.query("SELECT name FROM settings")
            }
            _ = try await first.query("SELECT name FROM settings")
            try await instance.provisioning().resume(b)
            #expect(try await second.query("SELECT name FROM settings").count == 1)
            await tenants.shutdown()
        }
    }

    @Test("when a cell is down its companies alone are answered 503")
    func down() async throws {
        try await withTwoCells { instance, a, b in
            let tenants = Tenants(logins: instance.logins, connections: 2, logger: instance.logger)
            try await RunningServer.with(tenants) { server in
                let first = try await LiveCompany.found(a, on: server)
                let second = try await LiveCompany.found(b, on: server)
                let path = "/api/v4/leads/pipelines"
                #expect(try await second.api(second.administrator).get(path).status == 200)
                let name = try #require(URLComponents(string: b.cell.dsn ?? "")).path.dropFirst()
                try await instance.script(
                    """
                    ALTER DATABASE \(name) ALLOW_CONNECTIONS false;
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(name)';
                    """)
                for _ in 0..<2 {
                    let answer = try await second.api(second.administrator).get(path)
                    #expect(answer.status == 503)
                    #expect(answer.retryAfter != nil)
                    #expect(try await first.api(first.administrator).get(path).status == 200)
                }
                try await instance.script("ALTER DATABASE \(name) ALLOW_CONNECTIONS true")
                while try await second.api(second.administrator).get(path).status != 200 {}
            }
        }
    }

    @Test("what a killed sign-up left in a cell is cleared away by the next migration")
    func unfinished() async throws {
        try await withTwoCells { instance, _, b in
            try await instance.script(
                """
                UPDATE control.tenants SET state = 'provisioning', created_at = now() - interval '1 h'
                WHERE id = \(b.id)
                """)
            try await instance.migrate()
            #expect(try await instance.versions()["b"] == nil)
            #expect(try await instance.cells.list().map(\.tenants) == [1, 0])
            let left = try await instance.rows(
                "SELECT 1 WHERE to_regrole(\(b.schemaKey.rawValue)) IS NOT NULL", in: b.cell)
            #expect(left.isEmpty)
            let again = try await instance.provisioning().create(slug: "b")
            #expect(again.cell == b.cell)
            #expect(again.id != b.id)
        }
    }

    @Test("a backup, which holds one database, refuses an instance that has another cell")
    func backup() async throws {
        try await withOwnDatabase { instance in
            func read() async throws -> InstanceBackup.Content {
                try await PostgresSession.withSession(url: instance.logins.migrator) { session in
                    try await session.transaction(isolation: .repeatableRead) {
                        try await InstanceBackup.Content.read($0)
                    }
                }
            }
            _ = try await instance.provisioning().create(slug: "a")
            #expect(try await read().companies.map(\.slug) == ["a"])
            _ = try await instance.addCell()
            await #expect(throws: BackupError.self) { _ = try await read() }
        }
    }

    @Test("an address with a login, a cell twice and another instance's database are refused")
    func refusals() async throws {
        try await withOwnDatabase { instance in
            let cell = try await instance.addCell()
            let known = try #require(cell.dsn)
            var home = try #require(URLComponents(string: instance.administrator))
            home.user = nil
            home.password = nil
            for (dsn, refusal) in [
                ("postgres://me:secret@127.0.0.1/x", CellRefusal.address),
                ("postgres://127.0.0.1/x?password=secret", .address), ("host=x", .address),
                (known, .known), (try #require(home.string), .hasControl),
            ] {
                await #expect(throws: refusal) {
                    _ = try await instance.cells.add(
                        administrator: instance.administrator, dsn: dsn)
                }
            }
            await #expect(throws: CellRefusal.size) {
                _ = try await instance.cells.limit(cell.id, to: Cell.tenants_max + 1)
            }
            #expect(try await instance.cells.list().map(\.cell) == [.home, cell])
        }
    }
}

/// Company `a` at home, `b` in a database of its own.
func withTwoCells(_ body: (OwnInstance, Tenant, Tenant) async throws -> Void) async throws {
    try await withOwnDatabase { instance in
        let a = try await instance.provisioning().create(slug: "a")
        try await instance.closeHome()
        _ = try await instance.addCell()
        try await body(instance, a, try await instance.provisioning().create(slug: "b"))
    }
}
