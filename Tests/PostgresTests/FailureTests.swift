import Foundation
import Synchronization
import Testing
import VoronkaTesting

@testable import Postgres

@Suite("When things break, every caller is answered and the pool recovers", .serialized)
struct FailureTests {
    private func run(_ marker: String, seconds: Int = 60) -> PostgresStatement {
        PostgresStatement(unsafeSQL: "SELECT pg_sleep(\(seconds)), '\(marker)'")
    }

    private func isRunning(_ marker: String) -> PostgresStatement {
        PostgresStatement(unsafeSQL: "query LIKE '%''\(marker)''%' AND state = 'active'")
    }

    @Test("a cancelled task is answered, and its connection serves on")
    func cancelled() async throws {
        let server = try await TenantServer.shared.server()
        try await withPool(connections: 1) { pool in
            let before = try await pool.query("SELECT pg_backend_pid()").one().decode(Int64.self)
            let task = Task { try await pool.query(run("cancelled"), context: tenant(1)) }
            try await waitForBackend(server, isRunning("cancelled"))
            task.cancel()
            #expect(await errorOf { try await task.value }?.code == .cancelled)
            let after = try await pool.query("SELECT pg_backend_pid()").one().decode(Int64.self)
            #expect(before == after)
        }
    }

    @Test("a cancelled transaction is rolled back, and its connection serves on")
    func cancelledTransaction() async throws {
        let server = try await TenantServer.shared.server()
        try await withPool(connections: 1) { pool in
            let task = Task {
                try await pool.withTransaction(context: tenant(4)) {
                    _ = try await $0.query("INSERT INTO deals (id, marker) VALUES (400, 4)")
                    _ = try await $0.query(run("half way"))
                }
            }
            try await waitForBackend(server, isRunning("half way"))
            task.cancel()
            #expect(await errorOf { try await task.value }?.code == .cancelled)
            let rows = try await pool.query(
                "SELECT count(*), min(current_user::text) FROM deals WHERE id = 400",
                context: tenant(4))
            #expect(try rows.one().decode(0, as: Int64.self) == 0)
        }
    }

    @Test("cancelling at random moments under load never gives a caller another's answer")
    func cancelledUnderLoad() async throws {
        try await withPool(connections: 3) { pool in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<12 {
                    group.addTask {
                        for turn in 0..<40 {
                            let expected = worker * 1_000 + turn
                            let task = Task {
                                try await pool.withTransaction(context: tenant(worker % 6 + 1)) {
                                    _ = try await $0.query("SELECT 1")
                                    return try await $0.finish(
                                        with: "SELECT \(expected), marker FROM deals WHERE id = 1")
                                }
                            }
                            for _ in 0..<Int.random(in: 0...20) { await Task.yield() }
                            if turn % 2 == 0 { task.cancel() }
                            do {
                                let (number, marker) = try await task.value.one()
                                    .decode(Int.self, Int.self)
                                #expect(number == expected)
                                #expect(marker == worker % 6 + 1)
                            } catch let error as PostgresError {
                                #expect(error.code == .cancelled, "\(error)")
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let alive = try await pool.query("SELECT 1")
            #expect(alive.count == 1)
        }
    }

    @Test("a statement that takes too long is stopped by the server")
    func statementTimeout() async throws {
        try await withPool(connections: 1) { pool in
            let error = await errorOf {
                try await pool.query("SELECT pg_sleep(60)", context: tenant(1, timeout_ms: 20))
            }
            #expect(error?.isStatementTimeout == true)
            let alive = try await pool.query("SELECT 1")
            #expect(alive.count == 1)
        }
    }

    @Test("a statement whose table has changed is prepared anew after one error")
    func changedTable() async throws {
        let server = try await TenantServer.shared.server()
        try await withPool(connections: 1) { pool in
            try await PostgresSession.withSession(url: server.url()) { session in
                try await session.script(
                    "CREATE TABLE t_1.changing (a int); GRANT ALL ON t_1.changing TO t_1")
                let all: PostgresStatement = "SELECT * FROM changing"
                try await pool.query(all, context: tenant(1))
                try await session.script("ALTER TABLE t_1.changing ADD b int")
                let error = await errorOf { try await pool.query(all, context: tenant(1)) }
                #expect(error?.sqlState == "0A000")
                let rows = try await pool.query(all, context: tenant(1))
                #expect(rows.columnNames == ["a", "b"])
            }
        }
    }

    @Test("a lock that is not given in time is refused")
    func lockTimeout() async throws {
        try await withPool(connections: 2, { $0.lockTimeout_ms = 20 }) { pool in
            try await pool.withTransaction(context: tenant(5)) {
                _ = try await $0.query("SELECT id FROM deals WHERE id = 1 FOR UPDATE")
                let error = await errorOf {
                    try await pool.query(
                        "SELECT id FROM deals WHERE id = 1 FOR UPDATE", context: tenant(5))
                }
                #expect(error?.isLockTimeout == true)
            }
        }
    }

    @Test("backends killed under load")
    func killedBackends() async throws {
        let server = try await TenantServer.shared.server()
        try await withPool(connections: 4, { $0.applicationName = "to be killed" }) { pool in
            try await underLoad(pool) {
                for _ in 0..<20 {
                    try await PostgresSession.withSession(url: server.url()) { session in
                        try await session.query(
                            """
                            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                            WHERE application_name = 'to be killed'
                            """)
                    }
                }
            }
        }
    }

    @Test("the server restarted under load")
    func restarted() async throws {
        let server = try TestServer()
        defer { server.remove() }
        try await makeTenants(server)
        try await withPool(connections: 4, server: server) { pool in
            try await underLoad(pool) {
                try server.stop()
                let down = await errorOf {
                    while true { _ = try await pool.query("SELECT 1") }
                }
                #expect(down?.isUnavailable == true)
                try server.start()
            }
        }
    }

    /// Callers without end around `disturb`; afterwards each of them must get answers again.
    private func underLoad(
        _ pool: PostgresPool, _ disturb: @escaping @Sendable () async throws -> Void
    ) async throws {
        let isOver = Flag()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 1...6 {
                group.addTask {
                    var answersAfter = 0
                    while answersAfter < 20 {
                        let over = isOver.isSet
                        do {
                            let rows = try await pool.withTransaction(context: tenant(worker)) {
                                _ = try await $0.query("SELECT marker FROM deals WHERE id = 1")
                                return try await $0.finish(
                                    with: "SELECT marker FROM deals WHERE id = 1")
                            }
                            #expect(try rows.one().decode(0, as: Int.self) == worker)
                            if over { answersAfter += 1 }
                        } catch let error as PostgresError {
                            #expect(error.isUnavailable, "\(error)")
                        }
                        await Task.yield()
                    }
                }
            }
            try await disturb()
            isOver.set()
            try await group.waitForAll()
        }
    }
}

private final class Flag: Sendable {
    private let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .acquiring) }
    func set() { value.store(true, ordering: .releasing) }
}
