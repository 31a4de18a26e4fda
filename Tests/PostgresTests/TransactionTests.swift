import Testing

@testable import Postgres

@Suite("A transaction")
struct TransactionTests {
    private func count(_ pool: PostgresPool, from id: Int64) async throws -> Int64 {
        try await pool.query(
            "SELECT count(*) FROM deals WHERE id BETWEEN \(id) AND \(id + 9)", context: tenant(3)
        ).one().decode(0)
    }

    @Test("is committed when its body returns, and rolled back when it throws")
    func ends() async throws {
        struct Stop: Error {}
        try await withPool(connections: 1) { pool in
            try await pool.withTransaction(context: tenant(3)) {
                _ = try await $0.query("INSERT INTO deals (id, marker) VALUES (300, 3)")
            }
            let before = try await count(pool, from: 300)
            #expect(before == 1)
            await #expect(throws: Stop.self) {
                try await pool.withTransaction(context: tenant(3)) {
                    _ = try await $0.query("INSERT INTO deals (id, marker) VALUES (301, 3)")
                    throw Stop()
                }
            }
            let left300 = try await count(pool, from: 300)
            #expect(left300 == 1)
        }
    }

    @Test("may send its last statement with the commit, also as its only one")
    func finishes() async throws {
        try await withPool(connections: 1) { pool in
            try await pool.withTransaction(context: tenant(3)) { transaction in
                let rows = try await transaction.pipeline([
                    "INSERT INTO deals (id, marker) VALUES (310, 3) RETURNING id",
                    "SELECT current_user::text",
                ])
                #expect(try rows[1].one().decode(0, as: String.self) == "t_3")
                let last = try await transaction.finish(
                    with: "INSERT INTO deals (id, marker) VALUES (311, 3)")
                #expect(last.affected == 1)
                let after = await errorOf { try await transaction.query("SELECT 1") }
                #expect(after?.code == .closed)
            }
            try await pool.withTransaction(context: tenant(3)) {
                _ = try await $0.finish(with: "INSERT INTO deals (id, marker) VALUES (312, 3)")
            }
            let left310 = try await count(pool, from: 310)
            #expect(left310 == 3)
        }
    }

    @Test("that failed is not committed, even when the error is swallowed")
    func failed() async throws {
        try await withPool(connections: 1) { pool in
            let error = await errorOf {
                try await pool.withTransaction(context: tenant(3)) {
                    let transaction = $0
                    _ = try await transaction.query(
                        "INSERT INTO deals (id, marker) VALUES (320, 3)")
                    _ = await errorOf { try await transaction.query("SELECT 1/0") }
                }
            }
            #expect(error?.sqlState == "25P02")
            let lost = await errorOf {
                try await pool.withTransaction(context: tenant(3)) {
                    _ = try await $0.query("INSERT INTO deals (id, marker) VALUES (321, 3)")
                    _ = try await $0.finish(with: "SELECT 1/0")
                }
            }
            #expect(lost?.sqlState == "22012")
            let left320 = try await count(pool, from: 320)
            #expect(left320 == 0)
        }
    }

    @Test("can be serializable and read only")
    func isolation() async throws {
        try await withPool { pool in
            let level: String = try await pool.withTransaction(
                context: tenant(3), isolation: .serializable, readOnly: true
            ) {
                try await $0.query("SELECT current_setting('transaction_isolation')").one().decode(
                    0)
            }
            #expect(level == "serializable")
            let error = await errorOf {
                try await pool.withTransaction(context: tenant(3), readOnly: true) {
                    try await $0.query("INSERT INTO deals (id, marker) VALUES (330, 3)")
                }
            }
            #expect(error?.sqlState == "25006")
        }
    }

    @Test("without a statement takes no connection")
    func empty() async throws {
        try await withPool(connections: 1) { pool in
            try await pool.withTransaction { outer in
                _ = try await outer.query("SELECT 1")
                try await pool.withTransaction { _ in }
            }
        }
    }
}
