package import Postgres

/// What a person types into a search box, matched against a card's name and everything in its
/// fields.
package struct SearchCondition: Sendable {
    /// For ILIKE, with its wildcards made plain.
    private let pattern: String
    /// The last digits of what may be a phone; nil: too few digits, or letters among them.
    private let digits: String?

    /// Digits from which a number is looked for among phones.
    private static let digits_min = 4
    /// A Russian number is the same with +7, 8 or nothing before its ten digits.
    private static let digits_max = 10
    package static let text_characters_max = 255

    /// nil: nothing to look for.
    package init?(_ text: String) {
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard !words.isEmpty else { return nil }
        pattern = "%" + Self.plain(String(words.prefix(Self.text_characters_max))) + "%"
        let isPhone = words.allSatisfy { $0.isASCII && ($0.isNumber || " +-()".contains($0)) }
        let found = words.filter { $0.isASCII && $0.isNumber }
        digits =
            isPhone && found.count >= Self.digits_min
            ? "%" + String(found.suffix(Self.digits_max)) + "%" : nil
    }

    private static func plain(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            if character == "%" || character == "_" || character == "\\" { result += "\\" }
            result.append(character)
        }
    }

    /// - Parameter alias: what the table with the columns `name` and `fields` is called in the
    ///   statement.
    package func sql(alias: StaticString) -> PostgresStatement {
        let row = PostgresIdentifier(literal: alias)
        return """
            (\(ident: row).name ILIKE \(pattern)
                OR (\(ident: row).fields <> '{}' AND EXISTS (
                    SELECT FROM jsonb_path_query(
                        \(ident: row).fields, 'strict $.** ? (@.type() == "string")') AS v (one)
                    WHERE v.one #>> '{}' ILIKE \(pattern)
                        OR (\(digits)::text IS NOT NULL
                            AND regexp_replace(v.one #>> '{}', '[^0-9]', '', 'g') LIKE \(digits)::text))))
            """
    }
}
