import Synchronization

/// Short unique names for requests: eight random characters for the process, then a counter.
package struct RequestIDs: Sendable {
    static let given_characters_max = 64

    private static let start = String(UInt32.random(in: .min ... .max), radix: 36)
    private static let counter = Atomic<UInt64>(0)

    static func next() -> String {
        let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
        return start + "-" + String(number, radix: 36)
    }

    /// The name that the caller or a proxy gave it already; nil when it is none that can stand in
    /// a log and on a page as it is.
    static func given(_ text: String?) -> String? {
        guard let text, (1...given_characters_max).contains(text.utf8.count),
            text.utf8.allSatisfy({ byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
                case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
                default: false
                }
            })
        else { return nil }
        return text
    }
}
