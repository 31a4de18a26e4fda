import Postgres
import Tenancy
import Vocabulary

extension Identity {
    /// Sets a password and signs the user out everywhere. For the operator (`voronka user
    /// password`): whoever may run the command needs no old password.
    ///
    /// - Throws: `NotFound` when nobody has the e-mail.
    package func resetPassword(email rawEmail: String, to password: String) async throws {
        let email = try EmailAddress.parse(rawEmail)
        try PasswordRule.check(password, email: email)
        guard let user = try await user(email: email) else { throw NotFound() }
        try await setPassword(password, of: user.id)
        try await throttle.succeeded(email, from: nil)
    }

    /// The user's own change: needs the old password, signs out everywhere.
    package func changePassword(
        of userID: Int64, from old: String, to new: String, address: String?
    ) async throws {
        guard let user = try await user(id: userID), let email = EmailAddress(user.email) else {
            throw NotFound()
        }
        try PasswordRule.check(new, email: email, path: "new_password")
        _ = try await verified(email, password: old, address: address)
        try await throttle.succeeded(email, from: address)
        try await setPassword(new, of: userID)
    }

    private func setPassword(_ password: String, of userID: Int64) async throws {
        let hash = try await passwords.hash(password)
        _ = try await control.send([
            "UPDATE control.users SET password_hash = \(hash.encoded) WHERE id = \(userID)",
            "DELETE FROM control.sessions WHERE user_id = \(userID)",
            forgetting(.user(userID)),
        ])
        cache.forget(.user(userID))
    }

    /// A password for someone who asked the operator for one: 16 letters and digits that cannot be
    /// mixed up.
    package static func suggestPassword() -> String {
        let alphabet = Array("abcdefghjkmnpqrstuvwxyz23456789")
        var generator = SystemRandomNumberGenerator()
        return String(
            (0..<16).map { _ in alphabet[Int.random(in: alphabet.indices, using: &generator)] })
    }
}
