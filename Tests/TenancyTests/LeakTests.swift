import Postgres
import Testing
import VoronkaTesting

@testable import Tenancy

@Suite("Whatever goes wrong, nobody meets a neighbour's rows")
struct LeakTests {
    @Test("a storm of errors, timeouts and cancellations", arguments: [1, 3])
    func storm(connections: Int) async throws {
        let shared = try await TestDatabase.shared()
        try await shared.companies.with(6) { companies in
            let tenants = Tenants(
                logins: shared.logins, connections: connections, logger: shared.logger)
            for tenant in companies {
                _ = try await tenants.database(of: tenant).query(
                    "INSERT INTO settings (name) VALUES (\(tenant.schemaKey.rawValue))")
            }
            let written = try await withThrowingTaskGroup(of: Int.self) { group in
                for worker in 0..<10 {
                    group.addTask {
                        var random = SeededRandom(UInt64(worker * 100 + connections))
                        var written = 0
                        for turn in 0..<30 {
                            let tenant = random.one(of: companies)
                            let database = tenants.database(of: tenant)
                            written += try await disturb(
                                database, "\(worker) \(turn)", using: &random)
                            #expect(try await marker(database) == tenant.schemaKey.rawValue)
                        }
                        return written
                    }
                }
                return try await group.reduce(0, +)
            }
            var found = 0
            for tenant in companies {
                let marks = try await tenants.database(of: tenant).query("SELECT name FROM tags")
                    .map { try $0.decode(0, as: String.self) }
                #expect(marks.allSatisfy { $0.hasPrefix(tenant.schemaKey.rawValue + " ") })
                found += marks.count
            }
            #expect(found == written)
            #expect(written > 0)
            let pool = tenants.pool(of: .home, for: .requests)
            #expect(try await untouched(pool, connections) == connections)
            await tenants.shutdown()
        }
    }

    /// One thing that goes wrong, or a row that says whose it is; gives the rows written.
    private func disturb(
        _ database: TenantDatabase, _ place: String, using random: inout SeededRandom
    ) async throws -> Int {
        let mark = database.tenant.schemaKey.rawValue + " " + place
        let insert: PostgresStatement =
            "INSERT INTO tags (entity_type, name) VALUES ('deal', \(mark))"
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
            await #expect(throws: PostgresError.self) {
                _ = try await database.pipeline([insert, "SELECT 1 / 0", insert])
            }
        case 1:
            await #expect(throws: PostgresError.self) {
                _ = try await database.pipeline([
                    insert, "SELECT set_config('statement_timeout', '1', true)",
                    "SELECT pg_sleep(5)",
                ])
            }
        case 2:
            let reading = Task { try await marker(database) }
            for _ in 0..<Int.random(in: 0...20, using: &random) { await Task.yield() }
            reading.cancel()
            do {
                #expect(try await reading.value == database.tenant.schemaKey.rawValue)
            } catch let error as PostgresError {
                #expect(error.code == .cancelled)
            }
        case 3:
            await #expect(throws: CancellationError.self) {
                try await database.transaction { transaction in
                    _ = try await transaction.query(insert)
                    throw CancellationError()
                }
            }
        case 4:
            return try await database.transaction { transaction in
                _ = try await transaction.query("SELECT name FROM settings")
                return try await transaction.finish(with: insert).affected
            }
        default: return try await database.query(insert).affected
        }
        return 0
    }

    private func marker(_ database: TenantDatabase) async throws -> String {
        try await database.query("SELECT name FROM settings").one().decode(0)
    }

    /// Holds every connection at once; gives how many there are, all as they were opened.
    private func untouched(_ pool: PostgresPool, _ count: Int) async throws -> Int {
        if count == 0 { return 0 }
        return try await pool.withTransaction { transaction in
            let (user, path, timeout) = try await transaction.query(
                """
                SELECT current_user::text, current_setting('search_path'),
                    current_setting('statement_timeout')
                """
            ).one().decode(String.self, String.self, String.self)
            #expect(user == Cell.home.login)
            #expect(path == "\"$user\", public")
            #expect(timeout == "0")
            return try await untouched(pool, count - 1) + 1
        }
    }
}

@Suite("Long work")
struct LongWorkTests {
    @Test("that takes all its connections leaves requests untouched")
    func separate() async throws {
        let shared = try await TestDatabase.shared()
        try await shared.companies.withTwo { a, b in
            let tenants = Tenants(logins: shared.logins, connections: 1, logger: shared.logger)
            let long = tenants.database(of: a, for: .longWork)
            try await long.transaction { first in
                _ = try await first.query("SELECT 1")
                try await long.transaction { second in
                    _ = try await second.query("SELECT 1")
                    let third = Task { try await long.query("SELECT 1") }
                    for tenant in [a, b] {
                        let timeout = try await tenants.database(of: tenant).query(
                            "SELECT current_setting('statement_timeout')")
                        #expect(try timeout.one().decode(0, as: String.self) == "10s")
                    }
                    third.cancel()
                    await #expect(throws: PostgresError.self) { _ = try await third.value }
                }
            }
            let timeout = try await long.query("SELECT current_setting('statement_timeout')")
            #expect(try timeout.one().decode(0, as: String.self) == "10min")
            await tenants.shutdown()
        }
    }
}
