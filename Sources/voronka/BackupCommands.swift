import App
import ArgumentParser
import Foundation

struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the whole instance into a directory.",
        discussion: """
            Servers may go on serving. The directory holds the secret: keep it as safe as the \
            instance itself. One without manifest.json is not finished.
            """)
    @Argument(help: "A directory that does not exist yet.") var directory: String

    func run() async throws {
        try await BackupCommands.run { try await $0.write(to: directory) }
    }
}

struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring a backup into an empty database and an empty data directory.",
        discussion: """
            Every file is checked first. What failed half-way cannot be served; the same command \
            starts it again.
            """)
    @Argument(help: "What backup has written.") var directory: String

    func run() async throws {
        try await BackupCommands.run { try await $0.restore(from: directory) }
    }
}

/// What both have in common: progress for a person, and a clean end at Ctrl-C.
enum BackupCommands {
    static func run(_ body: @escaping @Sendable (InstanceBackup) async throws -> Void) async throws
    {
        let settings = try Operator.settings()
        let backup = InstanceBackup(settings, logger: Operator.logger(settings)) { line in
            FileHandle.standardError.write(Data((line + "\n").utf8))
        }
        try await Interruption.cancelling { try await body(backup) }
    }
}

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say whether everything that the server needs is there.")
    @OptionGroup var output: Output

    func run() async throws {
        let settings = try Operator.settings()
        let findings = await Checkup(settings, logger: Operator.logger(settings)).run()
        try output.show(
            findings,
            findings.map { "\($0.isWell ? "ok  " : "FAIL") \($0.name): \($0.detail)" }
                .joined(separator: "\n"))
        if findings.contains(where: { !$0.isWell }) { throw ExitCode.failure }
    }
}
