import Vocabulary

/// What a new password must be. Length is what counts (NIST SP 800-63B, 5.1.1.2); no rules about
/// symbols.
enum PasswordRule {
    static let length_min = 8
    /// Bounds the work of hashing it.
    static let length_bytes_max = 1024

    /// The first tries of every guesser that are long enough to pass.
    private static let common: Set<String> = [
        "password", "password1", "passw0rd", "12345678", "123456789", "1234567890", "87654321",
        "11111111", "00000000", "qwertyui", "qwertyuiop", "qwerty123", "qwerty12", "iloveyou",
        "1q2w3e4r", "1qaz2wsx", "zaq12wsx", "asdfghjk", "asdfghjkl", "abcd1234", "abc12345",
        "admin123", "welcome1", "sunshine", "princess", "football", "йцукенгш", "пароль123",
        "password123", "q1w2e3r4", "qazwsxedc", "trustno1", "letmein1", "12341234", "88888888",
    ]

    static func check(
        _ password: String, email: EmailAddress, path: String = "password"
    ) throws(FieldRefusal) {
        guard !password.unicodeScalars.contains("\0") else {
            throw FieldRefusal(
                path,
                Text(
                    ru: "Недопустимый символ в пароле.",
                    en: "The password has a forbidden character."))
        }
        guard password.count >= length_min else {
            throw FieldRefusal(
                path, code: "TooShort",
                Text(
                    ru: "Пароль должен быть не короче \(length_min) символов.",
                    en: "The password must have at least \(length_min) characters."))
        }
        guard password.utf8.count <= length_bytes_max else {
            throw FieldRefusal(
                path, code: "TooLong",
                Text(ru: "Пароль слишком длинный.", en: "The password is too long."))
        }
        let lower = password.lowercased()
        guard !common.contains(lower), Set(lower).count > 2, lower != email.text,
            lower != email.text.prefix(while: { $0 != "@" })
        else {
            throw FieldRefusal(
                path, code: "TooCommon",
                Text(ru: "Такой пароль подберут сразу.", en: "This password is guessed at once."))
        }
    }
}
