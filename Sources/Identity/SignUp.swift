import Logging
import Postgres
import Tenancy
package import Vocabulary

/// What a stranger types in order to get a company of his own, checked.
package struct NewCompany: Sendable {
    package let company: String
    package let slug: String
    /// The administrator's.
    package let name: String
    package let email: EmailAddress
    package let language: Language
    let password: String

    /// - Throws: `BatchRefusal` with every field that cannot be taken, not just the first.
    package init(
        company: String, slug: String, name: String, email: String, password: String,
        language: Language
    ) throws {
        var refusals: [any Refusal] = []
        func take<Value>(
            _ fallback: Value, _ read: () throws(FieldRefusal) -> Value
        ) -> Value {
            do {
                return try read()
            } catch {
                refusals.append(error)
                return fallback
            }
        }
        self.company = take("") { () throws(FieldRefusal) in
            try FormText.line(company, path: "company")
        }
        self.slug = take("") { () throws(FieldRefusal) in try Slug.parse(slug) }
        self.name = take("") { () throws(FieldRefusal) in try FormText.line(name, path: "name") }
        let address = take(nil) { () throws(FieldRefusal) -> EmailAddress? in
            try EmailAddress.parse(email)
        }
        self.language = language
        self.password = password
        let known = address ?? EmailAddress.unknown
        take(()) { () throws(FieldRefusal) in try PasswordRule.check(password, email: known) }
        self.email = known
        guard refusals.isEmpty else {
            throw BatchRefusal([.init(requestID: "0", refusals: refusals)])
        }
    }
}

extension Identity {
    /// Makes a company with its administrator; gives the way to it.
    ///
    /// Someone who has a password here already keeps it: he must give it, and the new company is
    /// added to his. A wrong one is answered as at sign-in, and counted as there. (Without letters
    /// we cannot hide that an e-mail is known from someone who tries to sign up with it; guessing
    /// stays throttled.)
    package func signUp(
        _ new: NewCompany, address: String?, userAgent: String = ""
    ) async throws -> SignInOutcome.Workspace {
        guard let provision else { throw IdentityRefusal.signUpIsClosed }
        try await throttle.attempt(new.email, from: address, at: time.now())
        guard try await tenants.find(slug: new.slug) == nil else { throw Slug.taken() }
        let (userID, isNew) = try await founder(new)
        do {
            let tenant = try await provision(new)
            // That there is no such company was remembered above.
            tenants.forgetAll()
            try await seat(userID, new, in: tenant)
            // The address keeps its count: companies are not made by the hundred.
            try await throttle.succeeded(new.email, from: nil)
            let code = try await handOver(userID, to: tenant, userAgent: userAgent)
            return .init(tenant: tenant, name: new.company, code: code)
        } catch {
            if isNew { try await forgetFounder(userID) }
            if let error = error as? PostgresError, error.isUniqueViolation { throw Slug.taken() }
            if case TenancyError.cellsFull = error {
                logger.error("a company could not sign up", metadata: ["error": "\(error)"])
                throw IdentityRefusal.noRoom
            }
            throw error
        }
    }

    private func founder(_ new: NewCompany) async throws -> (id: Int64, isNew: Bool) {
        if let user = try await user(email: new.email) {
            let isRight = try await passwords.verify(new.password, against: user.passwordHash)
            guard isRight, user.isActive else { throw IdentityRefusal.wrongEmailOrPassword }
            return (user.id, false)
        }
        let hash = try await passwords.hash(new.password)
        guard
            let id = try await makeUser(
                new.email, name: new.name, hash: hash, language: new.language)
        else { throw IdentityRefusal.wrongEmailOrPassword }
        return (id, true)
    }

    private func seat(_ userID: Int64, _ new: NewCompany, in tenant: Tenant) async throws {
        let hue = Int32(Self.hue(of: new.email))
        try await tenants.database(of: tenant).transaction { transaction in
            let found = try await transaction.query(
                "SELECT id FROM roles WHERE is_administrator ORDER BY id LIMIT 1")
            let roleID: Int64
            if let row = found.first {
                roleID = try row.decode(0, as: Int64.self)
            } else {
                roleID = try await Self.seedRoles(new.language, in: transaction).administrator
            }
            try await logging(userID, by: userID, in: transaction) {
                _ = try await transaction.query(
                    """
                    INSERT INTO members (user_id, name, email, locale, role_id, hue)
                    VALUES (\(userID), \(new.name), \(new.email.text), \(new.language.rawValue),
                        \(roleID), \(hue))
                    """)
            }
        }
        try await join(userID, tenant)
    }

    /// The company could not be made: its founder may try again with the same e-mail and another
    /// password.
    private func forgetFounder(_ userID: Int64) async throws {
        _ = try await control.query(
            """
            DELETE FROM control.users
            WHERE id = \(userID)
                AND NOT EXISTS (SELECT FROM control.memberships WHERE user_id = \(userID))
            """)
    }
}
