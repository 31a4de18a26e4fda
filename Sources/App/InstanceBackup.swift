import Foundation
package import Logging
import Postgres
import Tenancy

/// The whole instance as a directory: pg_dump's archive of our schemas, the secret, the files, and
/// a manifest.
///
/// pg_dump, because it is the one program that keeps owners, privileges, identities and every
/// later kind of object; our own COPY archive serves one tenant, where pg_dump reads the whole
/// catalogue for a single schema.
package struct InstanceBackup: Sendable {
    let settings: Settings
    let logger: Logger
    /// Told what happens, line by line, for whoever waits.
    let progress: @Sendable (String) -> Void

    /// How long pg_dump waits for a table that a migration holds.
    static let lockWait_s = 60
    /// `control` and the companies'; whatever else lives in the database is not ours.
    static let schemas = ["control", "t_????????????"]

    package init(
        _ settings: Settings, logger: Logger, progress: @escaping @Sendable (String) -> Void
    ) {
        self.settings = settings
        self.logger = logger
        self.progress = progress
    }

    /// May run while servers serve: tables and the list of companies are of one moment. Needs no
    /// administrator. What was begun is removed again on any error.
    package func write(to path: String) async throws {
        let archive = URL(fileURLWithPath: path)
        guard !FileManager.default.fileExists(atPath: path) else {
            throw SettingsError("\(path) exists already.")
        }
        let secret = try Secret.read(settings.secretFile)
        let url = try settings.databaseURL ?? DatabaseAddress.find(settings)
        let logins = try DatabaseLogins(url: url, secret: secret)
        try PrivateFile.makeDirectory(archive)
        do {
            let manifest = try await fill(archive, logins: logins, secret: secret)
            try manifest.write(to: archive)
            let bytes = manifest.parts.reduce(0) { $0 + $1.bytes }
            progress("done: \(path), \((bytes + 1023) / 1024) kB")
        } catch {
            try FileManager.default.removeItem(at: archive)
            throw error
        }
    }

    private func fill(
        _ archive: URL, logins: DatabaseLogins, secret: Data
    ) async throws -> BackupManifest {
        try await PostgresSession.withSession(url: logins.migrator) { session in
            try await session.transaction(isolation: .repeatableRead) { session in
                let content = try await Content.read(session)
                progress("companies: \(content.companies.count), tables: \(content.tables)")
                var parts = [
                    try await dump(content, from: logins, to: archive),
                    try keepSecret(secret, in: archive),
                ]
                parts += try keepFiles(in: archive)
                return BackupManifest(
                    madeAt: Date(), tables: content.tables, sharedVersion: content.sharedVersion,
                    tenantVersion: content.tenantVersion, companies: content.companies,
                    parts: parts)
            }
        }
    }

    /// The database at the moment that `session`'s transaction sees.
    private func dump(
        _ content: Content, from logins: DatabaseLogins, to archive: URL
    ) async throws -> BackupManifest.Part {
        let file = archive.appendingPathComponent(BackupManifest.database)
        // pg_dump writes into what is there, so the mode stays.
        try PrivateFile.write(Data(), to: file)
        let (address, password) = try DatabaseAddress.withoutPassword(logins.migrator)
        let counter = ProgressCounter(
            total: content.tables, marker: "dumping contents of table", report: progress)
        try await Programs.run(
            "pg_dump",
            [
                "--format=custom", "--no-password", "--verbose", "--role=\(DatabaseLogins.owner)",
                "--snapshot=\(content.snapshot)", "--lock-wait-timeout=\(Self.lockWait_s)s",
            ] + Self.schemas.map { "--schema=\($0)" } + [
                "--file=\(file.path)", "--dbname=\(address)",
            ], password: password
        ) { counter.read($0) }
        let measured = try PrivateFile.measure(file)
        return .init(
            path: BackupManifest.database, bytes: measured.bytes, sha256: measured.sha256)
    }

    private func keepSecret(_ secret: Data, in archive: URL) throws -> BackupManifest.Part {
        let file = archive.appendingPathComponent(BackupManifest.secret)
        try PrivateFile.write(secret, to: file)
        let measured = try PrivateFile.measure(file)
        return .init(path: BackupManifest.secret, bytes: measured.bytes, sha256: measured.sha256)
    }

    /// After the database: a file is written before the row that names it, and never changed.
    private func keepFiles(in archive: URL) throws -> [BackupManifest.Part] {
        let source = settings.dataDirectory.appendingPathComponent(BackupManifest.files)
        let paths = PrivateFile.list(source)
        if !paths.isEmpty { progress("files: \(paths.count)") }
        return try paths.map { path in
            let name = "\(BackupManifest.files)/\(path)"
            let measured = try PrivateFile.copy(
                source.appendingPathComponent(path), to: archive.appendingPathComponent(name))
            return .init(path: name, bytes: measured.bytes, sha256: measured.sha256)
        }
    }
}

extension InstanceBackup {
    /// What is in the database at one moment, which pg_dump then sees as well.
    struct Content: Sendable {
        let snapshot: String
        let companies: [BackupManifest.Company]
        let tables: Int
        let sharedVersion: Int32
        let tenantVersion: Int32

        /// - Parameter session: in a repeatable-read transaction, which must stay open meanwhile.
        static func read(_ session: PostgresSession) async throws -> Content {
            try await session.query("SELECT set_config('role', \(DatabaseLogins.owner), true)")
            try await refuseCells(session)
            let companies = try await session.query(
                """
                SELECT schema_key, slug, state = 'active' FROM control.tenants
                WHERE state <> 'deleted'
                ORDER BY id
                """
            ).map { row in
                let (key, slug, isActive) = try row.decode(String.self, String.self, Bool.self)
                return BackupManifest.Company(schemaKey: key, slug: slug, isActive: isActive)
            }
            let row = try await session.query(
                """
                SELECT pg_export_snapshot(),
                    (SELECT count(*) FROM pg_class
                     WHERE relkind = 'r' AND relowner = \(DatabaseLogins.owner)::regrole),
                    (SELECT coalesce(max(version), 0)::integer FROM control.schema_migrations),
                    (SELECT coalesce(max(schema_version), 0)::integer FROM control.tenants
                     WHERE state <> 'deleted')
                """
            ).first
            guard
                let (snapshot, tables, shared, tenant) = try row?.decode(
                    String.self, Int64.self, Int32.self, Int32.self)
            else { throw BackupError("PostgreSQL does not say what it holds.") }
            return Content(
                snapshot: snapshot, companies: companies, tables: Int(tables),
                sharedVersion: shared, tenantVersion: tenant)
        }
    }

    /// One database is all that we know to dump.
    private static func refuseCells(_ session: PostgresSession) async throws {
        let count = try await session.query(
            "SELECT count(*) FROM control.cells WHERE dsn IS NOT NULL"
        ).one().decode(0, as: Int64.self)
        if count > 0 {
            throw BackupError(
                """
                This instance has cells in other databases, and backup writes the home database \
                alone. Use PostgreSQL's own base backups of every server, with the secret file.
                """)
        }
    }
}
