/// Any JSON that a client sent. `null` inside an object counts as present and empty.
package enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    package var isNull: Bool { self == .null }
    package var int: Int64? {
        if case .int(let value) = self { value } else { nil }
    }
    package var string: String? {
        if case .string(let value) = self { value } else { nil }
    }
    package var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }
    package var array: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }
    package var object: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }
    /// A number of either kind.
    package var double: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        case .null, .bool, .string, .array, .object: nil
        }
    }
}

/// The members of a JSON object in the order they came. Of a repeated key the last value counts.
package struct JSONObject: Sendable, Hashable, Sequence, ExpressibleByDictionaryLiteral {
    package typealias Element = (key: String, value: JSONValue)

    private(set) var keys: [String] = []
    private var values: [JSONValue] = []
    /// Made only for large objects, where looking through the keys would be quadratic.
    private var places: [String: Int]?

    /// Up to here a look through the keys is faster than hashing.
    private static let smallCount_max = 24

    package init() {}

    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        for (key, value) in elements { self[key] = value }
    }

    package var count: Int { keys.count }
    package var isEmpty: Bool { keys.isEmpty }

    package subscript(key: String) -> JSONValue? {
        get { place(of: key).map { values[$0] } }
        set {
            guard let newValue else { return remove(key) }
            if let place = place(of: key) {
                values[place] = newValue
                return
            }
            keys.append(key)
            values.append(newValue)
            if places != nil {
                places?[key] = keys.count - 1
            } else if keys.count > Self.smallCount_max {
                index()
            }
        }
    }

    private func place(of key: String) -> Int? {
        if let places { return places[key] }
        return keys.firstIndex(of: key)
    }

    private mutating func index() {
        places = Dictionary(uniqueKeysWithValues: zip(keys, keys.indices))
    }

    private mutating func remove(_ key: String) {
        guard let place = place(of: key) else { return }
        keys.remove(at: place)
        values.remove(at: place)
        if places != nil { index() }
    }

    package func makeIterator() -> AnyIterator<Element> {
        var pairs = zip(keys, values).makeIterator()
        return AnyIterator { pairs.next().map { (key: $0.0, value: $0.1) } }
    }
}
