import Configuration
import Foundation

extension Settings {
    /// Reads values and says which one cannot be taken, and why.
    struct Reader {
        let config: ConfigReader

        func string(_ name: String, isSecret: Bool = false) -> String? {
            let key = ConfigKey(
                ["voronka"] + name.lowercased().split(separator: "_").map(String.init))
            let text = config.string(forKey: key, isSecret: isSecret)
            return text.flatMap { $0.isEmpty ? nil : $0 }
        }

        func list(_ name: String) -> [String]? {
            string(name)?.split(separator: ",").map { $0.filter { !$0.isWhitespace } }
        }

        func number(
            _ name: String, default standard: Double, in range: ClosedRange<Double>
        ) throws -> Double {
            guard let text = string(name) else { return standard }
            guard let number = Double(text), range.contains(number) else {
                throw malformed(
                    name, text, "a number from \(Int(range.lowerBound)) to \(Int(range.upperBound))"
                )
            }
            return number
        }

        func count(
            _ name: String, default standard: Int, in range: ClosedRange<Int>
        ) throws -> Int {
            guard let text = string(name) else { return standard }
            guard let number = Int(text), range.contains(number) else {
                throw malformed(
                    name, text, "a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }

        func flag(_ name: String) throws -> Bool {
            switch string(name) {
            case nil, "false", "0": false
            case "true", "1": true
            case let text?: throw malformed(name, text, "true or false")
            }
        }

        func listen(_ name: String, default standard: String) throws -> Listen {
            let text = string(name) ?? standard
            let parts = text.split(separator: ":")
            guard let port = parts.last.flatMap({ Int($0) }), (0...65_535).contains(port),
                parts.count > 1
            else { throw malformed(name, text, "host:port") }
            return Listen(host: parts.dropLast().joined(separator: ":"), port: port)
        }

        func malformed(_ name: String, _ text: String, _ wanted: String) -> SettingsError {
            SettingsError("VORONKA_\(name) is \"\(text)\"; it should be \(wanted).")
        }
    }

    init(_ reader: Reader) throws {
        databaseURL = reader.string("DATABASE_URL", isSecret: true)
        databaseAddress = reader.string("DATABASE_ADDRESS")
        for (name, text) in [("DATABASE_URL", databaseURL), ("DATABASE_ADDRESS", databaseAddress)] {
            if let text, !text.hasPrefix("postgres://"), !text.hasPrefix("postgresql://") {
                throw SettingsError("VORONKA_\(name) should begin with postgres://.")
            }
        }
        listen = try reader.listen("LISTEN", default: "127.0.0.1:8080")
        operationsListen = try reader.listen("OPERATIONS_LISTEN", default: "127.0.0.1:8081")
        baseDomains = reader.list("BASE_DOMAINS") ?? ["localhost"]
        if let wrong = baseDomains.first(where: {
            $0.isEmpty || $0.contains(":") || $0.contains("/")
        }) {
            throw reader.malformed("BASE_DOMAINS", wrong, "a list of domains without ports")
        }
        dataDirectory = URL(fileURLWithPath: reader.string("DATA_DIR") ?? ".voronka")
        secretFile =
            reader.string("SECRET_FILE").map { URL(fileURLWithPath: $0) }
            ?? dataDirectory.appendingPathComponent("secret")
        shareDirectory = try Self.share(reader)
        connections = try reader.count("CONNECTIONS", default: 16, in: 1...500)
        apiRate = try reader.number("API_RATE", default: 7, in: 0...1_000_000)
        uiRate = try reader.number("UI_RATE", default: 50, in: 0...1_000_000)
        trustedProxies = reader.list("TRUSTED_PROXIES") ?? []
        allowPrivateTargets = try reader.flag("ALLOW_PRIVATE_TARGETS")
        logLevel = reader.string("LOG_LEVEL") ?? "info"
        if !["trace", "debug", "info", "notice", "warning", "error", "critical"].contains(logLevel)
        {
            throw reader.malformed(
                "LOG_LEVEL", logLevel, "trace, debug, info, notice, warning or error")
        }
    }

    /// The directory with `web` and `migrations`: here, above the program, or where packages put
    /// it.
    private static func share(_ reader: Reader) throws -> URL {
        func isShare(_ url: URL) -> Bool {
            FileManager.default.fileExists(
                atPath: url.appendingPathComponent("migrations/tenant").path)
        }
        if let path = reader.string("SHARE_DIR") {
            let url = URL(fileURLWithPath: path)
            if isShare(url) { return url }
            throw reader.malformed("SHARE_DIR", path, "the directory that holds web and migrations")
        }
        var candidates = [URL(fileURLWithPath: FileManager.default.currentDirectoryPath)]
        var above = URL(fileURLWithPath: CommandLine.arguments.first ?? "")
            .resolvingSymlinksInPath()
        for _ in 0..<5 {
            above = above.deletingLastPathComponent()
            candidates.append(above)
            candidates.append(above.appendingPathComponent("share/voronka"))
        }
        candidates.append(URL(fileURLWithPath: "/usr/share/voronka"))
        guard let found = candidates.first(where: isShare) else {
            throw SettingsError("web and migrations are not to be found; set VORONKA_SHARE_DIR.")
        }
        return found
    }
}
