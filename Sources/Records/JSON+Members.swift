package import Web

extension JSONValue {
    /// The member of an object; null counts as absent, as the official client sends nulls for what
    /// it does not mean.
    package func present(_ key: String) -> JSONValue? {
        guard case .object(let members) = self, let value = members[key], value != .null else {
            return nil
        }
        return value
    }

    /// An object of our own making.
    package static func made(_ members: [(String, JSONValue)]) -> JSONValue {
        var object = JSONObject()
        for (key, value) in members { object[key] = value }
        return .object(object)
    }

    /// As JSON.
    package var text: String {
        switch self {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .int(let number): String(number)
        case .double(let number): number.isFinite ? String(number) : "null"
        case .string(let text): JSONQuoting.quoted(text)
        case .array(let list): "[" + list.map(\.text).joined(separator: ",") + "]"
        case .object(let object):
            "{"
                + object.map { JSONQuoting.quoted($0.key) + ":" + $0.value.text }.joined(
                    separator: ",") + "}"
        }
    }
}
