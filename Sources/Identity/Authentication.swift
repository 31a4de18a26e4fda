import FoundationEssentials
import Postgres
package import Tenancy
package import Vocabulary
package import Web

/// The hot path: a credential that was seen lately costs one hash and one look into a dictionary.
extension Identity: Authenticator {
    /// What makes two readings of a credential the same.
    struct Reading: Hashable, Sendable {
        let digest: SecretDigest
        let hostID: Int64?
        /// Of the cache: what was forgotten meanwhile is read anew.
        let generation: Int
    }

    package func authenticate(bearer: String, tenant: Tenant?) async throws -> Identified {
        let now = time.now()
        let digest = SecretDigest(bearer)
        if let entry = cache.find(digest, at: now), entry.tokenID != nil {
            return try await identified(entry, digest, host: tenant)
        }
        let entry = try await verified(digest, host: tenant, at: now) {
            try await self.entry(ofBearer: bearer, at: now)
        }
        return try await identified(entry, digest, host: tenant)
    }

    private func entry(
        ofBearer bearer: String, at now: Moment
    ) async throws -> AuthenticationCache.Entry {
        guard let claims = await signer.verify(bearer, at: now), let userID = claims.userID,
            let scopes = try await livingToken(claims, userID: userID, at: now),
            let company = try await tenants.find(id: claims.accountID), company.state == .active,
            let actor = try await actor(userID, in: tenants.database(of: company))
        else { throw Unauthenticated() }
        return AuthenticationCache.Entry(
            actor: actor.limited(to: scopes), tenantID: company.id, tokenID: claims.jti,
            scopes: scopes, expiresAt: Moment(seconds: claims.exp))
    }

    /// Read anew each time: this header is rare, and what was cached is by credential.
    package func actor(_ userID: Int64, seenFrom identified: Identified) async throws -> Actor? {
        let scopes = identified.scopes?.compactMap { Scope(rawValue: $0) }
        let actor = try await actor(userID, in: tenants.database(of: identified.tenant))
        return scopes.map { actor?.limited(to: $0) } ?? actor
    }

    package func authenticate(cookie: String, tenant: Tenant) async throws -> Identified {
        try await authenticate(cookie: cookie, tenant: tenant, isUse: true)
    }

    /// Who acts by a session now: for an answer that goes on long after the request was let in.
    /// Looking is not using: the session is not prolonged.
    ///
    /// - Throws: `Unauthenticated`; a `PostgresError`.
    package func recheck(cookie: String, at tenant: Tenant) async throws -> Actor {
        try await authenticate(cookie: cookie, tenant: tenant, isUse: false).actor
    }

    /// An element whenever what was found by `recheck` may be true no longer, from now on. Time
    /// passing is not told.
    package func doubts() -> AsyncStream<Void> { cache.doubts() }

    private func authenticate(
        cookie: String, tenant: Tenant, isUse: Bool
    ) async throws -> Identified {
        guard OpaqueSecret.isWellFormed(cookie) else { throw Unauthenticated() }
        let now = time.now()
        let digest = SecretDigest(cookie)
        if let entry = cache.find(digest, at: now), entry.tokenID == nil {
            return try await identified(entry, digest, host: tenant)
        }
        let entry = try await verified(digest, host: tenant, at: now) {
            try await self.entry(
                ofSession: digest, in: tenant, at: now, isUse: isUse)
        }
        return try await identified(entry, digest, host: tenant)
    }

    private func entry(
        ofSession digest: SecretDigest, in tenant: Tenant, at now: Moment, isUse: Bool
    ) async throws -> AuthenticationCache.Entry {
        guard let session = try await findSession(digest, at: now, isUse: isUse),
            session.tenantID == tenant.id,
            let actor = try await actor(session.userID, in: tenants.database(of: tenant))
        else { throw Unauthenticated() }
        return AuthenticationCache.Entry(
            actor: actor, tenantID: tenant.id, tokenID: nil, scopes: [],
            expiresAt: session.expiresAt)
    }

    /// Reads a credential once, however many requests came with it. One that begins after something
    /// was revoked does not share what was read before.
    private func verified(
        _ digest: SecretDigest, host: Tenant?, at now: Moment,
        _ read: @escaping @Sendable () async throws -> AuthenticationCache.Entry
    ) async throws -> AuthenticationCache.Entry {
        let generation = cache.generation
        let key = Reading(digest: digest, hostID: host?.id, generation: generation)
        return try await readings.value(for: key) {
            let entry = try await read()
            self.cache.keep(entry, for: digest, at: now, readIn: generation)
            return entry
        }
    }

    /// The tenant is looked up each time: a suspended company is refused though its people are
    /// still cached.
    private func identified(
        _ entry: AuthenticationCache.Entry, _ digest: SecretDigest, host: Tenant?
    ) async throws -> Identified {
        guard host == nil || host?.id == entry.tenantID,
            let tenant = try await tenants.find(id: entry.tenantID), tenant.state == .active
        else { throw Unauthenticated() }
        let key = entry.tokenID?.uuidString ?? Data(digest.bytes.prefix(12)).base64EncodedString()
        return Identified(
            actor: entry.actor, tenant: tenant, key: key,
            scopes: entry.tokenID == nil ? nil : entry.scopes.map(\.rawValue),
            isReadOnly: entry.tokenID != nil && !entry.scopes.contains(.crm))
    }
}
