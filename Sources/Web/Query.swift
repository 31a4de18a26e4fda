package import Hummingbird
package import Vocabulary

/// The query string, with amoCRM's filters in every spelling that real clients send (amocrm-api
/// 1.4).
package struct Query: Sendable {
    struct Pair: Sendable {
        /// `filter[statuses][0][status_id]` → ["filter", "statuses", "0", "status_id"]; `[]` gives
        /// "".
        let path: [String]
        let value: String
    }
    let pairs: [Pair]

    package static let limit_max = 250
    package static let limit_default = 50
    /// Rows that a page may lie behind. Counting past them is the price of pages by number, which
    /// is all that clients know; a company with more narrows the filter.
    package static let offset_max = 100_000

    package init(_ request: Request) throws(FieldRefusal) {
        try self.init(text: request.uri.query ?? "")
    }

    package init(text: String) throws(FieldRefusal) {
        var pairs: [Pair] = []
        for part in text.utf8.split(separator: UInt8(ascii: "&")) {
            let sides = part.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard
                let key = Self.decode(sides[0]),
                let value = sides.count > 1 ? Self.decode(sides[1]) : ""
            else {
                throw FieldRefusal(
                    String(decoding: sides[0], as: UTF8.self),
                    Text(
                        ru: "Параметр содержит недопустимые символы.",
                        en: "The parameter has characters that cannot be taken."))
            }
            pairs.append(Pair(path: Self.path(key), value: value))
        }
        self.pairs = pairs
    }

    /// nil: not UTF-8, or a NUL within.
    static func decode(_ part: Substring.UTF8View.SubSequence) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(part.count)
        var rest = part.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(0x20)
            case UInt8(ascii: "%"):
                guard
                    let high = rest.next().flatMap(JSONParser.hexDigit),
                    let low = rest.next().flatMap(JSONParser.hexDigit), high << 4 | low != 0
                else { return nil }
                bytes.append(high << 4 | low)
            case 0: return nil
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    static func path(_ key: String) -> [String] {
        guard let open = key.firstIndex(of: "["), key.hasSuffix("]") else { return [key] }
        let inner = key[key.index(after: open)...].dropLast()
        return [String(key[..<open])] + inner.components(between: "][")
    }

    /// The last value of exactly this key.
    package func string(_ key: String) -> String? {
        let path = Self.path(key)
        return pairs.last { $0.path == path }?.value
    }

    package func has(_ key: String) -> Bool {
        let path = Self.path(key)
        return pairs.contains { $0.path.starts(with: path) }
    }

    /// `k=5`, `k=5,6`, `k[]=5&k[]=6`, `k[0]=5&k[1]=6`; nil when the key is not there.
    package func list(_ key: String) -> [String]? {
        let found = values(Self.path(key))
        if found.isEmpty { return nil }
        return found.flatMap { $0.split(separator: ",").map(String.init) }
    }

    private func values(_ path: [String]) -> [String] {
        pairs.filter { pair in
            pair.path == path
                || pair.path.count == path.count + 1 && pair.path.starts(with: path)
                    && (pair.path.last?.allSatisfy(\.isNumber) ?? false)
        }.map(\.value)
    }

    /// Like `list`, for texts that may have commas of their own: each value is one text.
    package func texts(_ key: String) -> [String]? {
        let found = values(Self.path(key))
        return found.isEmpty ? nil : found
    }

    /// The words that stand in brackets right after `key`, each once: `filter[x][7][from]=1` has
    /// "7" under `filter[x]`.
    package func words(under key: String) -> [String] {
        let path = Self.path(key)
        var words: [String] = []
        for pair in pairs where pair.path.count > path.count && pair.path.starts(with: path) {
            let word = pair.path[path.count]
            if !words.contains(word) { words.append(word) }
        }
        return words
    }

    /// A list of ids. What is not a number is refused.
    package func ids(_ key: String) throws(FieldRefusal) -> [Int64]? {
        guard let list = list(key) else { return nil }
        var ids: [Int64] = []
        for text in list { ids.append(try number(key, text)) }
        return ids
    }

    private func number(_ key: String, _ text: String) throws(FieldRefusal) -> Int64 {
        if let number = Int64(text) { return number }
        throw FieldRefusal(
            key, code: "InvalidType",
            Text(ru: "Здесь нужно целое число.", en: "This value should be of type int."))
    }

    package func int64(_ key: String) throws(FieldRefusal) -> Int64? {
        guard let text = string(key), !text.isEmpty else { return nil }
        return try number(key, text)
    }

    /// `k[from]=1&k[to]=2`, either end may be missing; a bare `k=5` means exactly 5. nil when the
    /// key is not there.
    package func range(_ key: String) throws(FieldRefusal) -> (from: Int64?, to: Int64?)? {
        let from = try int64("\(key)[from]")
        let to = try int64("\(key)[to]")
        if from != nil || to != nil { return (from, to) }
        guard let exact = try int64(key) else { return nil }
        return (exact, exact)
    }

    /// `k[0][a]=1&k[0][b]=2&k[1][a]=3` in the order of the indexes.
    package func objects(_ key: String) -> [[String: String]] {
        let path = Self.path(key)
        var objects: [Int: [String: String]] = [:]
        for pair in pairs where pair.path.count == path.count + 2 && pair.path.starts(with: path) {
            guard let index = Int(pair.path[path.count]) else { continue }
            objects[index, default: [:]][pair.path[path.count + 1]] = pair.value
        }
        return objects.sorted { $0.key < $1.key }.map(\.value)
    }

    /// What should come along; unknown words mean nothing.
    package var with: Set<String> { Set(list("with") ?? []) }

    /// `order[created_at]=desc`, the first one given.
    package var order: (field: String, isAscending: Bool)? {
        pairs.first { $0.path.count == 2 && $0.path[0] == "order" }
            .map { ($0.path[1], $0.value.lowercased() != "desc") }
    }

    /// From 1.
    package func page() throws(FieldRefusal) -> Int {
        guard let page = try int64("page") else { return 1 }
        guard page >= 1, page <= 1_000_000 else {
            throw FieldRefusal("page", Text(ru: "Страницы считаются с 1.", en: "Pages begin at 1."))
        }
        return Int(page)
    }

    package func limit(
        default standard: Int = limit_default, max: Int = limit_max
    ) throws(FieldRefusal) -> Int {
        guard let limit = try int64("limit") else { return standard }
        guard limit >= 1 else {
            throw FieldRefusal("limit", Text(ru: "Не меньше 1.", en: "At least 1."))
        }
        return Int(min(limit, Int64(max)))
    }
}

extension Substring {
    /// `components(separatedBy:)` without Foundation.
    fileprivate func components(between separator: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
