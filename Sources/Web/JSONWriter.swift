package import NIOCore

/// Writes JSON straight into a buffer: no Encoder, no intermediate tree. Commas are the writer's
/// business.
package struct JSONWriter: Sendable {
    package private(set) var buffer: ByteBuffer
    private var needsComma = false

    package init(capacity: Int = 512) { buffer = ByteBufferAllocator().buffer(capacity: capacity) }

    package var text: String { String(buffer: buffer) }

    package mutating func object(_ body: (inout JSONWriter) throws -> Void) rethrows {
        open("{")
        try body(&self)
        close("}")
    }

    package mutating func array(_ body: (inout JSONWriter) throws -> Void) rethrows {
        open("[")
        try body(&self)
        close("]")
    }

    package mutating func object(
        _ key: String, _ body: (inout JSONWriter) throws -> Void
    ) rethrows {
        self.key(key)
        try object(body)
    }

    package mutating func array(
        _ key: String, _ body: (inout JSONWriter) throws -> Void
    ) rethrows {
        self.key(key)
        try array(body)
    }

    package mutating func field(_ key: String, _ value: String?) {
        self.key(key)
        self.value(value)
    }

    package mutating func field(_ key: String, _ value: Int64?) {
        self.key(key)
        self.value(value)
    }

    package mutating func field(_ key: String, _ value: Int) { field(key, Int64(value)) }

    package mutating func field(_ key: String, _ value: Bool?) {
        self.key(key)
        raw(value.map { $0 ? "true" : "false" } ?? "null")
    }

    package mutating func field(_ key: String, _ value: Double?) {
        self.key(key)
        raw(value.map { $0.isFinite ? String($0) : "null" } ?? "null")
    }

    /// `json` is spliced in as it is; nil is `null`.
    package mutating func field(_ key: String, json: String?) {
        self.key(key)
        raw(json ?? "null")
    }

    package mutating func value(_ value: String?) {
        guard let value else { return raw("null") }
        comma()
        quoted(value)
        needsComma = true
    }

    package mutating func value(_ value: Int64?) { raw(value.map { String($0) } ?? "null") }

    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: raw("null")
        case .bool(let flag): raw(flag ? "true" : "false")
        case .int(let number): raw(String(number))
        case .double(let number): raw(String(number))
        case .string(let text): self.value(text)
        case .array(let values): array { writer in for value in values { writer.value(value) } }
        case .object(let object):
            self.object { writer in
                for (key, value) in object {
                    writer.key(key)
                    writer.value(value)
                }
            }
        }
    }

    /// A whole JSON value, ready made.
    package mutating func raw(_ json: String) {
        comma()
        buffer.writeString(json)
        needsComma = true
    }

    package mutating func key(_ key: String) {
        comma()
        quoted(key)
        buffer.writeInteger(UInt8(ascii: ":"))
        needsComma = false
    }

    private mutating func comma() {
        if needsComma { buffer.writeInteger(UInt8(ascii: ",")) }
    }

    private mutating func open(_ bracket: StaticString) {
        comma()
        buffer.writeStaticString(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: StaticString) {
        buffer.writeStaticString(bracket)
        needsComma = true
    }

    /// `<` is escaped, so that the text may also stand inside a script element.
    private mutating func quoted(_ text: String) {
        buffer.writeInteger(UInt8(ascii: "\""))
        var clean = true
        for byte in text.utf8 where Self.needsEscape(byte) {
            clean = false
            break
        }
        if clean {
            buffer.writeString(text)
        } else {
            for byte in text.utf8 { escaped(byte) }
        }
        buffer.writeInteger(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
            || byte == UInt8(ascii: "<")
    }

    private mutating func escaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): buffer.writeStaticString("\\\"")
        case UInt8(ascii: "\\"): buffer.writeStaticString("\\\\")
        case 0x0a: buffer.writeStaticString("\\n")
        case 0x0d: buffer.writeStaticString("\\r")
        case 0x09: buffer.writeStaticString("\\t")
        case UInt8(ascii: "<"): buffer.writeStaticString("\\u003c")
        case 0..<0x20:
            buffer.writeStaticString(byte < 0x10 ? "\\u000" : "\\u001")
            buffer.writeString(String(byte & 0x0f, radix: 16))
        default: buffer.writeInteger(byte)
        }
    }
}
