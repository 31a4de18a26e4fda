import Foundation
import Postgres
import Synchronization

/// A PostgreSQL server of a test's own, with passwords as on a real one: roles belong to a server,
/// so that whoever tests them needs one.
final class ThrowAwayCluster: Sendable {
    struct Failure: Error { let command: String }

    let port: Int
    private let directory: String
    private let server: Process
    fileprivate static let password = "throw-away"
    private static let attempts_max = 20

    init() throws {
        let place = NSTemporaryDirectory() + "voronka-drill-" + UUID().uuidString.prefix(8)
        directory = place
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        let passwordFile = directory + "/password"
        try Data(Self.password.utf8).write(to: URL(fileURLWithPath: passwordFile))
        if getuid() == 0 { try Self.wait("/bin/chown", ["-R", "postgres", directory]) }
        try Self.wait(
            "initdb",
            [
                "-D", place + "/data", "-A", "scram-sha-256", "--pwfile=\(passwordFile)",
                "-U", "postgres", "-N", "-E", "UTF8",
            ])
        for _ in 0..<Self.attempts_max {
            let port = Int.random(in: 21_000...29_000)
            let server = try Self.spawn(
                "postgres",
                [
                    "-D", place + "/data", "-c", "port=\(port)", "-c", "listen_addresses=127.0.0.1",
                    "-c", "unix_socket_directories=", "-c", "fsync=off",
                ])
            while server.isRunning {
                do {
                    try Self.wait("pg_isready", ["-q", "-h", "127.0.0.1", "-p", "\(port)"])
                    guard server.isRunning else { break }
                    (self.port, self.server) = (port, server)
                    clusters.removeAtExit(self)
                    return
                } catch is Failure {}
            }
        }
        throw Failure(command: "postgres")
    }

    /// Somebody who signs in here.
    struct Person: Sendable {
        let name: String
        let password: String
        static let superuser = Person(name: "postgres", password: ThrowAwayCluster.password)
    }

    func url(_ database: String, for person: Person = .superuser) -> String {
        var parts = URLComponents()
        parts.scheme = "postgres"
        parts.user = person.name
        parts.password = person.password
        parts.host = "127.0.0.1"
        parts.port = port
        parts.path = "/" + database
        return parts.string ?? ""
    }

    /// - Parameter rights: e.g. `CREATEROLE`.
    func hire(_ name: String, _ rights: String = "") async throws -> Person {
        let person = Person(name: name, password: "п@роль/ 100 %:1")
        try await asSuperuser { session in
            try await session.script(
                """
                CREATE ROLE \(quoted(name)) LOGIN \(rights)
                    PASSWORD \(try PostgresSession.literal(person.password))
                """)
        }
        return person
    }

    /// - Returns: the new database's URL for its owner.
    @discardableResult
    func create(_ database: String, for owner: Person = .superuser) async throws -> String {
        try await asSuperuser { session in
            try await session.script(
                "CREATE DATABASE \(quoted(database)) OWNER \(quoted(owner.name))")
        }
        return url(database, for: owner)
    }

    @discardableResult
    func asSuperuser<Result>(
        in database: String = "postgres", _ body: (PostgresSession) async throws -> Result
    ) async throws -> Result {
        try await PostgresSession.withSession(url: url(database), body)
    }

    private func quoted(_ name: String) -> String {
        "\"" + name.replacing("\"", with: "\"\"") + "\""
    }

    /// At once: whoever is connected is cut off.
    func stop() {
        guard server.isRunning else { return }
        server.interrupt()
        server.waitUntilExit()
    }

    fileprivate func remove() {
        stop()
        do {
            try FileManager.default.removeItem(atPath: directory)
        } catch {
            print("\(directory) is left behind: \(error)")
        }
    }

    private static func wait(_ name: String, _ arguments: [String]) throws {
        let process = try spawn(name, arguments)
        process.waitUntilExit()
        if process.terminationStatus != 0 { throw Failure(command: name) }
    }

    /// PostgreSQL does not run as root.
    private static func spawn(_ name: String, _ arguments: [String]) throws -> Process {
        let places = ["17", "16", "15"].map { "/usr/lib/postgresql/\($0)/bin/\(name)" } + [name]
        let path = places.first { FileManager.default.isExecutableFile(atPath: $0) } ?? name
        let process = Process()
        var command = [path] + arguments
        if getuid() == 0 && path != "/bin/chown" {
            command =
                ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
                + command
        }
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        try process.run()
        return process
    }
}

/// Ends the clusters of a run when the run ends.
private struct Clusters: Sendable {
    func removeAtExit(_ cluster: ThrowAwayCluster) {
        let count = started.withLock { started in
            started.append(cluster)
            return started.count
        }
        if count == 1 { atexit { for cluster in started.withLock({ $0 }) { cluster.remove() } } }
    }
}
private let clusters = Clusters()
private let started = Mutex<[ThrowAwayCluster]>([])
