import Crypto
package import Foundation

/// The logins of this instance, each with a password derived from the secret, so that none has to
/// be kept. `serve` gets `control` and `cell` only; the administrator's URL stays with `migrate`
/// and `tenant`.
package struct DatabaseLogins: Sendable {
    /// For the control tables.
    package let control: String
    /// For roles, schemas and migrations.
    package let migrator: String
    /// For the tenants of cell 1.
    package let cell: String

    package static let owner = "vk_owner"
    package static let controlRole = "vk_ctl"
    static let migratorRole = "vk_migrator"
    package static let cellRole = "vk_app_c1"

    private let passwords: [String: String]

    /// - Parameters:
    ///   - url: any URL of the database, e.g. the administrator's; its user and password are
    ///     replaced.
    ///   - secret: the bytes of the secret file.
    package init(url: String, secret: Data) throws {
        var passwords: [String: String] = [:]
        func address(_ role: String) throws -> String {
            guard var parts = URLComponents(string: url) else { throw TenancyError.malformedURL }
            let password = Self.password(of: role, secret)
            passwords[role] = password
            parts.user = role
            parts.password = password
            guard let address = parts.string else { throw TenancyError.malformedURL }
            return address
        }
        control = try address(Self.controlRole)
        migrator = try address(Self.migratorRole)
        cell = try address(Self.cellRole)
        self.passwords = passwords
    }

    private static func password(of role: String, _ secret: Data) -> String {
        HMAC<SHA256>.authenticationCode(
            for: Data("login:\(role)".utf8), using: SymmetricKey(data: secret)
        )
        .map { byte in
            let hex = String(byte, radix: 16)
            return byte < 16 ? "0" + hex : hex
        }.joined()
    }

    /// Creates or refreshes the roles; run as the administrator. Passwords are hex, hence safe to
    /// quote.
    func bootstrapScript(database: String) -> String {
        func login(_ role: String, _ options: String) -> String {
            let password = passwords[role] ?? ""
            return """
                DO $$ BEGIN
                    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '\(role)') THEN
                        CREATE ROLE \(role);
                    END IF;
                END $$;
                ALTER ROLE \(role) LOGIN NOINHERIT NOSUPERUSER \(options) PASSWORD '\(password)';

                """
        }
        let name = "\"" + database.replacing("\"", with: "\"\"") + "\""
        return """
            SELECT pg_advisory_xact_lock(7864120231);
            DO $$ BEGIN
                IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '\(Self.owner)') THEN
                    CREATE ROLE \(Self.owner) NOLOGIN;
                END IF;
            END $$;
            \(login(Self.migratorRole, "CREATEROLE"))\(login(Self.controlRole, ""))\
            \(login(Self.cellRole, ""))
            GRANT \(Self.owner) TO \(Self.migratorRole);
            REVOKE ALL ON SCHEMA public FROM PUBLIC;
            REVOKE TEMPORARY, CREATE ON DATABASE \(name) FROM PUBLIC;
            GRANT CREATE ON DATABASE \(name) TO \(Self.owner);
            """
    }
}
