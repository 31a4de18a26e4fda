import Foundation
package import Logging
import Postgres
import Tenancy

/// The whole instance as a directory: pg_dump's archive, the secret, the files, and a list of
/// tenants.
///
/// pg_dump, because it is the one program that keeps owners, privileges, identities and every
/// later kind of object;
/// our own COPY archive serves one tenant, where pg_dump reads the whole catalogue for a single
/// schema.
package struct InstanceBackup: Sendable {
    private let settings: Settings
    private let logger: Logger
    private let url: String

    /// What the archive cannot say: roles belong to the server, not to the database.
    private struct Manifest: Codable {
        struct Company: Codable {
            let schemaKey: String
            let isActive: Bool
        }
        var format = 1
        let companies: [Company]
    }

    package init(_ settings: Settings, logger: Logger) throws {
        guard let url = settings.databaseURL else {
            throw SettingsError(
                "backup and restore need VORONKA_DATABASE_URL, the administrator's.")
        }
        self.settings = settings
        self.logger = logger
        self.url = url
    }

    package func write(to path: String) async throws {
        let directory = URL(fileURLWithPath: path)
        guard !FileManager.default.fileExists(atPath: path) else {
            throw SettingsError("\(path) exists already.")
        }
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700]
        )
        let secret = try Secret.read(settings.secretFile)
        let companies = try await PostgresSession.withSession(url: url) { session in
            try await session.query(
                """
                SELECT schema_key, state = 'active' FROM control.tenants
                WHERE state IN ('active', 'suspended') ORDER BY id
                """
            ).map { row in
                let (key, isActive) = try row.decode(String.self, Bool.self)
                return Manifest.Company(schemaKey: key, isActive: isActive)
            }
        }
        let (address, password) = try Self.split(url)
        try await Programs.run(
            "pg_dump",
            [
                "--format=custom", "--no-password", "--dbname=\(address)",
                "--file=\(directory.appendingPathComponent("database.dump").path)",
            ], password: password)
        try Self.writePrivate(secret, to: directory.appendingPathComponent("secret"))
        let files = settings.dataDirectory.appendingPathComponent("files")
        if FileManager.default.fileExists(atPath: files.path) {
            try FileManager.default.copyItem(
                at: files, to: directory.appendingPathComponent("files"))
        }
        // Last: a directory without it is no backup.
        try Self.writePrivate(
            JSONEncoder().encode(Manifest(companies: companies)),
            to: directory.appendingPathComponent("manifest.json"))
    }

    package func restore(from path: String) async throws {
        let directory = URL(fileURLWithPath: path)
        guard
            let content = FileManager.default.contents(
                atPath: directory.appendingPathComponent("manifest.json").path)
        else { throw SettingsError("\(path) is no finished backup: it has no manifest.json.") }
        let manifest = try JSONDecoder().decode(Manifest.self, from: content)
        try await refuseIfInUse()
        let secret = try Secret.read(directory.appendingPathComponent("secret"))
        try FileManager.default.createDirectory(
            at: settings.dataDirectory, withIntermediateDirectories: true)
        try Self.writePrivate(secret, to: settings.secretFile)
        let logins = try DatabaseLogins(url: url, secret: secret)
        let migrator = try Migrator(
            administrator: url, logins: logins,
            migrations: settings.shareDirectory.appendingPathComponent("migrations"), logger: logger
        )
        try await migrator.makeLogins()
        let keys = manifest.companies.compactMap { company in
            SchemaKey(company.schemaKey).map { (key: $0.rawValue, isActive: company.isActive) }
        }
        try await asMigrator(logins, keys.map { Self.roleIfMissing($0.key) })
        let (address, password) = try Self.split(url)
        try await Programs.run(
            "pg_restore",
            [
                "--exit-on-error", "--no-password", "--dbname=\(address)",
                directory.appendingPathComponent("database.dump").path,
            ], password: password)
        try await asMigrator(
            logins, keys.filter(\.isActive).map { "GRANT \($0.key) TO \(DatabaseLogins.cellRole);" }
        )
        let files = directory.appendingPathComponent("files")
        if FileManager.default.fileExists(atPath: files.path) {
            try FileManager.default.copyItem(
                at: files, to: settings.dataDirectory.appendingPathComponent("files"))
        }
        try await migrator.run()
        try DatabaseAddress.write(url, in: settings.dataDirectory)
    }

    private func refuseIfInUse() async throws {
        let isInUse = try await PostgresSession.withSession(url: url) { session in
            try await session.query("SELECT to_regclass('control.tenants') IS NOT NULL").first?
                .decode(0, as: Bool.self) ?? true
        }
        if isInUse { throw SettingsError("The database is in use; restore needs an empty one.") }
        if FileManager.default.fileExists(atPath: settings.secretFile.path) {
            throw SettingsError(
                "There is a secret in \(settings.secretFile.path) already; restore needs an empty place."
            )
        }
    }

    /// A drill on the same server finds the companies' roles already there.
    private static func roleIfMissing(_ key: String) -> String {
        """
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '\(key)') THEN
                CREATE ROLE \(key) NOLOGIN NOINHERIT;
            END IF;
        END $$;
        """
    }

    private func asMigrator(_ logins: DatabaseLogins, _ lines: [String]) async throws {
        if lines.isEmpty { return }
        try await PostgresSession.withSession(url: logins.migrator) { session in
            try await session.script(lines.joined(separator: "\n"))
        }
    }

    private static func split(_ url: String) throws -> (address: String, password: String?) {
        guard var parts = URLComponents(string: url) else {
            throw SettingsError("The database URL cannot be understood.")
        }
        let password = parts.password
        parts.password = nil
        return (parts.string ?? url, password)
    }

    private static func writePrivate(_ data: Data, to file: URL) throws {
        let made = FileManager.default.createFile(
            atPath: file.path, contents: data, attributes: [.posixPermissions: 0o600])
        if !made { throw SettingsError("\(file.path) cannot be written.") }
    }
}
