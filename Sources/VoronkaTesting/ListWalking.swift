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

/// A record as a test believes it to be.
package protocol ListModel: Sendable {
    var id: Int64 { get set }
}

/// A part of a query, and which records it leaves.
package typealias ListPart<Model> = (text: String, holds: (Model) -> Bool)

/// A list of the API beside a naive one: whatever the filters, the order and the size of a page,
/// both hold the same records.
package struct ListOracle<Model: ListModel>: Sendable {
    /// Under `/api/v4` and in the answers, e.g. `contacts`.
    let name: String
    package private(set) var models: [Model]

    /// - Parameter bodies: one for each model; they are written in one request.
    package init(
        _ name: String, _ models: [Model], _ bodies: [String], by api: TestAPI
    ) async throws {
        self.name = name
        self.models = models
        let path = "/api/v4/\(name)"
        let made = try await api.post(path, "[\(bodies.joined(separator: ","))]")
        let ids = made.at("_embedded.\(name)")?.array?.compactMap { $0.at("id")?.int } ?? []
        guard ids.count == models.count else {
            throw TestAPI.Refused(path: path, text: made.text)
        }
        for (index, id) in ids.enumerated() { self.models[index].id = id }
    }

    /// Lists of up to three parts each.
    ///
    /// - Parameters:
    ///   - kinds: how many kinds of parts `part` makes.
    ///   - orders: beside that by id.
    ///   - neighbour: who must see nothing of it.
    /// - Returns: the queries that did not hold.
    package func broken(
        for api: TestAPI, neighbour: TestAPI, _ random: inout SeededRandom, kinds: Int,
        orders: [String: @Sendable (Model) -> Int64],
        part: (Int, inout SeededRandom) -> ListPart<Model>
    ) async throws -> [String] {
        var broken: [String] = []
        for _ in 0..<40 {
            let chosen = (0..<kinds).shuffled(using: &random)
                .prefix(Int.random(in: 0...3, using: &random))
            var parts: [ListPart<Model>] = []
            for kind in chosen { parts.append(part(kind, &random)) }
            let order = random.one(of: orders.keys.sorted() + ["id"])
            let key = orders[order] ?? { $0.id }
            let isAscending = random.chance(0.5)
            let texts =
                parts.map(\.text) + [
                    "limit=\(Int.random(in: 1...50, using: &random))",
                    "order[\(order)]=\(isAscending ? "asc" : "desc")",
                ]
            let query =
                "/api/v4/\(name)?" + texts.shuffled(using: &random).joined(separator: "&")
            let wanted = models.filter { model in parts.allSatisfy { $0.holds(model) } }
                .sorted { a, b in
                    let isBefore = key(a) == key(b) ? a.id < b.id : key(a) < key(b)
                    return isBefore == isAscending
                }
            let found = try await api.walk(query, named: name)
            if found.compactMap({ $0.at("id")?.int }) != wanted.map(\.id) { broken.append(query) }
            if try await neighbour.get(query).status != 204 {
                broken.append("the neighbour's \(query)")
            }
        }
        return broken
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
