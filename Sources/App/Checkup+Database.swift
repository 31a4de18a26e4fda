import Foundation
import Postgres
import Tenancy

extension Checkup {
    func database(_ secret: Data) async -> [Finding] {
        do {
            let url = try settings.databaseURL ?? DatabaseAddress.find(settings)
            let logins = try DatabaseLogins(url: url, secret: secret)
            do {
                return try await control(logins) + cells(logins) + backup(logins)
            } catch {
                return [
                    Finding(
                        "PostgreSQL", isWell: false, await words(for: error, at: logins.control))
                ]
            }
        } catch {
            return [Finding("PostgreSQL", isWell: false, "\(error)")]
        }
    }

    private func control(_ logins: DatabaseLogins) async throws -> [Finding] {
        let directory = settings.shareDirectory.appendingPathComponent("migrations")
        let shared = try Migrations(directory: directory.appendingPathComponent("shared")).latest
        let tenant = try Migrations(directory: directory.appendingPathComponent("tenant")).latest
        return try await PostgresSession.withSession(url: logins.control) { session in
            let (version, done, count, behind) = try await session.query(
                """
                SELECT current_setting('server_version_num')::bigint,
                    (SELECT coalesce(max(version), 0)::integer FROM control.schema_migrations),
                    count(*), count(*) FILTER (WHERE schema_version < \(tenant))
                FROM control.tenants WHERE state IN ('active', 'suspended')
                """
            ).one().decode(Int64.self, Int32.self, Int64.self, Int64.self)
            return [
                Finding(
                    "PostgreSQL", isWell: version >= 150_000,
                    "version \(version / 10_000), 15 or newer is needed"),
                Finding(
                    "control tables", isWell: done >= shared,
                    done >= shared
                        ? "version \(done)"
                        : "version \(done) of \(shared); run `voronka migrate`"),
                Finding(
                    "migrations", isWell: behind == 0,
                    "\(count) companies, \(behind) behind version \(tenant)"
                        + (behind == 0 ? "" : "; run `voronka migrate`")),
            ]
        }
    }

    /// pg_dump locks every table at once, and refuses a server newer than itself.
    private func backup(_ logins: DatabaseLogins) async throws -> [Finding] {
        let (server, locks, tables) = try await PostgresSession.withSession(url: logins.control) {
            try await $0.query(
                """
                SELECT current_setting('server_version_num')::bigint / 10000,
                    current_setting('max_locks_per_transaction')::bigint
                        * current_setting('max_connections')::bigint,
                    (SELECT count(*) FROM pg_class
                     WHERE relkind = 'r' AND relowner = \(DatabaseLogins.owner)::regrole)
                """
            ).one().decode(Int64.self, Int64.self, Int64.self)
        }
        let locksAreEnough = Finding(
            "locks", isWell: tables <= locks,
            "\(tables) tables, \(locks) locks (max_locks_per_transaction)")
        do {
            let path = try Programs.find("pg_dump").path
            let version = try await Programs.version(of: "pg_dump")
            return [locksAreEnough, Self.dump(path, version: version, server: server)]
        } catch {
            return [locksAreEnough, Finding("pg_dump", isWell: false, "\(error)")]
        }
    }

    static func dump(_ path: String, version: Int64, server: Int64) -> Finding {
        Finding(
            "pg_dump", isWell: version >= server,
            version >= server
                ? "\(path), version \(version)"
                : "\(path) is of version \(version) and the server of \(server); install "
                    + "postgresql-client-\(server)")
    }

    /// What is down, where, and what to do about it.
    func words(for error: any Error, at url: String) async -> String {
        guard let error = error as? PostgresError else { return "\(error)" }
        let place = (try? DatabaseAddress.strip(url)) ?? "an address that cannot be understood"
        let said = error.message.split(separator: "\n").first.map(String.init) ?? ""
        switch (error.code, error.sqlState) {
        case (.connectionFailed, _):
            return switch await PostgresSession.presence(at: url) {
            case .silent:
                "nothing answers at \(place); start PostgreSQL there, or correct the address"
            case .rejecting:
                "PostgreSQL at \(place) is starting or stopping; ask again in a moment"
            case .accepting:
                "PostgreSQL at \(place) does not let us in; run `voronka migrate` with the secret "
                    + "of this instance (\(said))"
            }
        case (_, "42P01"), (_, "42501"):
            return "\(place) has no control tables for us; run `voronka migrate` (\(said))"
        default: return "PostgreSQL at \(place) failed: \(said)"
        }
    }
}
