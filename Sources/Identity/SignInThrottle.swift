import Postgres
import Tenancy
import Vocabulary

/// Slows down guessing: so many failed attempts per e-mail and per address in a window, over all
/// servers.
///
/// An attempt is counted before the password is looked at, so that a thousand at the same moment
/// count too; success gives it back. An e-mail that nobody has is counted like any other, so the
/// 429 tells nothing.
package struct SignInThrottle: Sendable {
    package struct Limits: Sendable {
        package var perEmail: Int
        /// Many people may sit behind one address.
        package var perAddress: Int
        package var window_s: Int64

        package init(perEmail: Int = 10, perAddress: Int = 60, window_s: Int64 = 900) {
            self.perEmail = perEmail
            self.perAddress = perAddress
            self.window_s = window_s
        }
    }

    let control: PostgresPool
    let limits: Limits

    /// Counts an attempt.
    ///
    /// - Parameter address: the client's, as Web knows it; nil only for callers without one.
    /// - Throws: `tooManyAttempts` when there were too many already.
    func attempt(_ email: EmailAddress, from address: String?, at now: Moment) async throws {
        let keys = Self.keys(email, address)
        let until = now.adding(seconds: limits.window_s)
        let rows = try await control.query(
            """
            INSERT INTO control.sign_in_attempts AS attempt (key, failures, window_until)
            SELECT key, 1, \(until) FROM unnest(\(keys)) AS key ORDER BY key
            ON CONFLICT (key) DO UPDATE
            SET failures = CASE WHEN attempt.window_until <= \(now) THEN 1
                    ELSE attempt.failures + 1 END,
                window_until = CASE WHEN attempt.window_until <= \(now) THEN excluded.window_until
                    ELSE attempt.window_until END
            RETURNING key, failures, window_until
            """)
        var retryAfter_s: Int64 = 0
        for row in rows {
            let (key, failures, windowUntil) = try row.decode(String.self, Int.self, Moment.self)
            let limit = key.hasPrefix("email:") ? limits.perEmail : limits.perAddress
            if failures > limit {
                retryAfter_s = max(retryAfter_s, windowUntil.seconds - now.seconds)
            }
        }
        if retryAfter_s > 0 {
            throw IdentityRefusal.tooManyAttempts(retryAfter_s: Int(retryAfter_s))
        }
    }

    /// The attempt was the owner's: his e-mail starts afresh, and the address gets this one back.
    func succeeded(_ email: EmailAddress, from address: String?) async throws {
        _ = try await control.send([
            "DELETE FROM control.sign_in_attempts WHERE key = \(Self.emailKey(email))",
            """
            UPDATE control.sign_in_attempts SET failures = greatest(failures - 1, 0)
            WHERE key = \(Self.addressKey(address ?? ""))
            """,
        ])
    }

    /// Windows that are over.
    static func sweep(before now: Moment) -> PostgresStatement {
        "DELETE FROM control.sign_in_attempts WHERE window_until <= \(now)"
    }

    private static func keys(_ email: EmailAddress, _ address: String?) -> [String] {
        [emailKey(email)] + (address.map { [addressKey($0)] } ?? [])
    }

    private static func emailKey(_ email: EmailAddress) -> String { "email:" + email.text }

    /// An IPv6 customer has a /64 of addresses to himself: they count as one.
    static func addressKey(_ address: String) -> String {
        guard address.contains(":"), !address.contains(".") else { return "address:" + address }
        var groups: [Substring] = []
        let halves = address.lowercased().split(separator: "%")[0].split(
            separator: ":", omittingEmptySubsequences: false)
        for group in halves {
            if group.isEmpty { break }
            groups.append(group)
        }
        while groups.count < 4 { groups.append("0") }
        return "address:" + groups.prefix(4).joined(separator: ":") + "::/64"
    }
}
