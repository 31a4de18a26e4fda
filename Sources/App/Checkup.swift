import Foundation
package import Logging
import Postgres
import Tenancy

/// `voronka doctor`: looks at everything that the server needs.
package struct Checkup: Sendable {
    package struct Finding: Sendable, Codable {
        package let name: String
        package let isWell: Bool
        package let detail: String
    }

    /// Less than this free, and a busy day may fill the disk.
    static let freeDisk_MB_min = 512

    private let settings: Settings
    private let logger: Logger

    package init(_ settings: Settings, logger: Logger) {
        self.settings = settings
        self.logger = logger
    }

    package func run() async -> [Finding] {
        var findings = [secret(), disk(), domains(), front()]
        findings += await database()
        return findings
    }

    private func secret() -> Finding {
        do {
            _ = try Secret.read(settings.secretFile)
            return Finding(name: "secret", isWell: true, detail: settings.secretFile.path)
        } catch {
            return Finding(name: "secret", isWell: false, detail: "\(error)")
        }
    }

    private func disk() -> Finding {
        let attributes = try? FileManager.default.attributesOfFileSystem(
            forPath: settings.dataDirectory.path)
        guard let free = attributes?[.systemFreeSize] as? NSNumber else {
            return Finding(
                name: "disk", isWell: false, detail: "there is no \(settings.dataDirectory.path)")
        }
        let megabytes = free.intValue >> 20
        return Finding(
            name: "disk", isWell: megabytes >= Self.freeDisk_MB_min, detail: "\(megabytes) MB free")
    }

    private func domains() -> Finding {
        Finding(
            name: "base domains", isWell: !settings.baseDomains.isEmpty,
            detail: settings.baseDomains.joined(separator: ", "))
    }

    private func front() -> Finding {
        let shell = settings.shareDirectory.appendingPathComponent("web/templates/app.mustache")
        let isThere = FileManager.default.fileExists(atPath: shell.path)
        return Finding(
            name: "web files", isWell: isThere, detail: settings.shareDirectory.path)
    }

    private func database() async -> [Finding] {
        do {
            let secret = try Secret.read(settings.secretFile)
            let url = try settings.databaseURL ?? DatabaseAddress.find(settings)
            let logins = try DatabaseLogins(url: url, secret: secret)
            return try await control(logins) + cells(logins) + backup(logins)
        } catch {
            return [Finding(name: "PostgreSQL", isWell: false, detail: "\(error)")]
        }
    }

    private func control(_ logins: DatabaseLogins) async throws -> [Finding] {
        let newest = try Migrations(
            directory: settings.shareDirectory.appendingPathComponent("migrations/tenant")
        ).latest
        return try await PostgresSession.withSession(url: logins.control) { session in
            let row = try await session.query(
                """
                SELECT current_setting('server_version_num')::bigint, count(*),
                    count(*) FILTER (WHERE schema_version < \(newest))
                FROM control.tenants WHERE state IN ('active', 'suspended')
                """
            ).first
            guard let row else { return [] }
            let (version, count, behind) = try row.decode(Int64.self, Int64.self, Int64.self)
            return [
                Finding(
                    name: "PostgreSQL", isWell: version >= 150_000,
                    detail: "version \(version / 10_000), 15 or newer is needed"),
                Finding(
                    name: "migrations", isWell: behind == 0,
                    detail: "\(count) companies, \(behind) behind version \(newest)"),
            ]
        }
    }

    /// Is there a login that reaches every cell, and may no more than it should?
    private func cells(_ logins: DatabaseLogins) async throws -> [Finding] {
        var findings: [Finding] = []
        for one in try await Cells(logins: logins, logger: logger).list() {
            let name = "cell \(one.cell.id)"
            do {
                let url = logins.tenants(of: one.cell)
                let isTight = try await isTight(url)
                let room = "\(one.tenants) of \(one.maxTenants) companies"
                findings.append(
                    Finding(
                        name: name, isWell: isTight,
                        detail: isTight
                            ? "\(room), the tenants' login is tight"
                            : "the tenants' login may too much"))
                findings.append(try await memory(url, of: one.cell))
            } catch {
                findings.append(Finding(name: name, isWell: false, detail: "\(error)"))
            }
        }
        return findings
    }

    /// Without a tenant's role the login must see nothing at all.
    private func isTight(_ url: String) async throws -> Bool {
        try await PostgresSession.withSession(url: url) { session in
            try await session.query(
                """
                SELECT NOT rolsuper AND NOT rolinherit AND NOT rolcreaterole
                    AND coalesce(
                        NOT has_schema_privilege(to_regnamespace('control')::oid, 'USAGE'), true)
                FROM pg_roles
                WHERE rolname = current_user
                """
            ).one().decode(0, as: Bool.self)
        }
    }

    /// Each company adds 0.4 MB to the catalogue, and the first query for one is three times as
    /// slow when its part of it is not in memory (decision 15).
    private func memory(_ url: String, of cell: Cell) async throws -> Finding {
        try await PostgresSession.withSession(url: url) { session in
            let (catalogue, buffers) = try await session.query(
                """
                SELECT
                    (SELECT sum(pg_relation_size(oid))::bigint FROM pg_class
                     WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind IN ('r', 'i')),
                    pg_size_bytes(current_setting('shared_buffers'))
                """
            ).one().decode(Int64.self, Int64.self)
            return Finding(
                name: "memory \(cell.id)", isWell: catalogue <= buffers,
                detail: "\(catalogue >> 20) MB of catalogue, "
                    + "\(buffers >> 20) MB of shared_buffers")
        }
    }

    /// pg_dump locks every table at once, and refuses a server newer than itself.
    private func backup(_ logins: DatabaseLogins) async throws -> [Finding] {
        try await PostgresSession.withSession(url: logins.control) { session in
            let row = try await session.query(
                """
                SELECT current_setting('max_locks_per_transaction')::bigint
                        * current_setting('max_connections')::bigint,
                    (SELECT count(*) FROM pg_class
                     WHERE relkind = 'r' AND relowner = \(DatabaseLogins.owner)::regrole)
                """
            ).first
            guard let (locks, tables) = try row?.decode(Int64.self, Int64.self) else { return [] }
            let locksAreEnough = Finding(
                name: "locks", isWell: tables <= locks,
                detail: "\(tables) tables, \(locks) locks (max_locks_per_transaction)")
            do {
                let program = try Programs.find("pg_dump")
                return [
                    locksAreEnough, Finding(name: "pg_dump", isWell: true, detail: program.path),
                ]
            } catch {
                return [
                    locksAreEnough, Finding(name: "pg_dump", isWell: false, detail: "\(error)"),
                ]
            }
        }
    }
}
