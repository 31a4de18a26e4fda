import App
import ArgumentParser
import Foundation
import Logging

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answer requests until told to stop.",
        discussion: "SIGTERM and Ctrl-C stop it: running requests end, live streams are closed.")

    func run() async throws {
        let settings = try Operator.settings()
        let logger = Operator.logger(settings, quiet: false)
        try await Serving.run(settings, logger: logger) { address in
            print("Voronka answers at \(address)")
            fflush(nil)
        }
    }
}

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the database up to date; make logins and the secret file the first time.")

    func run() async throws {
        let settings = try Operator.settings()
        try await Administration.migrate(settings, logger: Operator.logger(settings, quiet: false))
    }
}
