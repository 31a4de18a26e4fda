import Postgres
package import Tenancy
import Vocabulary

/// Cookies are per host: someone who signed in on the tenant-less host carries a code to the
/// company's host, which takes it once and sets its own cookie there.
///
/// The code waits as a session under another digest, so that it is no cookie, and becomes one in a
/// single UPDATE.
extension Identity {
    /// Long enough to choose a company in.
    static let handOver_s: Int64 = 120

    package func handOver(
        _ userID: Int64, to tenant: Tenant, userAgent: String = ""
    ) async throws -> String {
        let code = OpaqueSecret.make()
        try await insertSession(
            Self.digest(ofCode: code), of: userID, in: tenant, userAgent: userAgent,
            life_s: Self.handOver_s)
        return code
    }

    /// The cookie's secret; nil: the code is unknown, used, expired, or meant for another company.
    package func takeHandOver(_ code: String, at tenant: Tenant) async throws -> String? {
        guard OpaqueSecret.isWellFormed(code) else { return nil }
        let now = time.now()
        let secret = OpaqueSecret.make()
        let rows = try await control.query(
            """
            UPDATE control.sessions
            SET token_hash = \(SecretDigest(secret).bytes), seen_at = \(now),
                expires_at = \(now.adding(seconds: Self.session_s))
            WHERE token_hash = \(Self.digest(ofCode: code).bytes) AND tenant_id = \(tenant.id)
                AND expires_at > \(now)
            RETURNING 1
            """)
        return rows.isEmpty ? nil : secret
    }

    /// The way to a company with its code, by the scheme and port that the client uses just now.
    package func address(of workspace: SignInOutcome.Workspace, from baseURL: String) -> String {
        home(of: workspace.tenant, from: baseURL) + Self.handOverPath(workspace.code)
    }

    /// What the address of the company's host says in order to take the code.
    private static func handOverPath(_ code: String) -> String { "/ui/hand-over?code=\(code)" }

    private static func digest(ofCode code: String) -> SecretDigest {
        SecretDigest("hand-over:" + code)
    }
}
