import Foundation

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
        else { throw SettingsError("\(name) is not installed (Debian: postgresql-client).") }
        return found
    }

    /// - Parameter password: handed over in the environment, where other users cannot see it.
    static func run(_ name: String, _ arguments: [String], password: String?) async throws {
        let process = Process()
        process.executableURL = try find(name)
        process.arguments = arguments
        var environment = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("VORONKA_")
        }
        environment["PGPASSWORD"] = password
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        let status: Int32 = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        if status != 0 { throw SettingsError("\(name) failed with status \(status).") }
    }
}
