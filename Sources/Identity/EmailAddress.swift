package import Vocabulary

/// An e-mail address as we keep it: trimmed, lower case. It is the user's name at sign-in.
package struct EmailAddress: Sendable, Hashable {
    package let text: String

    /// Source: RFC 5321, 4.5.3.1 (64 + @ + 255).
    package static let length_max = 320

    /// nil: not an address. We only check what certainly cannot be one; whether it exists a letter
    /// would tell.
    package init?(_ raw: String) {
        let trimmed = raw.trimmed.lowercased()
        let parts = trimmed.split(separator: "@", omittingEmptySubsequences: false)
        guard trimmed.unicodeScalars.count <= Self.length_max, parts.count == 2,
            (1...64).contains(parts[0].utf8.count), parts[1].contains("."),
            parts[1].split(separator: ".", omittingEmptySubsequences: false).allSatisfy({
                !$0.isEmpty
            }),
            trimmed.unicodeScalars.allSatisfy({ $0.value > 32 && $0.value != 127 }),
            !trimmed.contains(where: { $0.isWhitespace || "<>()[]\\,;:\"".contains($0) })
        else { return nil }
        text = trimmed
    }

    private init(known text: String) { self.text = text }

    /// Stands for one that could not be read, while the rest of a form is looked at.
    static let unknown = EmailAddress(known: "nobody@example.invalid")

    /// The address, or the refusal that names the field.
    package static func parse(
        _ raw: String, path: String = "email"
    ) throws(FieldRefusal) -> EmailAddress {
        guard let address = EmailAddress(raw) else {
            throw FieldRefusal(
                path,
                Text(ru: "Это не похоже на адрес e-mail.", en: "This is not an e-mail address."))
        }
        return address
    }
}

extension String {
    /// Without white space at either end.
    var trimmed: String {
        let start = drop(while: \.isWhitespace)
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }
}
