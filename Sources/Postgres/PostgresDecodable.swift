package import struct FoundationEssentials.UUID

/// One column of one row as it lies in libpq's memory; valid only inside the call that gives it.
@unsafe package struct PostgresCell {
    package let isNull: Bool
    /// Text format.
    package let bytes: UnsafeRawBufferPointer
}

/// What a column can be read as. `nil` from the initializer: the value does not fit the type.
package protocol PostgresDecodable: Sendable {
    init?(postgres cell: PostgresCell)
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    package init?(postgres cell: PostgresCell) {
        if unsafe cell.isNull {
            self = .none
        } else if let value = unsafe Wrapped(postgres: cell) {
            self = .some(value)
        } else {
            return nil
        }
    }
}

extension Int64: PostgresDecodable {
    package init?(postgres cell: PostgresCell) {
        guard let value = unsafe parseInteger(cell.bytes) else { return nil }
        self = value
    }
}

extension Int: PostgresDecodable {
    package init?(postgres cell: PostgresCell) {
        guard let value = unsafe parseInteger(cell.bytes) else { return nil }
        self = Int(value)
    }
}

extension Int32: PostgresDecodable {
    package init?(postgres cell: PostgresCell) {
        guard let value = unsafe parseInteger(cell.bytes) else { return nil }
        self.init(exactly: value)
    }
}

extension Bool: PostgresDecodable {
    package init?(postgres cell: PostgresCell) {
        guard unsafe cell.bytes.count == 1 else { return nil }
        switch unsafe cell.bytes[0] {
        case UInt8(ascii: "t"): self = true
        case UInt8(ascii: "f"): self = false
        default: return nil
        }
    }
}

extension Double: PostgresDecodable {
    package init?(postgres cell: PostgresCell) {
        guard unsafe !cell.isNull else { return nil }
        self.init(unsafe String(decoding: cell.bytes, as: UTF8.self))
    }
}

extension String: PostgresDecodable {
    package init?(postgres cell: PostgresCell) {
        guard unsafe !cell.isNull else { return nil }
        self = unsafe String(decoding: cell.bytes, as: UTF8.self)
    }
}

extension JSONText: PostgresDecodable {
    package init?(postgres cell: PostgresCell) {
        guard let text = unsafe String(postgres: cell) else { return nil }
        self.init(text)
    }
}

extension UUID: PostgresDecodable {
    package init?(postgres cell: PostgresCell) {
        guard let text = unsafe String(postgres: cell) else { return nil }
        self.init(uuidString: text)
    }
}

/// An array's element: bytea for `UInt8`, else elements of a one-dimensional array without NULLs.
package protocol PostgresArrayDecodable: PostgresDecodable {
    static func array(postgres cell: PostgresCell) -> [Self]?
}

extension PostgresArrayDecodable {
    package static func array(postgres cell: PostgresCell) -> [Self]? {
        unsafe parseArray(cell)
    }
}

extension Int64: PostgresArrayDecodable {}
extension Int: PostgresArrayDecodable {}
extension String: PostgresArrayDecodable {}
extension Bool: PostgresArrayDecodable {}
extension UUID: PostgresArrayDecodable {}

extension UInt8: PostgresArrayDecodable {
    package init?(postgres cell: PostgresCell) {
        guard let value = unsafe parseInteger(cell.bytes) else { return nil }
        self.init(exactly: value)
    }

    package static func array(postgres cell: PostgresCell) -> [UInt8]? {
        unsafe parseHexBytea(cell)
    }
}

extension Array: PostgresDecodable where Element: PostgresArrayDecodable {
    package init?(postgres cell: PostgresCell) {
        guard let array = unsafe Element.array(postgres: cell) else { return nil }
        self = array
    }
}
