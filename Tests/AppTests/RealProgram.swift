import Dispatch
import Foundation

/// The built `voronka`, run as its operator runs it.
struct RealProgram: Sendable {
    /// Beside PATH the only environment it gets.
    var environment: [String: String] = [:]

    struct Outcome: Sendable {
        let status: Int32
        let output: String
        let errors: String

        /// What is said to a person in the end.
        var lastLine: String { errors.split(separator: "\n").last.map(String.init) ?? "" }
    }

    struct NotBuilt: Error {}

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    func with(_ more: [String: String]) -> RealProgram {
        RealProgram(environment: environment.merging(more) { $1 })
    }

    func run(_ arguments: String...) async throws -> Outcome { try await run(arguments) }

    func run(_ arguments: [String]) async throws -> Outcome {
        try await start(arguments).end()
    }

    func start(_ arguments: [String]) throws -> Running {
        let process = Process()
        process.executableURL = Self.root.appendingPathComponent(".build/debug/voronka")
        process.arguments = arguments
        process.environment = environment.merging([
            "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8",
            "VORONKA_SHARE_DIR": environment["VORONKA_SHARE_DIR"] ?? Self.root.path,
        ]) { $1 }
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        process.standardInput = FileHandle.nullDevice
        return try Running(process)
    }

    /// A program under way.
    final class Running: Sendable {
        let process: Process
        private let output = Pipe()
        private let errors = Pipe()

        fileprivate init(_ process: Process) throws {
            self.process = process
            process.standardOutput = output
            process.standardError = errors
            try process.run()
        }

        /// The next piece of its output; empty at its end.
        func read() async -> String {
            let handle = output.fileHandleForReading
            return await withCheckedContinuation { continuation in
                DispatchQueue(label: "read").async {
                    continuation.resume(
                        returning: String(decoding: handle.availableData, as: UTF8.self))
                }
            }
        }

        func stop() { process.terminate() }

        func end() async throws -> Outcome {
            async let output = Self.rest(of: output)
            async let errors = Self.rest(of: errors)
            let texts = try await (output, errors)
            process.waitUntilExit()
            return Outcome(status: process.terminationStatus, output: texts.0, errors: texts.1)
        }

        private static func rest(of pipe: Pipe) async throws -> String {
            let handle = pipe.fileHandleForReading
            return try await withCheckedThrowingContinuation { continuation in
                DispatchQueue(label: "rest").async {
                    continuation.resume(
                        with: Result {
                            String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
                        })
                }
            }
        }
    }
}
