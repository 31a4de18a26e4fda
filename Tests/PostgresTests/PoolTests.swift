import Foundation
import Testing
import VoronkaTesting

@testable import Postgres

@Suite("The pool runs statements as the tenant")
struct PoolTests {
    private let pid: PostgresStatement = "SELECT pg_backend_pid(), marker FROM deals WHERE id = 1"

    @Test("one tenant stays on one connection, two tenants on two")
    func affinity() async throws {
        try await withPool(connections: 2) { pool in
            // Two at once, so that both connections exist.
            async let first = pool.query("SELECT pg_sleep(0.05)", context: tenant(1))
            async let second = pool.query("SELECT pg_sleep(0.05)", context: tenant(2))
            _ = try await (first, second)
            var pids: [Int32: Set<Int64>] = [:]
            for turn in 0..<40 {
                let (process, marker) = try await pool.query(
                    pid, context: tenant(turn % 3 == 0 ? 1 : 2)
                ).one().decode(Int64.self, Int32.self)
                pids[marker, default: []].insert(process)
            }
            #expect(pids[1]?.count == 1)
            #expect(pids[2]?.count == 1)
            #expect(pids[1] != pids[2])
        }
    }

    @Test("a connection is replaced after its number of tenants")
    func recycling() async throws {
        try await withPool(connections: 1, { $0.maxTenantsPerConnection = 3 }) { pool in
            var processes: [Int64] = []
            for number in 1...6 {
                processes.append(
                    try await pool.query(pid, context: tenant(number)).one().decode(0))
            }
            #expect(Set(processes[0..<3]).count == 1)
            #expect(Set(processes[3..<6]).count == 1)
            #expect(processes[0] != processes[5])
        }
    }

    @Test("statements sent together are one transaction: all or nothing")
    func allOrNothing() async throws {
        try await withPool { pool in
            let error = await errorOf {
                try await pool.send(
                    [
                        "INSERT INTO deals (id, marker) VALUES (\(100), \(1))",
                        "INSERT INTO deals (id, marker) VALUES (\(1), \(1))",
                        "INSERT INTO deals (id, marker) VALUES (\(101), \(1))",
                    ], context: tenant(1))
            }
            #expect(error?.isUniqueViolation == true)
            #expect(error?.constraint == "deals_pkey")
            #expect(error?.table == "deals")
            let left = try await pool.query(
                "SELECT count(*) FROM deals WHERE id >= 100", context: tenant(1))
            #expect(try left.one().decode(0, as: Int64.self) == 0)
        }
    }

    @Test("an error of the commit itself reaches the caller")
    func deferredConstraint() async throws {
        try await withPool(connections: 1) { pool in
            let error = await errorOf {
                try await pool.send(
                    [
                        "INSERT INTO deals (id, marker, later) VALUES (200, 2, 7)",
                        "INSERT INTO deals (id, marker, later) VALUES (201, 2, 7)",
                    ], context: tenant(2))
            }
            #expect(error?.isUniqueViolation == true)
            let rows = try await pool.query(
                "SELECT count(*) FROM deals WHERE id >= 200", context: tenant(2))
            #expect(try rows.one().decode(0, as: Int64.self) == 0)
        }
    }

    @Test("without a right to the role nothing runs, and the connection stays good")
    func unknownRole() async throws {
        try await withPool(connections: 1) { pool in
            let nobody = PostgresContext(
                role: "t_nobody", searchPath: "t_1", statementTimeout_ms: 1_000, affinityKey: "x")
            for _ in 0..<2 {
                let error = await errorOf {
                    try await pool.query("SELECT id FROM deals", context: nobody)
                }
                #expect(error?.sqlState == "22023")
            }
            let naked = await errorOf { try await pool.query("SELECT id FROM t_1.deals") }
            #expect(naked?.isPermissionDenied == true)
            let foreign = await errorOf {
                try await pool.query("SELECT id FROM t_2.deals", context: tenant(1))
            }
            #expect(foreign?.isPermissionDenied == true)
            let alive = try await pool.query(pid, context: tenant(1))
            #expect(alive.count == 1)
        }
    }

