import Postgres
import Tenancy

/// Roles belong to the PostgreSQL server: an archive of a database has none, and a server may have
/// them already.
extension InstanceBackup {
    func makeRoles(_ manifest: BackupManifest, _ logins: DatabaseLogins) async throws {
        try await asMigrator(logins, manifest) { key, _ in
            """
            DO $$ BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '\(key)') THEN
                    CREATE ROLE \(key) NOLOGIN NOINHERIT;
                END IF;
            END $$;
            """
        }
    }

    /// The tenants' login gets the roles of the active companies and loses those of the suspended.
    /// A role that another database of this server uses as well stays as it is: a drill beside the
    /// real instance must not put a company out of service, nor back into it.
    func grantRoles(_ manifest: BackupManifest, _ logins: DatabaseLogins) async throws {
        try await asMigrator(logins, manifest) { key, isActive in
            let change =
                isActive
                ? "GRANT \(key) TO \(Cell.home.login)"
                : "REVOKE \(key) FROM \(Cell.home.login)"
            return """
                DO $$ BEGIN
                    IF NOT \(SharedServer.isUsedElsewhere(key)) THEN
                        \(change);
                    END IF;
                END $$;
                """
        }
    }

    private func asMigrator(
        _ logins: DatabaseLogins, _ manifest: BackupManifest,
        _ line: (_ key: String, _ isActive: Bool) -> String
    ) async throws {
        let lines = try manifest.companies.map { company in
            guard let key = SchemaKey(company.schemaKey) else {
                throw BackupError("The manifest names no schema of ours: \(company.schemaKey).")
            }
            return line(key.rawValue, company.isActive)
        }
        if lines.isEmpty { return }
        try await PostgresSession.withSession(url: logins.migrator) { session in
            try await session.script(lines.joined(separator: "\n"))
        }
    }
}

/// Several instances on one PostgreSQL server would share the names of their logins.
enum SharedServer {
    /// An SQL condition: another database of this server depends on the role.
    static func isUsedElsewhere(_ role: String) -> String {
        """
        EXISTS (
            SELECT FROM pg_shdepend AS use
            JOIN pg_database AS base ON base.oid = use.dbid
            WHERE use.refclassid = 'pg_authid'::regclass AND use.refobjid = '\(role)'::regrole
                AND base.datname <> current_database()
        )
        """
    }

    /// Fresh passwords for the logins would lock the other instance out.
    ///
    /// - Throws: `SettingsError` when another database of the server uses them with another secret.
    static func refuseForeignLogins(administrator: String, logins: DatabaseLogins) async throws {
        let isShared = try await PostgresSession.withSession(url: administrator) { session in
            let role = DatabaseLogins.controlRole
            let isThere = try await session.query(
                "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = \(role))"
            ).first?.decode(0, as: Bool.self)
            guard isThere == true else { return false }
            return try await session.query(
                PostgresStatement(unsafeSQL: "SELECT \(isUsedElsewhere(role))", binds: [])
            ).first?.decode(0, as: Bool.self) ?? false
        }
        guard isShared else { return }
        do {
            // The one login that a restore under way lets in.
            try await PostgresSession.withSession(url: logins.migrator) { _ in }
        } catch let error as PostgresError where error.code == .connectionFailed {
            throw SettingsError(
                "This PostgreSQL server serves another instance with another secret; "
                    + "the logins have the same names, so use a server of its own.")
        }
    }
}
