import Foundation
import Postgres
import Tenancy

extension InstanceBackup {
    /// Stands in the database from the first change to the last: what has it is not finished.
    static let marker = "voronka_restoring"

    /// Into an empty database and an empty data directory. Secret and address come last: what
    /// failed half-way cannot be served, and the same command starts it again.
    package func restore(from path: String) async throws {
        guard let url = settings.databaseURL else {
            throw SettingsError("restore needs VORONKA_DATABASE_URL, the administrator's.")
        }
        let archive = URL(fileURLWithPath: path)
        let manifest = try BackupManifest.read(from: archive)
        progress("checking the backup, files: \(manifest.parts.count)")
        try manifest.verify(in: archive)
        let secret = try Secret.read(archive.appendingPathComponent(BackupManifest.secret))
        let logins = try DatabaseLogins(url: url, secret: secret)
        let migrations = try migrationsThatCanRead(manifest)
        let migrator = try Migrator(
            administrator: url, logins: logins, migrations: migrations, logger: logger)
        try await Cells.refuseUnfit(administrator: url)
        try refuseUsedDirectory(secret, isAgain: try await refuseUsedDatabase(url))
        try await SharedServer.refuseForeignLogins(administrator: url, logins: logins)
        try await refuseServers(url)

        try await PostgresSession.withSession(url: url) { session in
            try await session.script("CREATE SCHEMA IF NOT EXISTS \(Self.marker)")
        }
        try await migrator.makeLogins()
        try await closeDoor(url)
        try await removeRemains(logins)
        try await makeRoles(manifest, logins)
        try await load(archive, manifest, logins)
        progress("companies: \(manifest.companies.count)")
        try await grantRoles(manifest, logins)
        try await migrator.run()
        progress("gathering statistics")
        try await PostgresSession.withSession(url: url) { try await $0.script("ANALYZE") }
        try bringFiles(archive, manifest)
        try DatabaseAddress.write(url, in: settings.dataDirectory)
        try placeSecret(secret)
        try await openDoor(url)
        progress("done: \(settings.dataDirectory.path)")
    }

    /// - Throws: `SettingsError` when a restore into the database began and did not end.
    static func refuseUnfinished(_ url: String) async throws {
        let isUnfinished = try await PostgresSession.withSession(url: url) { session in
            try await session.query("SELECT to_regnamespace(\(marker)) IS NOT NULL").first?
                .decode(0, as: Bool.self)
        }
        if isUnfinished == true {
            throw SettingsError("A restore into this database did not end; run `voronka restore`.")
        }
    }

    private func migrationsThatCanRead(_ manifest: BackupManifest) throws -> URL {
        let directory = settings.shareDirectory.appendingPathComponent("migrations")
        let shared = try Migrations(directory: directory.appendingPathComponent("shared"))
        let tenant = try Migrations(directory: directory.appendingPathComponent("tenant"))
        if manifest.sharedVersion > shared.latest || manifest.tenantVersion > tenant.latest {
            throw SettingsError("The backup was made by a newer Voronka than this one.")
        }
        return directory
    }

    /// - Returns: whether an earlier restore into this database did not end.
    private func refuseUsedDatabase(_ url: String) async throws -> Bool {
        try await PostgresSession.withSession(url: url) { session in
            let row = try await session.query(
                """
                SELECT to_regnamespace(\(Self.marker)) IS NOT NULL,
                    EXISTS (
                        SELECT FROM pg_namespace
                        WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('information_schema', 'public')
                    ) OR EXISTS (
                        SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace
                    )
                """
            ).first
            let (isAgain, isUsed) = try row?.decode(Bool.self, Bool.self) ?? (false, true)
            if isUsed && !isAgain {
                throw SettingsError("The database is in use; restore needs an empty one.")
            }
            if isAgain { progress("an earlier restore did not end; starting it again") }
            return isAgain
        }
    }

    private func refuseUsedDirectory(_ secret: Data, isAgain: Bool) throws {
        let files = settings.dataDirectory.appendingPathComponent(BackupManifest.files)
        let isOurs: Bool
        if FileManager.default.fileExists(atPath: settings.secretFile.path) {
            isOurs = try isAgain && Secret.read(settings.secretFile) == secret
        } else {
            isOurs = isAgain || PrivateFile.list(files).isEmpty
        }
        if !isOurs {
            throw SettingsError(
                "\(settings.dataDirectory.path) is in use; restore needs an empty data directory.")
        }
    }

    /// What an earlier attempt left: everything of ours, since the database was empty before it.
    private func removeRemains(_ logins: DatabaseLogins) async throws {
        try await PostgresSession.withSession(url: logins.migrator) { session in
            let schemas = try await session.query(
                "SELECT nspname::text FROM pg_namespace WHERE nspowner = \(DatabaseLogins.owner)::regrole"
            ).map { try $0.decode(0, as: String.self) }
            for schema in schemas {
                try await session.script(
                    """
                    BEGIN;
                    SET LOCAL ROLE \(DatabaseLogins.owner);
                    DROP SCHEMA \(schema) CASCADE;
                    COMMIT;
                    """)
            }
        }
    }

    private func load(
        _ archive: URL, _ manifest: BackupManifest, _ logins: DatabaseLogins
    ) async throws {
        let (address, password) = try DatabaseAddress.withoutPassword(logins.migrator)
        let counter = ProgressCounter(
            total: manifest.tables, marker: "processing data for table", report: progress)
        try await Programs.run(
            "pg_restore",
            [
                "--exit-on-error", "--no-password", "--verbose", "--role=\(DatabaseLogins.owner)",
                "--dbname=\(address)", archive.appendingPathComponent(BackupManifest.database).path,
            ], password: password
        ) { counter.read($0) }
    }

    private func bringFiles(_ archive: URL, _ manifest: BackupManifest) throws {
        let prefix = BackupManifest.files + "/"
        let parts = manifest.parts.filter { $0.path.hasPrefix(prefix) }
        if !parts.isEmpty { progress("files: \(parts.count)") }
        for part in parts {
            let target = settings.dataDirectory.appendingPathComponent(part.path)
            let copied = try PrivateFile.copy(archive.appendingPathComponent(part.path), to: target)
            if copied.sha256 != part.sha256 {
                throw BackupError("\(part.path) changed while it was read.")
            }
        }
    }

    private func placeSecret(_ secret: Data) throws {
        let file = settings.secretFile
        try PrivateFile.makeDirectory(file.deletingLastPathComponent())
        let fresh = file.appendingPathExtension("new")
        try PrivateFile.write(secret, to: fresh)
        if FileManager.default.fileExists(atPath: file.path) {
            try FileManager.default.removeItem(at: file)
        }
        try FileManager.default.moveItem(at: fresh, to: file)
    }
}