    @Test("neither role nor search_path outlives a transaction, whatever happened in it")
    func nothingLeaks() async throws {
        try await withPool(connections: 2) { pool in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<8 {
                    group.addTask {
                        var random = SystemRandomNumberGenerator()
                        for _ in 0..<60 {
                            let number = Int.random(in: 1...6, using: &random)
                            switch (worker + Int.random(in: 0..<6, using: &random)) % 6 {
                            case 0:
                                _ = await errorOf {
                                    try await pool.query("SELECT 1/0", context: tenant(number))
                                }
                            case 1:
                                _ = await errorOf {
                                    try await pool.query(
                                        "SELECT pg_sleep(1)",
                                        context: tenant(number, timeout_ms: 1))
                                }
                            case 2:
                                let task = Task {
                                    try await pool.query(
                                        "SELECT pg_sleep(0.002)", context: tenant(number))
                                }
                                task.cancel()
                                _ = await errorOf { try await task.value }
                            case 3:
                                _ = await errorOf {
                                    try await pool.withTransaction(context: tenant(number)) {
                                        _ = try await $0.query("SELECT id FROM deals")
                                        throw CancellationError()
                                    }
                                }
                            default: break
                            }
                            let row = try await pool.query(
                                "SELECT marker FROM deals WHERE id = 1", context: tenant(number))
                            #expect(try row.one().decode(0, as: Int.self) == number)
                            let (user, path) = try await pool.query(
                                "SELECT current_user::text, current_setting('search_path')"
                            ).one().decode(String.self, String.self)
                            #expect(user == "vk_login")
                            #expect(path == "\"$user\", public")
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("a caller waits no longer than agreed, and the queue is bounded")
    func timeouts() async throws {
        try await withPool(
            connections: 1,
            {
                $0.acquireTimeout_ms = 60
                $0.maxWaiters = 1
            }
        ) { pool in
            // Opening may itself take longer than that on a busy machine.
            while await errorOf({ try await pool.query("SELECT 1") }) != nil {}
            try await pool.withTransaction { holder in
                _ = try await holder.query("SELECT 1")
                async let waiting = errorOf { try await pool.query("SELECT 1") }
                async let refused = errorOf { try await pool.query("SELECT 1") }
                let both = await [waiting, refused]
                #expect(both.allSatisfy { $0?.code == .poolTimeout && $0?.isUnavailable == true })
            }
            let alive = try await pool.query("SELECT 1")
            #expect(alive.count == 1)
        }
    }

    @Test("megabytes go both ways without stopping anyone")
    func large() async throws {
        try await withPool(connections: 1) { pool in
            let big = String(repeating: "ж", count: 4_000_000)
            let rows = try await pool.send(["SELECT \(big)::text", "SELECT \(big)::text, 1"])
            #expect(try rows[0].one().decode(0, as: String.self) == big)
            #expect(rows[1][0].bytes(0)?.count == 8_000_000)
        }
    }

    @Test("COPY in the pool is refused, and the pool goes on")
    func copyRefused() async throws {
        try await withPool(connections: 1) { pool in
            let error = await errorOf { try await pool.query("COPY (SELECT 1) TO STDOUT") }
            #expect(error != nil)
            let alive = try await pool.query("SELECT 1")
            #expect(alive.count == 1)
        }
    }

    @Test("tasks may run on the thread that reads the answers")
    func executor() async throws {
        try await withPool { pool in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 1...20 {
                    group.addTask(executorPreference: PostgresPool.executor) {
                        try await pool.withTransaction(context: tenant(number % 6 + 1)) {
                            _ = try await $0.query("SELECT marker FROM deals")
                            return try await $0.finish(with: "SELECT \(number)").one().decode(0)
                        }
                    }
                }
                let sum = try await group.reduce(0, +)
                #expect(sum == 210)
            }
        }
    }

    @Test("closing lets the last statement finish and refuses the next")
    func closing() async throws {
        let server = try await TenantServer.shared.server()
        let pool = PostgresPool(
            configuration: .init(url: server.url(user: "vk_login")), logger: quiet)
        async let last = pool.query("SELECT pg_sleep(0.2), 'closing'")
        try await waitForBackend(server, "query LIKE '%''closing''%' AND state = 'active'")
        await pool.shutdown()
        #expect(try await last.count == 1)
        #expect(await errorOf { try await pool.query("SELECT 1") }?.code == .closed)
    }
}
