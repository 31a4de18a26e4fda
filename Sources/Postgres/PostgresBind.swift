package import struct FoundationEssentials.UUID

/// One bound value. Everything but text travels in PostgreSQL's binary form with its type
/// declared; text is sent
/// with no type, so that it may stand where a date, an enum or jsonb is expected.
package enum PostgresBind: Sendable, Hashable {
    case null(PostgresType)
    case int8(Int64)
    case int4(Int32)
    case bool(Bool)
    case float8(Double)
    case text(String)
    case jsonb(String)
    case bytea([UInt8])
    case uuid(UUID)
    /// Microseconds since 1970-01-01 UTC.
    case timestamptz(Int64)
    case int8Array([Int64])
    case textArray([String])
    case boolArray([Bool])
    case timestamptzArray([Int64])
    case optionalTextArray([String?])
    case optionalInt8Array([Int64?])

    var type: PostgresType {
        switch self {
        case .null(let type): type
        case .int8: .int8
        case .int4: .int4
        case .bool: .bool
        case .float8: .float8
        case .text: .unknown
        case .jsonb: .jsonb
        case .bytea: .bytea
        case .uuid: .uuid
        case .timestamptz: .timestamptz
        case .int8Array, .optionalInt8Array: .int8Array
        case .textArray, .optionalTextArray: .textArray
        case .boolArray: .boolArray
        case .timestamptzArray: .timestamptzArray
        }
    }
}

/// A type's OID in pg_type. Source: src/include/catalog/pg_type.dat.
package struct PostgresType: RawRepresentable, Sendable, Hashable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// PostgreSQL infers the type from where the bind stands.
    package static let unknown = PostgresType(rawValue: 0)
    package static let bool = PostgresType(rawValue: 16)
    package static let bytea = PostgresType(rawValue: 17)
    package static let int8 = PostgresType(rawValue: 20)
    package static let int4 = PostgresType(rawValue: 23)
    package static let text = PostgresType(rawValue: 25)
    package static let float8 = PostgresType(rawValue: 701)
    package static let boolArray = PostgresType(rawValue: 1000)
    package static let textArray = PostgresType(rawValue: 1009)
    package static let int8Array = PostgresType(rawValue: 1016)
    package static let timestamptz = PostgresType(rawValue: 1184)
    package static let timestamptzArray = PostgresType(rawValue: 1185)
    package static let uuid = PostgresType(rawValue: 2950)
    package static let jsonb = PostgresType(rawValue: 3802)
}

/// What may be interpolated into a PostgresStatement.
package protocol PostgresBindable: Sendable {
    static var postgresType: PostgresType { get }
    var postgresBind: PostgresBind { get }
}

/// JSON as text: bound as jsonb, read from json or jsonb. It is not checked here; PostgreSQL does.
package struct JSONText: Sendable, Hashable, PostgresBindable, CustomStringConvertible {
    package var text: String
    package init(_ text: String) { self.text = text }
    package var description: String { text }
    package static var postgresType: PostgresType { .jsonb }
    package var postgresBind: PostgresBind { .jsonb(text) }
}

extension Int64: PostgresBindable {
    package static var postgresType: PostgresType { .int8 }
    package var postgresBind: PostgresBind { .int8(self) }
}

extension Int: PostgresBindable {
    package static var postgresType: PostgresType { .int8 }
    package var postgresBind: PostgresBind { .int8(Int64(self)) }
}

extension Int32: PostgresBindable {
    package static var postgresType: PostgresType { .int4 }
    package var postgresBind: PostgresBind { .int4(self) }
}

extension Bool: PostgresBindable {
    package static var postgresType: PostgresType { .bool }
    package var postgresBind: PostgresBind { .bool(self) }
}

extension Double: PostgresBindable {
    package static var postgresType: PostgresType { .float8 }
    package var postgresBind: PostgresBind { .float8(self) }
}

extension String: PostgresBindable {
    package static var postgresType: PostgresType { .unknown }
    package var postgresBind: PostgresBind { .text(self) }
}

extension UUID: PostgresBindable {
    package static var postgresType: PostgresType { .uuid }
    package var postgresBind: PostgresBind { .uuid(self) }
}

/// A type whose arrays can be bound: `[Int64]`, `[String]`, `[UInt8]` (bytea), ...
package protocol PostgresArrayElement: Sendable {
    static var postgresArrayType: PostgresType { get }
    static func postgresBind(_ array: [Self]) -> PostgresBind
}

extension Array: PostgresBindable where Element: PostgresArrayElement {
    package static var postgresType: PostgresType { Element.postgresArrayType }
    package var postgresBind: PostgresBind { Element.postgresBind(self) }
}

extension Int64: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .int8Array }
    package static func postgresBind(_ array: [Int64]) -> PostgresBind { .int8Array(array) }
}

extension Int: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .int8Array }
    package static func postgresBind(_ array: [Int]) -> PostgresBind {
        .int8Array(array.map(Int64.init))
    }
}

extension String: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .textArray }
    package static func postgresBind(_ array: [String]) -> PostgresBind { .textArray(array) }
}

extension Bool: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .boolArray }
    package static func postgresBind(_ array: [Bool]) -> PostgresBind { .boolArray(array) }
}

/// `[UInt8]` is bytea, not an array.
extension UInt8: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .bytea }
    package static func postgresBind(_ array: [UInt8]) -> PostgresBind { .bytea(array) }
}

/// Arrays with nulls inside: `[String?]`, `[Int64?]`.
package protocol PostgresNullableElement: Sendable {
    static var postgresArrayType: PostgresType { get }
    static func postgresBind(_ array: [Self?]) -> PostgresBind
}

extension Optional: PostgresArrayElement where Wrapped: PostgresNullableElement {
    package static var postgresArrayType: PostgresType { Wrapped.postgresArrayType }
    package static func postgresBind(_ array: [Wrapped?]) -> PostgresBind {
        Wrapped.postgresBind(array)
    }
}

extension String: PostgresNullableElement {
    package static func postgresBind(_ array: [String?]) -> PostgresBind {
        .optionalTextArray(array)
    }
}

extension Int64: PostgresNullableElement {
    package static func postgresBind(_ array: [Int64?]) -> PostgresBind {
        .optionalInt8Array(array)
    }
}
