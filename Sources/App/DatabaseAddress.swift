package import Foundation

/// Where the database is, without a login: what `serve` may know of the administrator's URL.
package enum DatabaseAddress {
    private static let name = "database-address"

    /// The URL without user and password.
    package static func strip(_ url: String) throws -> String {
        guard var parts = URLComponents(string: url) else {
            throw SettingsError("The database URL cannot be understood.")
        }
        parts.user = nil
        parts.password = nil
        parts.queryItems = parts.queryItems?.filter { !["user", "password"].contains($0.name) }
        if parts.queryItems?.isEmpty == true { parts.queryItems = nil }
        guard let text = parts.string else {
            throw SettingsError("The database URL cannot be understood.")
        }
        return text
    }

    /// For programs that take the password in the environment.
    static func withoutPassword(_ url: String) throws -> (address: String, password: String?) {
        guard var parts = URLComponents(string: url) else {
            throw SettingsError("The database URL cannot be understood.")
        }
        let password = parts.password
        parts.password = nil
        return (parts.string ?? url, password)
    }

    /// `migrate` leaves it in the data directory for `serve`.
    package static func write(_ url: String, in directory: URL) throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let file = directory.appendingPathComponent(name)
        try Data((try strip(url) + "\n").utf8).write(to: file, options: .atomic)
    }

    package static func find(_ settings: Settings) throws -> String {
        if let address = settings.databaseAddress { return try strip(address) }
        let file = settings.dataDirectory.appendingPathComponent(name)
        if let content = FileManager.default.contents(atPath: file.path) {
            return String(decoding: content, as: UTF8.self).filter { $0 != "\n" }
        }
        if let url = settings.databaseURL { return try strip(url) }
        throw SettingsError(
            "Where is the database? Run `voronka migrate`, or set VORONKA_DATABASE_ADDRESS.")
    }
}
