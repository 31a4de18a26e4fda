import Crypto
package import Foundation

/// The logins of this instance, each with a password derived from the secret, so that none has to
/// be kept. They are the same in every cell, but for the tenants' login, of which each cell has its
/// own. The administrator's URL is not among them.
package struct DatabaseLogins: Sendable {
    /// For the control tables.
    package let control: String
    /// For roles, schemas and migrations at home.
    package let migrator: String

    package static let owner = "vk_owner"
    package static let controlRole = "vk_ctl"
    package static let migratorRole = "vk_migrator"

    private let home: URLComponents
    private let secret: Data

    /// - Parameters:
    ///   - url: any URL of the control database, e.g. the administrator's; its user and password
    ///     are replaced.
    ///   - secret: the bytes of the secret file.
    package init(url: String, secret: Data) throws {
        guard let home = URLComponents(string: url), home.string != nil else {
            throw TenancyError.malformedURL
        }
        self.home = home
        self.secret = secret
        control = Cell.home.url(
            home: home, user: Self.controlRole,
            password: Self.password(of: Self.controlRole, secret))
        migrator = Cell.home.url(
            home: home, user: Self.migratorRole,
            password: Self.password(of: Self.migratorRole, secret))
    }

    /// For the tenants of this cell.
    package func tenants(of cell: Cell) -> String { address(cell.login, cell) }

    /// For roles, schemas and migrations of this cell.
    package func migrator(of cell: Cell) -> String { address(Self.migratorRole, cell) }

    /// The administrator of the control database at the cell's address: name and password are the
    /// same there.
    static func administrator(_ url: String, of cell: Cell) throws -> String {
        guard let parts = URLComponents(string: url) else { throw TenancyError.malformedURL }
        return cell.isHome
            ? url : cell.url(home: parts, user: parts.user, password: parts.password)
    }

    private func address(_ role: String, _ cell: Cell) -> String {
        cell.url(home: home, user: role, password: Self.password(of: role, secret))
    }

    /// Hex, hence safe to quote.
    private static func password(of role: String, _ secret: Data) -> String {
        HMAC<SHA256>.authenticationCode(
            for: Data("login:\(role)".utf8), using: SymmetricKey(data: secret)
        )
        .map { byte in
            let hex = String(byte, radix: 16)
            return byte < 16 ? "0" + hex : hex
        }.joined()
    }

    /// Creates or refreshes the roles that a cell's database needs; run there as the administrator.
    func bootstrapScript(_ cell: Cell, database: String) -> String {
        let name = "\"" + database.replacing("\"", with: "\"\"") + "\""
        return """
            SELECT pg_advisory_xact_lock(7864120231);
            \(make(Self.owner))
            \(login(Self.migratorRole, "CREATEROLE"))\(cell.isHome ? login(Self.controlRole) : "")\
            \(login(cell.login))
            GRANT \(Self.owner) TO \(Self.migratorRole);
            REVOKE ALL ON SCHEMA public FROM PUBLIC;
            REVOKE TEMPORARY, CREATE ON DATABASE \(name) FROM PUBLIC;
            GRANT CREATE ON DATABASE \(name) TO \(Self.owner);
            """
    }

    /// Every role that `bootstrapScript` makes.
    static func roles(of cell: Cell) -> [String] {
        [owner, migratorRole, cell.login] + (cell.isHome ? [controlRole] : [])
    }

    private func login(_ role: String, _ option: String = "NOCREATEROLE") -> String {
        """
        \(make(role))
        ALTER ROLE \(role) LOGIN NOINHERIT \(option)
            PASSWORD '\(Self.password(of: role, secret))';

        """
    }

    /// Only what a role has too much is named: to speak of these attributes at all takes a
    /// superuser, whom the administrator need not be.
    private func make(_ role: String) -> String {
        """
        DO $$ DECLARE spare text; BEGIN
            IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '\(role)') THEN
                CREATE ROLE \(role);
            END IF;
            SELECT string_agg(attribute.taken, ' ') INTO spare
            FROM pg_roles, LATERAL (
                VALUES (rolsuper, 'NOSUPERUSER'), (rolreplication, 'NOREPLICATION'),
                    (rolbypassrls, 'NOBYPASSRLS')
            ) AS attribute(is_there, taken)
            WHERE rolname = '\(role)' AND attribute.is_there;
            IF spare IS NOT NULL THEN EXECUTE 'ALTER ROLE \(role) ' || spare; END IF;
        END $$;
        """
    }
}
