import App
import ArgumentParser

struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the whole instance into a directory.",
        discussion: "It holds the secret: keep it as safe as the instance itself.")
    @Argument(help: "A directory that does not exist yet.") var directory: String

    func run() async throws {
        let settings = try Operator.settings()
        try await InstanceBackup(settings, logger: Operator.logger(settings)).write(to: directory)
    }
}

struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring a backup into an empty database and an empty data directory.")
    @Argument(help: "What backup has written.") var directory: String

    func run() async throws {
        let settings = try Operator.settings()
        try await InstanceBackup(settings, logger: Operator.logger(settings)).restore(
            from: directory)
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
