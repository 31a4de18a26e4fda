import App
import ArgumentParser
import Foundation
import Logging

/// The one program: the server, and what its operator does.
@main
struct Voronka: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "voronka",
        abstract: "A CRM that many companies share.",
        discussion: settingsHelp,
        version: "0.1.0",
        subcommands: [
            Serve.self, Migrate.self, CellCommand.self, TenantCommand.self, UserCommand.self,
            TokenCommand.self, Seed.self, Backup.self, Restore.self, Doctor.self,
        ])

    private static var settingsHelp: String {
        "SETTINGS (environment):\n"
            + Settings.names.map { "  VORONKA_\($0.name): \($0.help)" }.joined(separator: "\n")
    }

    /// Exit codes: 0 done, 1 it did not work, 2 it was asked wrongly.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as SettingsError {
            complain("\(error)")
            Foundation.exit(2)
        } catch {
            let code = exitCode(for: error)
            let text = fullMessage(for: error)
            if code.isSuccess {
                print(text)
                Foundation.exit(0)
            }
            if code == .validationFailure {
                FileHandle.standardError.write(Data((text + "\n").utf8))
                Foundation.exit(2)
            }
            if !(error is ExitCode) { complain(Plain.words(for: error)) }
            Foundation.exit(1)
        }
    }

    static func complain(_ text: String) {
        FileHandle.standardError.write(Data(("voronka: " + text + "\n").utf8))
    }
}
