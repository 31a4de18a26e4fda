import App
import Logging

/// What every command begins with.
enum Operator {
    static func settings() throws -> Settings { try Settings.load() }

    static func logger(_ settings: Settings, quiet: Bool = true) -> Logger {
        let level = Logger.Level(rawValue: settings.logLevel) ?? .info
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = quiet ? max(level, .warning) : level
            return handler
        }
        return Logger(label: "voronka")
    }

    static func with<Result: Sendable>(
        _ body: (Administration, Administration.Desk) async throws -> Result
    ) async throws -> Result {
        let settings = try settings()
        let administration = try Administration(settings, logger: logger(settings))
        return try await administration.with { try await body(administration, $0) }
    }
}
