package import Web

/// The same numbers for the same seed (SplitMix64): a property test that fails, fails again.
package struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    package init(_ seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    package mutating func chance(_ part: Double) -> Bool {
        Double.random(in: 0..<1, using: &self) < part
    }

    package mutating func one<Value>(of values: [Value]) -> Value {
        values[Int.random(in: values.indices, using: &self)]
    }

    /// A few different ones, at least one.
    package mutating func some<Value>(of values: [Value], max: Int = 3) -> [Value] {
        Array(values.shuffled(using: &self).prefix(Int.random(in: 1...max, using: &self)))
    }
}

/// Filters in the spellings that amoCRM's clients send (amocrm-api 1.4).
package enum Spelling {
    package static func ids(_ key: String, _ ids: [Int64], _ random: inout SeededRandom) -> String {
        let list = ids.map { String($0) }
        let each = list.enumerated()
        switch Int.random(in: 0...3, using: &random) {
        case 0: return "\(key)=" + list.joined(separator: ",")
        case 1: return each.map { "\(key)[]=\($1)" }.joined(separator: "&")
        case 2: return each.map { "\(key)[0]=\($1)" }.joined(separator: "&")
        default:
            return each.map { place, id in
                key.encoded() + "%5B\(place)%5D=\(id)"
            }.joined(separator: "&")
        }
    }

    package static func texts(_ key: String, _ texts: [String]) -> String {
        texts.count == 1
            ? "\(key)=\(texts[0].encoded())"
            : texts.map { "\(key)[]=\($0.encoded())" }.joined(separator: "&")
    }

    /// Either end may be missing, but not both.
    package static func range(_ key: String, _ range: (Int64?, Int64?)) -> String {
        let ends = [range.0.map { "\(key)[from]=\($0)" }, range.1.map { "\(key)[to]=\($0)" }]
        return ends.compactMap { $0 }.joined(separator: "&")
    }
}

extension String {
    /// Percent-encoded as the value of a query, or as a key with its brackets.
    package func encoded() -> String {
        utf8.reduce(into: "") { result, byte in
            let isPlain =
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || byte == UInt8(ascii: "_")
            if isPlain {
                result.append(Character(UnicodeScalar(byte)))
            } else {
                let hex = String(byte, radix: 16, uppercase: true)
                result += "%" + (hex.count == 1 ? "0" : "") + hex
            }
        }
    }
}

extension TestAPI {
    /// All items of a list, walked by its `next` links as clients do.
    package func walk(_ path: String, named name: String) async throws -> [JSONValue] {
        var items: [JSONValue] = []
        var next: String? = path
        while let here = next {
            let answer = try await get(here)
            if answer.status == 204 { break }
            guard answer.status == 200, let page = answer.at("_embedded.\(name)")?.array else {
                throw Refused(path: here, text: answer.text)
            }
            items += page
            next = answer.at("_links.next.href")?.string.map {
                String($0.dropFirst(Self.baseURL.count))
            }
        }
        return items
    }

    package struct Refused: Error {
        let path: String
        let text: String
    }
}
