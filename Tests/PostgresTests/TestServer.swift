import Foundation
import Logging
import Synchronization

@testable import Postgres

/// A throw-away PostgreSQL of these tests' own: they kill and restart it, which nobody else should
/// feel.
final class TestServer: Sendable {
    static let shared = Result { try TestServer() }

    private let directory: String
    private static let binaries = [
        "/usr/lib/postgresql/17/bin", "/usr/lib/postgresql/16/bin",
        "/usr/lib/postgresql/15/bin",
    ]
    private let binary: String

    struct Failure: Error { let command: String }

    init() throws {
        binary =
            Self.binaries.first { FileManager.default.isExecutableFile(atPath: $0 + "/initdb") }
            ?? Self.binaries[2]
        directory = NSTemporaryDirectory() + "vkpg-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        if getuid() == 0 { try Self.wait(Self.spawn("/bin/chown", ["postgres", directory])) }
        try command("initdb", ["-D", data, "-A", "trust", "-U", "postgres", "-N", "-E", "UTF8"])
        try start()
        stopAtExit(self)
    }

    private var data: String { directory + "/data" }

    /// The server is our child, not pg_ctl's: Foundation waits for whoever inherits its sockets.
    func start() throws {
        let process = try spawn(
            "postgres",
            [
                "-D", data, "-c", "listen_addresses=", "-c", "unix_socket_directories=" + directory,
                "-c", "fsync=off", "-c", "max_connections=60",
            ])
        while process.isRunning {
            do { return try command("pg_isready", ["-q", "-h", directory]) } catch is Failure {}
        }
        throw Failure(command: "postgres")
    }

    func stop() throws { try command("pg_ctl", ["-D", data, "-w", "-m", "immediate", "stop"]) }

    /// For good; a second time does nothing.
    func remove() {
        guard FileManager.default.fileExists(atPath: directory) else { return }
        do {
            try stop()
            try FileManager.default.removeItem(atPath: directory)
        } catch {
            print("\(directory) is left behind: \(error)")
        }
    }

    func url(user: String = "postgres") -> String {
        "postgres://\(user)@/postgres?host=\(directory)"
    }

    private func command(_ name: String, _ arguments: [String]) throws {
        try Self.wait(spawn(name, arguments))
    }

    /// PostgreSQL does not run as root.
    private func spawn(_ name: String, _ arguments: [String]) throws -> Process {
        let path = binary + "/" + name
        guard getuid() == 0 else { return try Self.spawn(path, arguments) }
        return try Self.spawn(
            "/usr/bin/setpriv",
            ["--reuid=postgres", "--regid=postgres", "--clear-groups", path] + arguments)
    }

    private static func wait(_ process: Process) throws {
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(command: (process.arguments ?? []).joined(separator: " "))
        }
    }

    private static func spawn(_ path: String, _ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        try process.run()
        return process
    }
}

private func stopAtExit(_ server: TestServer) {
    let count = servers.withLock { servers in
        servers.append(server)
        return servers.count
    }
    guard count == 1 else { return }
    atexit { for server in servers.withLock({ $0 }) { server.remove() } }
}
private let servers = Mutex<[TestServer]>([])

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
