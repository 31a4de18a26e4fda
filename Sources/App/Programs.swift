import Dispatch
import Foundation
import Glibc
import Synchronization

/// PostgreSQL's own programs, run by argument list and never through a shell.
enum Programs {
    /// In the newest installed PostgreSQL, or wherever PATH has it.
    static func find(_ name: String) throws -> URL {
        let root = URL(fileURLWithPath: "/usr/lib/postgresql")
        let installed = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        let newest = installed.sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }
            .map { root.appendingPathComponent("\($0)/bin/\(name)") }
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .map { URL(fileURLWithPath: String($0)).appendingPathComponent(name) }
        guard
            let found = (newest + path).first(where: {
                FileManager.default.isExecutableFile(atPath: $0.path)
            })
        else { throw BackupError("\(name) is not installed (Debian: postgresql-client).") }
        return found
    }

    /// The first number that it calls its version, e.g. 15.
    static func version(of name: String) async throws -> Int64 {
        let process = Process()
        process.executableURL = try find(name)
        process.arguments = ["--version"]
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        let said = try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "voronka-version").async {
                continuation.resume(
                    with: Result {
                        try process.run()
                        let data = try output.fileHandleForReading.readToEnd() ?? Data()
                        process.waitUntilExit()
                        return String(decoding: data, as: UTF8.self)
                    })
            }
        }
        let digits = said.drop { !$0.isNumber }.prefix { $0.isNumber }
        guard let version = Int64(digits) else {
            throw BackupError("\(name) does not say its version.")
        }
        return version
    }

    /// Waits for its end; a cancelled task ends it.
    ///
    /// - Parameters:
    ///   - password: handed over in the environment, where other users cannot see it.
    ///   - line: told each line of its standard error.
    /// - Throws: `BackupError` with the program's own reason.
    static func run(
        _ name: String, _ arguments: [String], password: String?,
        line: @escaping @Sendable (String) -> Void
    ) async throws {
        let process = Process()
        process.executableURL = try find(name)
        process.arguments = arguments
        var environment = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("VORONKA_") && !$0.key.hasPrefix("LC_")
        }
        // The lines are read by us.
        environment["LC_ALL"] = "C"
        environment["PGPASSWORD"] = password
        // The server notices when the program is gone, also while it waits for a lock.
        environment["PGOPTIONS"] = "-c client_connection_check_interval=1000"
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let child = Child(process)
        let reason = Mutex<String?>(nil)
        let status = try await withTaskCancellationHandler {
            try await child.run { text in
                if let cut = text.range(of: ": error: ") {
                    reason.withLock { $0 = $0 ?? String(text[cut.upperBound...]) }
                }
                line(text)
            }
        } onCancel: {
            child.stop()
        }
        try Task.checkCancellation()
        if status != 0 {
            let words = reason.withLock { $0 } ?? "status \(status)"
            throw BackupError("\(name) failed: \(words)")
        }
    }
}

/// A process that may be told to stop at any time, also before it has begun.
private final class Child: Sendable {
    private enum State { case new, running, stopped }
    private let process: Process
    private let errors = Pipe()
    private let state = Mutex(State.new)

    init(_ process: Process) {
        self.process = process
        process.standardError = errors
    }

    /// - Returns: the exit status.
    func run(_ line: @escaping @Sendable (String) -> Void) async throws -> Int32 {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "voronka-program").async {
                continuation.resume(with: Result { try self.runToEnd(line) })
            }
        }
    }

    func stop() {
        state.withLock { state in
            // Not TERM: threads of Dispatch block it, and a child inherits that.
            if state == .running { kill(process.processIdentifier, SIGKILL) }
            state = .stopped
        }
    }

    private func runToEnd(_ line: (String) -> Void) throws -> Int32 {
        try state.withLock { state in
            if state == .stopped { throw CancellationError() }
            try process.run()
            state = .running
        }
        var rest = Data()
        while case let chunk = errors.fileHandleForReading.availableData, !chunk.isEmpty {
            rest += chunk
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                line(String(decoding: rest[rest.startIndex..<end], as: UTF8.self))
                rest = Data(rest[rest.index(after: end)...])
            }
        }
        process.waitUntilExit()
        return process.terminationStatus
    }
}
