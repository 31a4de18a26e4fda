import Configuration
package import Foundation
import Web

/// How this instance is to run: environment `VORONKA_*` over the file that `VORONKA_CONFIG` names.
package struct Settings: Sendable {
    /// The administrator's. Its login is used by `migrate`, `restore` and `cell add` alone; whoever
    /// else finds it takes no more than the address from it.
    package var databaseURL: String?
    /// host, port and name of the database without a login, for `serve`. nil: the one that
    /// `migrate` wrote down.
    package var databaseAddress: String?
    package var listen: Listen
    /// Health, readiness and metrics. Not for the world.
    package var operationsListen: Listen
    /// The first makes links.
    package var baseDomains: [String]
    package var dataDirectory: URL
    package var secretFile: URL
    /// Where `web` and `migrations` are.
    package var shareDirectory: URL
    /// Connections of this server to the tenants' tables.
    package var connections: Int
    /// Requests a second and API token; 0: no limit.
    package var apiRate: Double
    /// Requests a second and browser session; 0: no limit.
    package var uiRate: Double
    /// Addresses of proxies whose X-Forwarded-* count.
    package var trustedProxies: [String]
    /// Development and tests only: outgoing requests may go to private addresses. Nothing goes out
    /// yet.
    package var allowPrivateTargets: Bool
    package var logLevel: String

    package struct Listen: Sendable, Hashable {
        package let host: String
        package let port: Int
    }

    /// Every name we read, and what it is for; `voronka serve --help` shows it.
    package static let names: [(name: String, help: String)] = [
        ("CONFIG", "a JSON file with the settings below in lower case, e.g. {\"listen\": \"…\"}"),
        ("DATABASE_URL", "postgres:// URL of the administrator; never needed by serve"),
        (
            "DATABASE_ADDRESS",
            "postgres:// URL without a login, for serve; default: as migrate wrote it down"
        ),
        ("LISTEN", "host:port of the server, default 127.0.0.1:8080"),
        ("OPERATIONS_LISTEN", "host:port of /health and /metrics, default 127.0.0.1:8081"),
        ("BASE_DOMAINS", "domains that tenants live under, default localhost"),
        ("DATA_DIR", "where files are kept, default .voronka"),
        ("SECRET_FILE", "default secret in the data directory"),
        ("SHARE_DIR", "where web and migrations are"),
        ("CONNECTIONS", "connections to PostgreSQL, default 16"),
        ("API_RATE", "requests a second for each API token, default 7; 0: no limit"),
        ("UI_RATE", "requests a second for each browser session, default 50; 0: no limit"),
        ("TRUSTED_PROXIES", "addresses of proxies whose X-Forwarded-* count"),
        ("ALLOW_PRIVATE_TARGETS", "true in development only"),
        ("LOG_LEVEL", "trace, debug, info, notice, warning or error; default info"),
    ]
    /// Read by the tests and benches, in the same environment.
    private static let foreign = ["TEST_", "RECORD", "BENCH_"]

    /// - Throws: `SettingsError`, one clear line.
    package static func load(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> Settings {
        let known = Set(names.map(\.name))
        for name in environment.keys.sorted() where name.hasPrefix("VORONKA_") {
            let short = String(name.dropFirst("VORONKA_".count))
            if known.contains(short) || foreign.contains(where: { short.hasPrefix($0) }) {
                continue
            }
            throw SettingsError("There is no setting \(name).")
        }
        var providers: [any ConfigProvider] = [
            EnvironmentVariablesProvider(
                environmentVariables: environment,
                secretsSpecifier: .specific(["VORONKA_DATABASE_URL"]))
        ]
        if let path = environment["VORONKA_CONFIG"] {
            providers.append(
                EnvironmentVariablesProvider(environmentVariables: try file(path, known: known)))
        }
        return try Settings(Reader(config: ConfigReader(providers: providers)))
    }

    /// The file's members under the names of the environment.
    private static func file(_ path: String, known: Set<String>) throws -> [String: String] {
        var found: [String: String] = [:]
        do {
            guard let data = FileManager.default.contents(atPath: path) else {
                throw SettingsError("The settings file \(path) cannot be read.")
            }
            for (key, value) in try JSONParser.parse([UInt8](data)).object ?? [:] {
                guard known.contains(key.uppercased()) else {
                    throw SettingsError("There is no setting \(key) (in \(path)).")
                }
                let text: String? =
                    switch value {
                    case .string(let text): text
                    case .int(let number): String(number)
                    case .double(let number): String(number)
                    case .bool(let flag): String(flag)
                    case .array(let list): list.compactMap(\.string).joined(separator: ",")
                    case .null, .object: nil
                    }
                found["VORONKA_\(key.uppercased())"] = text
            }
        } catch let error as JSONError {
            throw SettingsError(
                "The settings file \(path) is no JSON from byte \(error.offset) on.")
        }
        return found
    }
}

/// One clear line for whoever starts the server.
package struct SettingsError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
