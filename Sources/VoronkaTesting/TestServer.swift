import Foundation
import Logging
import Synchronization

/// A throw-away PostgreSQL of a test's own: it is killed and restarted, which nobody else should
/// feel.
package final class TestServer: Sendable {
    package static let shared = Result { try TestServer() }

    private let directory: String
    private static let binaries = [
        "/usr/lib/postgresql/17/bin", "/usr/lib/postgresql/16/bin",
        "/usr/lib/postgresql/15/bin",
    ]
    private let binary: String

    package struct Failure: Error { let command: String }

    package init() throws {
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
    package func start() throws {
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

    package func stop() throws {
        try command("pg_ctl", ["-D", data, "-w", "-m", "immediate", "stop"])
    }

    /// For good; a second time does nothing.
    package func remove() {
        guard FileManager.default.fileExists(atPath: directory) else { return }
        do {
            try stop()
            try FileManager.default.removeItem(atPath: directory)
        } catch {
            Logger(label: "test").warning("\(directory) is left behind: \(error)")
        }
    }

    package func url(user: String = "postgres") -> String {
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
