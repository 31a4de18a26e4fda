package import FoundationEssentials
import Outbox
import Postgres
import Records
package import Tenancy
package import Vocabulary
import Web

/// A token as its owner sees it later; the JWT itself is shown once.
package struct APIToken: Sendable, Hashable {
    package let id: UUID
    package let userID: Int64
    package let name: String
    package let scopes: [String]
    package let createdAt: Moment
    package let expiresAt: Moment
    package let revokedAt: Moment?
}

extension Identity {
    /// Source: amocrm-api, 3.4: one day to five years.
    package static let tokenDays: ClosedRange<Int> = 1...1826
    static let tokensPerTenant_max = 1_000

    /// Makes a long-lived token for a member of the company.
    package func issueToken(
        for userID: Int64, in tenant: Tenant, name: String, scopes: [Scope] = [.crm],
        days: Int = 365
    ) async throws -> String {
        guard Self.tokenDays.contains(days) else {
            throw FieldRefusal(
                "days", Text(ru: "Срок — от 1 дня до 5 лет.", en: "From 1 day to 5 years."))
        }
        guard try await actor(userID, in: tenants.database(of: tenant)) != nil else {
            throw FieldRefusal(
                "user_id", code: "NotSupportedChoice",
                Text(ru: "Такого сотрудника нет.", en: "There is no such member."))
        }
        let name = try FormText.line(name, path: "name")
        let now = time.now()
        let domain = configuration.baseDomains.first ?? ""
        let claims = TokenClaims(
            aud: "voronka", jti: UUID(), iat: now.seconds, nbf: now.seconds,
            exp: now.seconds + Int64(days) * 86_400, sub: String(userID), accountID: tenant.id,
            baseDomain: domain,
            apiDomain: "\(tenant.slug).\(domain)",
            scopes: scopes.map(\.rawValue), version: TokenClaims.currentVersion)
        let rows = try await control.query(
            """
            INSERT INTO control.api_tokens
                (id, tenant_id, user_id, name, scopes, created_at, expires_at)
            SELECT \(claims.jti), \(tenant.id), \(userID), \(name), \(claims.scopes), \(now),
                \(Moment(seconds: claims.exp))
            WHERE (
                SELECT count(*) FROM control.api_tokens
                WHERE tenant_id = \(tenant.id) AND revoked_at IS NULL AND expires_at > \(now)
            ) < \(Self.tokensPerTenant_max)
            RETURNING 1
            """)
        guard !rows.isEmpty else {
            throw FieldRefusal(
                "", code: "TooMany", Text(ru: "Слишком много токенов.", en: "Too many tokens."))
        }
        // Nobody has the token before this is written.
        let value: JSONValue = .made([
            ("id", .string(claims.jti.uuidString.lowercased())), ("name", .string(name)),
            ("scopes", .array(claims.scopes.map { .string($0) })), ("expires_at", .int(claims.exp)),
        ])
        try await log("token_added", userID, after: value, in: tenant)
        return try await signer.sign(claims)
    }

    /// Tokens live in the control database and the log with the company: two transactions, the log
    /// before the answer. Nothing of the company's own says who was at the operator's keyboard.
    private func log(
        _ type: String, _ userID: Int64, before: JSONValue? = nil, after: JSONValue? = nil,
        in tenant: Tenant
    ) async throws {
        func list(_ value: JSONValue?) -> JSONValue {
            .array(value.map { [.made([("token", $0)])] } ?? [])
        }
        let event = RecordEvent(type, .token, userID, before: list(before), after: list(after))
        _ = try await tenants.database(of: tenant).query(
            Outbox.append([event.draft(by: 0, at: time.now())]))
        wake(tenant)
    }

    /// From now on (at once here, in milliseconds on other servers) the token is a 401.
    ///
    /// - Throws: `NotFound` for another company's token too.
    package func revokeToken(_ id: UUID, in tenant: Tenant) async throws {
        let results = try await control.send([
            """
            WITH found AS (
                SELECT id, user_id, name, revoked_at IS NULL AS lives FROM control.api_tokens
                WHERE id = \(id) AND tenant_id = \(tenant.id)
                FOR UPDATE
            ), gone AS (
                UPDATE control.api_tokens AS token SET revoked_at = \(time.now())
                FROM found WHERE token.id = found.id AND found.lives
            )
            SELECT user_id, name, lives FROM found
            """,
            forgetting(.token(id)),
        ])
        cache.forget(.token(id))
        guard let row = results.first?.first else { throw NotFound() }
        let (userID, name, lived) = try row.decode(Int64.self, String.self, Bool.self)
        // Told once.
        if !lived { return }
        let value: JSONValue = .made([
            ("id", .string(id.uuidString.lowercased())), ("name", .string(name)),
        ])
        try await log("token_revoked", userID, before: value, in: tenant)
    }

    /// The company's tokens, the newest first.
    package func tokens(in tenant: Tenant) async throws -> [APIToken] {
        let rows = try await control.query(
            """
            SELECT id, user_id, name, scopes, created_at, expires_at, revoked_at
            FROM control.api_tokens
            WHERE tenant_id = \(tenant.id)
            ORDER BY created_at DESC, id
            LIMIT \(Self.tokensPerTenant_max)
            """)
        return try rows.map { row in
            let (id, userID, name, scopes, createdAt, expiresAt, revokedAt) = try row.decode(
                UUID.self, Int64.self, String.self, [String].self, Moment.self, Moment.self,
                Moment?.self)
            return APIToken(
                id: id, userID: userID, name: name, scopes: scopes, createdAt: createdAt,
                expiresAt: expiresAt, revokedAt: revokedAt)
        }
    }

    /// The scopes of a token that lives, by the row rather than by the claims; nil: revoked,
    /// expired or unknown.
    func livingToken(
        _ claims: TokenClaims, userID: Int64, at now: Moment
    ) async throws -> [Scope]? {
        let rows = try await control.query(
            """
            SELECT token.scopes
            FROM control.api_tokens AS token
            JOIN control.users AS usr ON usr.id = token.user_id
            WHERE token.id = \(claims.jti) AND token.tenant_id = \(claims.accountID)
                AND token.user_id = \(userID) AND token.revoked_at IS NULL
                AND token.expires_at > \(now) AND usr.is_active
            """)
        guard let row = rows.first else { return nil }
        return try row.decode(0, as: [String].self).compactMap(Scope.init(rawValue:))
    }
}
