import Postgres

extension Cells {
    /// Says beforehand what would otherwise fail half-way: whether the database is one that we can
    /// live in, and whether the administrator's role may do there what making the logins takes. A
    /// superuser may; so may who has CREATEROLE and owns the database.
    ///
    /// - Throws: `CellRefusal`; `TooFewRights` with what a superuser can do about it.
    package static func refuseUnfit(administrator url: String) async throws {
        try await PostgresSession.withSession(url: url) { _ = try await refuseUnfit(.home, $0) }
    }

    /// - Returns: the database's name.
    static func refuseUnfit(_ cell: Cell, _ session: PostgresSession) async throws -> String {
        let (name, version, hasControl) = try await session.query(
            """
            SELECT current_database()::text, current_setting('server_version_num')::bigint,
                to_regnamespace('control') IS NOT NULL
            """
        ).one().decode(String.self, Int64.self, Bool.self)
        if !cell.isHome, hasControl { throw CellRefusal.hasControl }
        if version < 150_000 { throw CellRefusal.old }
        let (role, remedies) = try await session.query(lacking(cell)).one()
            .decode(String.self, String?.self)
        if let remedies {
            throw TooFewRights(role: role, database: name, remedies: remedies)
        }
        return name
    }

    /// What is missing, as the statements that give it. From PostgreSQL 16 on CREATEROLE reaches
    /// only roles that one may administer.
    private static func lacking(_ cell: Cell) -> PostgresStatement {
        let roles = DatabaseLogins.roles(of: cell)
        return """
            SELECT me.rolname::text, string_agg(lack.remedy, '; ' ORDER BY lack.place, lack.remedy)
            FROM pg_roles AS me
            JOIN pg_database AS base ON base.datname = current_database()
            LEFT JOIN LATERAL (
                SELECT 1, format('ALTER ROLE %I CREATEROLE', me.rolname)
                WHERE NOT me.rolcreaterole
                UNION ALL
                SELECT 2, format('ALTER DATABASE %I OWNER TO %I', base.datname, me.rolname)
                WHERE NOT pg_has_role(base.datdba, 'USAGE')
                UNION ALL
                SELECT 3, 'ALTER SCHEMA public OWNER TO pg_database_owner'
                FROM pg_namespace
                WHERE nspname = 'public' AND nspowner <> 'pg_database_owner'::regrole
                    AND NOT pg_has_role(nspowner, 'USAGE')
                UNION ALL
                SELECT 4, format('ALTER ROLE %I NOSUPERUSER NOREPLICATION NOBYPASSRLS', rolname)
                FROM pg_roles
                WHERE rolname = ANY(\(roles)) AND (rolsuper OR rolreplication OR rolbypassrls)
                UNION ALL
                SELECT 5, format('GRANT %I TO %I WITH ADMIN OPTION', rolname, me.rolname)
                FROM pg_roles
                WHERE rolname = ANY(\(roles))
                    AND current_setting('server_version_num')::integer >= 160000
                    AND NOT pg_has_role(oid, 'MEMBER WITH ADMIN OPTION')
            ) AS lack(place, remedy) ON NOT me.rolsuper
            WHERE me.rolname = current_user
            GROUP BY me.rolname
            """
    }
}

/// The administrator's URL names somebody who is none; said to the operator.
package struct TooFewRights: Error, CustomStringConvertible {
    let role: String
    let database: String
    /// Statements, separated by semicolons.
    let remedies: String

    package var description: String {
        """
        The role "\(role)" may not administer the database "\(database)". Ask a superuser for: \
        \(remedies)
        """
    }
}
