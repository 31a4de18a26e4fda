import Vocabulary

/// The first label of a company's address: `salon` in salon.example.com.
enum Slug {
    static let length_min = 3
    /// One DNS label. Source: RFC 1035, 2.3.4.
    static let length_max = 63

    /// Names that we use ourselves, may need, or that a stranger would take for ours.
    static let reserved: Set<String> = [
        "a", "about", "account", "accounts", "admin", "administrator", "api", "app", "assets",
        "auth", "backup", "billing", "blog", "cdn", "chat", "cloud", "console", "control",
        "dashboard", "demo", "dev", "docs", "drive", "files", "ftp", "git", "health", "help",
        "imap", "internal", "login", "localhost", "logout", "mail", "marketplace", "metrics", "mx",
        "news", "ns1", "ns2", "oauth", "operator", "payments", "pop", "postmaster", "root",
        "security", "shop", "sign-in", "sign-up", "signin", "signup", "smtp", "ssl", "staging",
        "static", "status", "store", "support", "system", "test", "voronka", "webhooks", "webmail",
        "widgets", "www",
    ]

    /// Lower-cases and checks; the refusal names the field.
    static func parse(_ raw: String, path: String = "slug") throws(FieldRefusal) -> String {
        let slug = raw.trimmed.lowercased()
        guard slug.unicodeScalars.count >= length_min else {
            throw FieldRefusal(
                path, code: "TooShort",
                Text(
                    ru: "Адрес должен быть не короче \(length_min) символов.",
                    en: "The address must have at least \(length_min) characters."))
        }
        guard slug.unicodeScalars.count <= length_max else {
            throw FieldRefusal(
                path, code: "TooLong",
                Text(
                    ru: "Адрес должен быть не длиннее \(length_max) символов.",
                    en: "The address must have at most \(length_max) characters."))
        }
        let isPlain = slug.utf8.allSatisfy {
            (97...122).contains($0) || (48...57).contains($0) || $0 == 45
        }
        // "xn--" would let a name look like another one in the address bar.
        guard isPlain, !slug.hasPrefix("-"), !slug.hasSuffix("-"), !slug.hasPrefix("xn--") else {
            throw FieldRefusal(
                path,
                Text(
                    ru: "Адрес — латинские буквы, цифры и дефис внутри.",
                    en: "Use Latin letters, digits and inner hyphens."))
        }
        guard !reserved.contains(slug) else { throw taken(path: path) }
        return slug
    }

    /// The same answer for a reserved name and for one that another company has.
    static func taken(path: String = "slug") -> FieldRefusal {
        FieldRefusal(
            path, code: "NotUnique", Text(ru: "Этот адрес уже занят.", en: "This address is taken.")
        )
    }
}
