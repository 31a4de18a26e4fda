import Postgres
package import Tenancy
import Vocabulary

/// Where a browser goes after its password was right.
package enum SignInOutcome: Sendable {
    /// On a company's own host: the cookie's secret.
    case signedIn(secret: String)
    /// On the tenant-less host: the companies to go to, each with a code that its host takes once.
    /// Never empty.
    case choose([Workspace])

    package struct Workspace: Sendable {
        package let tenant: Tenant
        package let name: String
        package let code: String
    }
}

extension Identity {
    /// Checks an e-mail and a password.
    ///
    /// Whatever is wrong (an unknown e-mail, a wrong password, a switched-off user, another
    /// company's member), the answer and the work are the same.
    ///
    /// - Parameters:
    ///   - tenant: the company that the host names; nil on the tenant-less host.
    ///   - address: the client's, for throttling.
    package func signIn(
        email rawEmail: String, password: String, tenant: Tenant?, address: String?,
        userAgent: String = ""
    ) async throws -> SignInOutcome {
        let email = try EmailAddress.parse(rawEmail)
        guard !password.isEmpty else {
            throw FieldRefusal(
                "password", code: "NotBlank", Text(ru: "Введите пароль.", en: "Enter the password.")
            )
        }
        let user = try await verified(email, password: password, address: address)
        if let tenant {
            guard try await actor(user.id, in: tenants.database(of: tenant)) != nil else {
                throw IdentityRefusal.wrongEmailOrPassword
            }
            try await throttle.succeeded(email, from: address)
            return .signedIn(
                secret: try await startSession(of: user.id, in: tenant, userAgent: userAgent))
        }
        let choices = try await handOvers(user, userAgent: userAgent)
        guard !choices.isEmpty else { throw IdentityRefusal.wrongEmailOrPassword }
        try await throttle.succeeded(email, from: address)
        return .choose(choices)
    }

    /// The user whose password this is. The attempt has been counted; the caller gives it back.
    func verified(
        _ email: EmailAddress, password: String, address: String?
    ) async throws -> User {
        try await throttle.attempt(email, from: address, at: time.now())
        let user = try await user(email: email)
        // A longer one cannot have been set; hashing it would only be work for us.
        let isPlausible = password.utf8.count <= PasswordRule.length_bytes_max
        let isRight = try await passwords.verify(
            isPlausible ? password : "", against: isPlausible ? user?.passwordHash : nil)
        guard isRight, let user, user.isActive else { throw IdentityRefusal.wrongEmailOrPassword }
        if user.passwordHash.isOutdated(for: passwords.cost) {
            try await renewHash(of: user, password: password)
        }
        return user
    }

    /// The cost was raised since: this is the moment when we know the password.
    private func renewHash(of user: User, password: String) async throws {
        let hash = try await passwords.hash(password)
        _ = try await control.query(
            """
            UPDATE control.users SET password_hash = \(hash.encoded)
            WHERE id = \(user.id) AND password_hash = \(user.passwordHash.encoded)
            """)
    }

    private func handOvers(
        _ user: User, userAgent: String
    ) async throws -> [SignInOutcome.Workspace] {
        var choices: [SignInOutcome.Workspace] = []
        for tenant in try await workspaces(of: user.id) {
            let database = tenants.database(of: tenant)
            let rows = try await database.query(
                """
                SELECT settings.name
                FROM settings
                JOIN members ON members.user_id = \(user.id) AND members.is_active
                """)
            guard let name = try rows.first?.decode(0, as: String.self) else { continue }
            let code = try await handOver(user.id, to: tenant, userAgent: userAgent)
            choices.append(.init(tenant: tenant, name: name, code: code))
        }
        return choices
    }
}
