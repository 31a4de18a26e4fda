import Postgres
import Tenancy

/// A server that waits for the database to come back must not serve half of it, so PostgreSQL
/// itself lets nobody in but the administrator and our migrator until the restore is through.
extension InstanceBackup {
    /// - Throws: `SettingsError` while a server is connected to the database.
    func refuseServers(_ url: String) async throws {
        let connected = try await PostgresSession.withSession(url: url) { session in
            try await session.query(
                """
                SELECT string_agg(DISTINCT usename::text, ', ')
                FROM pg_stat_activity
                WHERE datname = current_database()
                    AND usename IN (\(DatabaseLogins.controlRole), \(Cell.home.login))
                """
            ).one().decode(0, as: String?.self)
        }
        if let connected {
            throw SettingsError(
                "A server is connected to the database (\(connected)); stop it first.")
        }
    }

    func closeDoor(_ url: String) async throws {
        try await change(url) { name in
            """
            REVOKE CONNECT ON DATABASE \(name) FROM PUBLIC;
            GRANT CONNECT ON DATABASE \(name) TO \(DatabaseLogins.migratorRole);
            """
        }
        // Who came in before it was closed is still there.
        try await refuseServers(url)
    }

    /// The restore is through: at once nothing says any more that it is not.
    func openDoor(_ url: String) async throws {
        try await change(url) { name in
            """
            GRANT CONNECT ON DATABASE \(name) TO PUBLIC;
            REVOKE CONNECT ON DATABASE \(name) FROM \(DatabaseLogins.migratorRole);
            DROP SCHEMA \(Self.marker);
            """
        }
    }

    private func change(_ url: String, _ script: (_ database: String) -> String) async throws {
        try await PostgresSession.withSession(url: url) { session in
            let name = try await session.query("SELECT quote_ident(current_database())").one()
                .decode(0, as: String.self)
            try await session.script(script(name))
        }
    }
}
