import Postgres
package import Tenancy
import Vocabulary

extension Identity {
    /// How long a browser may stay away.
    static let session_s: Int64 = 30 * 86_400
    /// A session that is used is prolonged at most this often: reading must not mean writing.
    static let prolongEvery_s: Int64 = 3_600
    static let userAgent_length_max = 255
    /// The oldest give way.
    static let sessionsPerUser_max = 50

    /// Starts a session; what is given back goes into the cookie and is kept nowhere.
    package func startSession(
        of userID: Int64, in tenant: Tenant, userAgent: String = ""
    ) async throws -> String {
        let secret = OpaqueSecret.make()
        try await insertSession(
            SecretDigest(secret), of: userID, in: tenant, userAgent: userAgent,
            life_s: Self.session_s)
        return secret
    }

    func insertSession(
        _ digest: SecretDigest, of userID: Int64, in tenant: Tenant, userAgent: String,
        life_s: Int64
    ) async throws {
        let now = time.now()
        _ = try await control.send([
            """
            INSERT INTO control.sessions
                (token_hash, user_id, tenant_id, created_at, seen_at, expires_at, user_agent)
            VALUES (\(digest.bytes), \(userID), \(tenant.id), \(now), \(now),
                \(now.adding(seconds: life_s)), \(Self.printable(userAgent)))
            """,
            """
            DELETE FROM control.sessions
            WHERE user_id = \(userID) AND token_hash IN (
                SELECT token_hash FROM control.sessions
                WHERE user_id = \(userID)
                ORDER BY seen_at DESC, created_at DESC
                OFFSET \(Self.sessionsPerUser_max))
            """,
        ])
    }

    /// Signs out this browser.
    package func endSession(_ secret: String) async throws {
        let digest = SecretDigest(secret)
        cache.forget(.session(digest))
        _ = try await control.send([
            "DELETE FROM control.sessions WHERE token_hash = \(digest.bytes)",
            forgetting(.session(digest)),
        ])
        cache.forget(.session(digest))
    }

    /// Signs the user out everywhere.
    package func endSessions(of userID: Int64) async throws {
        _ = try await control.send([
            "DELETE FROM control.sessions WHERE user_id = \(userID)", forgetting(.user(userID)),
        ])
        cache.forget(.user(userID))
    }

    struct Session {
        let userID: Int64
        let tenantID: Int64
        let expiresAt: Moment
    }

    /// The living session, prolonged when it is used and it is time; nil: there is none, or its
    /// user is switched off.
    func findSession(
        _ digest: SecretDigest, at now: Moment, isUse: Bool
    ) async throws -> Session? {
        let rows = try await control.query(
            """
            SELECT session.user_id, session.tenant_id, session.seen_at, session.expires_at
            FROM control.sessions AS session
            JOIN control.users AS usr ON usr.id = session.user_id
            WHERE session.token_hash = \(digest.bytes) AND session.expires_at > \(now)
                AND usr.is_active
            """)
        guard let row = rows.first else { return nil }
        let (userID, tenantID, seenAt, expiresAt) = try row.decode(
            Int64.self, Int64.self, Moment.self, Moment.self)
        guard isUse, seenAt.adding(seconds: Self.prolongEvery_s) <= now else {
            return Session(userID: userID, tenantID: tenantID, expiresAt: expiresAt)
        }
        let prolonged = now.adding(seconds: Self.session_s)
        _ = try await control.query(
            """
            UPDATE control.sessions SET seen_at = \(now), expires_at = \(prolonged)
            WHERE token_hash = \(digest.bytes)
            """)
        return Session(userID: userID, tenantID: tenantID, expiresAt: prolonged)
    }

    private static func printable(_ text: String) -> String {
        String(
            text.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }.prefix(
                userAgent_length_max
            ).map(Character.init))
    }
}
