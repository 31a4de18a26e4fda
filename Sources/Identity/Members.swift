import Postgres
import Records
package import Tenancy
package import Vocabulary

/// Someone to be given work in a company.
package struct NewMember: Sendable {
    package var name: String
    package var email: String
    /// nil: someone who has a password already (in another company) is added under it.
    package var password: String?
    package var roleID: Int64
    package var groupID: Int64?
    package var language: Language
    /// The hue of his initials' circle, 0...359. nil: by the e-mail.
    package var hue: Int?

    package init(
        name: String, email: String, password: String?, roleID: Int64, groupID: Int64? = nil,
        language: Language = .ru, hue: Int? = nil
    ) {
        self.name = name
        self.email = email
        self.password = password
        self.roleID = roleID
        self.groupID = groupID
        self.language = language
        self.hue = hue
    }
}

extension Identity {
    /// Adds a member to a company, making the user when nobody has the e-mail; gives the user's id.
    ///
    /// For the operator and administrators. A user who exists keeps the password and the name that
    /// he has elsewhere; one who was a member here before is switched on again with the new role.
    ///
    /// - Parameter actorID: who does it, for the log; 0: the operator.
    package func addMember(
        _ new: NewMember, to tenant: Tenant, by actorID: Int64 = 0
    ) async throws -> Int64 {
        let email = try EmailAddress.parse(new.email)
        let name = try FormText.line(new.name, path: "name")
        let database = tenants.database(of: tenant)
        try await checkRole(new.roleID, groupID: new.groupID, in: database)
        let userID = try await findOrMakeUser(
            email, name: name, password: new.password, language: new.language)
        let hue = Int32(new.hue ?? Self.hue(of: email))
        try await database.transaction { transaction in
            try await logging(userID, by: actorID, in: transaction) {
                _ = try await transaction.query(
                    """
                    INSERT INTO members AS member (user_id, name, email, locale, role_id, group_id, hue)
                    VALUES (\(userID), \(name), \(email.text), \(new.language.rawValue), \(new.roleID),
                        \(new.groupID), \(hue))
                    ON CONFLICT (user_id) DO UPDATE
                    SET name = excluded.name, role_id = excluded.role_id,
                        group_id = excluded.group_id, is_active = true
                    """)
            }
        }
        wake(tenant)
        try await join(userID, tenant)
        return userID
    }

    /// The control side of a membership; what was cached of the company's people is forgotten:
    /// groups have changed.
    func join(_ userID: Int64, _ tenant: Tenant) async throws {
        _ = try await control.send([
            """
            INSERT INTO control.memberships (user_id, tenant_id) VALUES (\(userID), \(tenant.id))
            ON CONFLICT DO NOTHING
            """,
            forgetting(.tenant(tenant.id)),
        ])
        cache.forget(.tenant(tenant.id))
    }

    /// Switches a member off or on. His sessions and tokens in this company stop counting at once.
    ///
    /// - Parameter actorID: who does it, for the log; 0: the operator.
    package func setMember(
        _ userID: Int64, isActive: Bool, in tenant: Tenant, by actorID: Int64 = 0
    ) async throws {
        try await tenants.database(of: tenant).transaction { transaction in
            try await logging(userID, by: actorID, in: transaction) {
                let rows = try await transaction.query(
                    "UPDATE members SET is_active = \(isActive) WHERE user_id = \(userID) RETURNING 1"
                )
                if rows.isEmpty { throw NotFound() }
            }
        }
        wake(tenant)
        var statements = [forgetting(.tenant(tenant.id))]
        if !isActive {
            statements.append(
                """
                DELETE FROM control.sessions
                WHERE user_id = \(userID) AND tenant_id = \(tenant.id)
                """)
        }
        _ = try await control.send(statements)
        cache.forget(.tenant(tenant.id))
    }

    /// Logs what a change makes of one member. His own taste (language, theme) is not in it.
    func logging(
        _ userID: Int64, by actorID: Int64, in transaction: TenantTransaction,
        _ change: () async throws -> Void
    ) async throws {
        let image: PostgresStatement = """
            SELECT 'user', m.user_id, m.user_id::text, json_build_object('id', m.user_id,
                'name', m.name, 'email', m.email, 'role_id', m.role_id, 'group_id', m.group_id,
                'is_active', m.is_active)::text
            FROM members AS m
            WHERE m.user_id = \(userID)
            FOR UPDATE
            """
        try await SetupLog.logging(
            .user, image, by: actorID, at: time.now(), in: transaction, change)
    }

    private func checkRole(
        _ roleID: Int64, groupID: Int64?, in database: TenantDatabase
    ) async throws {
        let row = try await database.query(
            """
            SELECT EXISTS (SELECT FROM roles WHERE id = \(roleID)),
                \(groupID) IS NULL OR EXISTS (SELECT FROM user_groups WHERE id = \(groupID))
            """
        ).one()
        let (hasRole, hasGroup) = try row.decode(Bool.self, Bool.self)
        guard hasRole else {
            throw FieldRefusal(
                "role_id", code: "NotSupportedChoice",
                Text(ru: "Такой роли нет.", en: "There is no such role."))
        }
        guard hasGroup else {
            throw FieldRefusal(
                "group_id", code: "NotSupportedChoice",
                Text(ru: "Такой группы нет.", en: "There is no such group."))
        }
    }

    private func findOrMakeUser(
        _ email: EmailAddress, name: String, password: String?, language: Language
    ) async throws -> Int64 {
        if let user = try await user(email: email) { return user.id }
        guard let password else {
            throw FieldRefusal(
                "password", code: "NotBlank",
                Text(ru: "Задайте пароль новому пользователю.", en: "Set the new user's password."))
        }
        try PasswordRule.check(password, email: email)
        let hash = try await passwords.hash(password)
        guard let id = try await makeUser(email, name: name, hash: hash, language: language) else {
            return try await findOrMakeUser(
                email, name: name, password: password, language: language)
        }
        return id
    }

    /// nil: somebody took the e-mail meanwhile.
    func makeUser(
        _ email: EmailAddress, name: String, hash: PasswordHash, language: Language
    ) async throws -> Int64? {
        try await control.query(
            """
            INSERT INTO control.users (email, name, locale, password_hash)
            VALUES (\(email.text), \(name), \(language.rawValue), \(hash.encoded))
            ON CONFLICT (email) DO NOTHING
            RETURNING id
            """
        ).first?.decode(0, as: Int64.self)
    }

    /// The same for the same person everywhere, and spread over the wheel.
    static func hue(of email: EmailAddress) -> Int {
        SecretDigest(email.text).bytes.prefix(2).reduce(0) { $0 << 8 | Int($1) } % 360
    }
}
