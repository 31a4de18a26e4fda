import Testing
import VoronkaTesting

@testable import Postgres

@Suite("A session of one's own")
struct SessionTests {
    @Test("runs scripts and statements, and rolls back what throws")
    func scripts() async throws {
        let server = try await TenantServer.shared.server()
        try await PostgresSession.withSession(url: server.url()) { session in
            try await session.script(
                "CREATE TABLE scratch (id int, name text); INSERT INTO scratch VALUES (1, 'a');")
            let error = await errorOf {
                try await session.script("INSERT INTO scratch VALUES (2, 'b'); SELECT 1/0;")
            }
            #expect(error?.sqlState == "22012")
            _ = await errorOf {
                try await session.transaction { session in
                    try await session.query("INSERT INTO scratch VALUES (3, \("c"))")
                    throw CancellationError()
                }
            }
            let rows = try await session.query("SELECT count(*) FROM scratch WHERE id < \(9)")
            #expect(try rows.one().decode(0, as: Int64.self) == 1)
        }
    }

    @Test("copies out and in, under the tenant's role")
    func copy() async throws {
        let server = try await TenantServer.shared.server()
        try await PostgresSession.withSession(url: server.url(user: "vk_login")) { session in
            try await session.transaction(context: tenant(6)) { session in
                var chunks: [[UInt8]] = []
                let out = try await session.copyOut(
                    "COPY (SELECT g + 600, 6 FROM generate_series(1, 30000) g) TO STDOUT")
                for try await chunk in out { chunks.append(chunk) }
                #expect(chunks.count > 1)
                let copied = try await session.copyIn(
                    "COPY deals (id, marker) FROM STDIN",
                    from: AsyncStream { continuation in
                        for chunk in chunks { continuation.yield(chunk) }
                        continuation.finish()
                    })
                #expect(copied == 30_000)
                let deleted = try await session.query("DELETE FROM deals WHERE id > 600")
                #expect(deleted.affected == 30_000)
            }
        }
    }

    @Test("copies nothing when the source fails")
    func failingCopy() async throws {
        struct Torn: Error {}
        let server = try await TenantServer.shared.server()
        try await PostgresSession.withSession(url: server.url(user: "vk_login")) { session in
            await #expect(throws: Torn.self) {
                try await session.transaction(context: tenant(6)) { session in
                    try await session.copyIn(
                        "COPY deals (id, marker) FROM STDIN",
                        from: AsyncThrowingStream<[UInt8], any Error> { continuation in
                            continuation.yield(Array("99999\t6\n".utf8))
                            continuation.finish(throwing: Torn())
                        })
                }
            }
            let alive = try await session.query("SELECT 1")
            #expect(alive.count == 1)
        }
    }

    @Test("says what is wrong with an address")
    func unreachable() async throws {
        let error = await errorOf {
            try await PostgresSession.withSession(url: "postgres://nobody@/x?host=/nowhere") { _ in
            }
        }
        #expect(error?.code == .connectionFailed)
        #expect(error?.isUnavailable == true)
    }
}

@Suite("A listener")
struct ListenerTests {
    private func next(_ listener: PostgresListener) async -> PostgresListener.Event? {
        for await event in listener.events { return event }
        return nil
    }

    @Test("hears, and hears again after its connection was cut")
    func reconnects() async throws {
        let server = try await TenantServer.shared.server()
        let listener = PostgresListener(
            url: server.url(user: "vk_login"), channels: [PostgresIdentifier(literal: "news")],
            logger: quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await listener.run() }
            try await PostgresSession.withSession(url: server.url()) { session in
                #expect(await next(listener) == .connected)
                try await session.query("SELECT pg_notify('news', 'one')")
                #expect(await next(listener) == .notification(channel: "news", payload: "one"))
                try await session.query(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE application_name = 'voronka listener'
                    """)
                #expect(await next(listener) == .disconnected)
                #expect(await next(listener) == .connected)
                try await session.query("SELECT pg_notify('news', 'two')")
                #expect(await next(listener) == .notification(channel: "news", payload: "two"))
            }
            group.cancelAll()
            #expect(await next(listener) == nil)
        }
    }
}
