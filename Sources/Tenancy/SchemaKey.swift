/// The name of a tenant's schema and role: `t_` and twelve characters of [a-z0-9]. Opaque, never
/// made of user text, so that a tenant role that reads the catalogue learns nothing of its
/// neighbours.
package struct SchemaKey: Sendable, Hashable {
    package let rawValue: String

    package init?(_ rawValue: String) {
        let tail = rawValue.utf8.dropFirst(2)
        let isValid = tail.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        }
        guard rawValue.hasPrefix("t_"), tail.count == 12, isValid else { return nil }
        self.rawValue = rawValue
    }

    private init(trusted rawValue: String) { self.rawValue = rawValue }

    package static func random() -> SchemaKey {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        var generator = SystemRandomNumberGenerator()
        let tail = (0..<12).map { _ in
            alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
        }
        return SchemaKey(trusted: "t_" + String(tail))
    }
}
