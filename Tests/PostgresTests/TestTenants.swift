import Logging
import VoronkaTesting

@testable import Postgres

/// Tenants `t_1…t_6` with one table each, whose rows say whose they are, and the login that serves
/// them.
func makeTenants(_ server: TestServer) async throws {
    try await PostgresSession.withSession(url: server.url()) { session in
        try await session.script(
            """
            CREATE ROLE vk_login LOGIN NOINHERIT;
            REVOKE ALL ON SCHEMA public FROM PUBLIC;
            DO $$ BEGIN FOR i IN 1..6 LOOP
                EXECUTE format('CREATE ROLE t_%s NOLOGIN NOINHERIT', i);
                EXECUTE format('GRANT t_%s TO vk_login', i);
                EXECUTE format('CREATE SCHEMA t_%s', i);
                EXECUTE format('CREATE TABLE t_%1$s.deals (id bigint PRIMARY KEY, marker int
                    NOT NULL, later int UNIQUE DEFERRABLE INITIALLY DEFERRED)', i);
                EXECUTE format('INSERT INTO t_%1$s.deals (id, marker) VALUES (1, %1$s)', i);
                EXECUTE format('GRANT USAGE ON SCHEMA t_%1$s TO t_%1$s', i);
                EXECUTE format('GRANT ALL ON t_%1$s.deals TO t_%1$s', i);
            END LOOP; END $$;
            """)
    }
}

actor TenantServer {
    static let shared = TenantServer()
    private var made: Task<TestServer, any Error>? = nil

    func server() async throws -> TestServer {
        if let made { return try await made.value }
        let task = Task {
            let server = try TestServer.shared.get()
            try await makeTenants(server)
            return server
        }
        made = task
        return try await task.value
    }
}

func tenant(_ number: Int, timeout_ms: Int = 5_000) -> PostgresContext {
    PostgresContext(
        role: "t_\(number)", searchPath: "t_\(number), pg_temp", statementTimeout_ms: timeout_ms,
        affinityKey: "t_\(number)")
}

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// A pool for the time of `body`, drained at its end.
func withPool<Value>(
    connections: Int = 4, server: TestServer? = nil,
    _ change: (inout PostgresPool.Configuration) -> Void = { _ in },
    _ body: (PostgresPool) async throws -> Value
) async throws -> Value {
    var url = ""
    if let server {
        url = server.url(user: "vk_login")
    } else {
        url = try await TenantServer.shared.server().url(user: "vk_login")
    }
    var configuration = PostgresPool.Configuration(url: url, maxConnections: connections)
    change(&configuration)
    let pool = PostgresPool(configuration: configuration, logger: quiet)
    do {
        let value = try await body(pool)
        await pool.shutdown()
        return value
    } catch {
        await pool.shutdown()
        throw error
    }
}

/// Waits until PostgreSQL shows a backend that matches, by asking it.
func waitForBackend(_ server: TestServer, _ condition: PostgresStatement) async throws {
    try await PostgresSession.withSession(url: server.url()) { session in
        while true {
            let rows = try await session.query(
                "SELECT 1 FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND \(condition)")
            if rows.count > 0 { return }
            await Task.yield()
        }
    }
}

func errorOf(_ body: () async throws -> some Any) async -> PostgresError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? PostgresError
    }
}
