/// Why a body is not JSON that we take.
package struct JSONError: Error, Hashable {
    package enum Reason: Sendable, Hashable {
        case syntax
        case invalidUTF8
        case nulCharacter
        case loneSurrogate
        case tooDeep
        case numberOutOfRange
    }
    package let reason: Reason
    /// Byte offset into the body.
    package let offset: Int
    /// Outermost first: keys and indexes of the value that was being read.
    package internal(set) var path: [String] = []
}

/// One strict reader of JSON (RFC 8259) for every body that reaches us.
///
/// Stricter than the RFC allows to be: no byte order mark, no NUL in strings (PostgreSQL cannot
/// store it), no lone
/// surrogates, bounded depth. Of repeated keys the last one counts. Integers that fit 64 bits stay
/// integers.
package struct JSONParser {
    /// Arrays and objects within one another.
    package static let depth_max = 32

    private let bytes: [UInt8]
    private var at = 0
    private var depth = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    package static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
        var parser = JSONParser(bytes)
        parser.skipSpace()
        let value = try parser.value()
        parser.skipSpace()
        guard parser.at == bytes.count else { throw parser.error(.syntax) }
        return value
    }

    private func error(_ reason: JSONError.Reason) -> JSONError {
        JSONError(reason: reason, offset: at)
    }

    private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func skipSpace() {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x0a, 0x0d, 0x09: at += 1
            default: return
            }
        }
    }

    private mutating func take(_ byte: UInt8) throws(JSONError) {
        guard next == byte else { throw error(.syntax) }
        at += 1
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        switch next {
        case UInt8(ascii: "{"): return try .object(object())
        case UInt8(ascii: "["): return try .array(array())
        case UInt8(ascii: "\""): return try .string(string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(
        _ word: StaticString, _ value: JSONValue
    ) throws(JSONError) -> JSONValue {
        for byte in word.description.utf8 { try take(byte) }
        return value
    }

    private mutating func enter() throws(JSONError) {
        depth += 1
        if depth > Self.depth_max { throw error(.tooDeep) }
        at += 1
        skipSpace()
    }

    private mutating func object() throws(JSONError) -> JSONObject {
        try enter()
        var object = JSONObject()
        if next == UInt8(ascii: "}") {
            at += 1
            depth -= 1
            return object
        }
        while true {
            let key = try string()
            skipSpace()
            try take(UInt8(ascii: ":"))
            skipSpace()
            do {
                object[key] = try value()
            } catch {
                throw within(key, error)
            }
            skipSpace()
            if next == UInt8(ascii: ",") {
                at += 1
                skipSpace()
                continue
            }
            try take(UInt8(ascii: "}"))
            depth -= 1
            return object
        }
    }

    private mutating func array() throws(JSONError) -> [JSONValue] {
        try enter()
        var array: [JSONValue] = []
        if next == UInt8(ascii: "]") {
            at += 1
            depth -= 1
            return array
        }
        while true {
            do {
                array.append(try value())
            } catch {
                throw within(String(array.count), error)
            }
            skipSpace()
            if next == UInt8(ascii: ",") {
                at += 1
                skipSpace()
                continue
            }
            try take(UInt8(ascii: "]"))
            depth -= 1
            return array
        }
    }

    private func within(_ part: String, _ error: JSONError) -> JSONError {
        var error = error
        error.path.insert(part, at: 0)
        return error
    }

    /// The usual string has no escapes and is copied once.
    private mutating func string() throws(JSONError) -> String {
        try take(UInt8(ascii: "\""))
        let start = at
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                guard let text = String(validating: bytes[start..<at], as: UTF8.self) else {
                    throw error(.invalidUTF8)
                }
                at += 1
                return text
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case 0: throw error(.nulCharacter)
            case 1..<0x20: throw error(.syntax)
            default: at += 1
            }
        }
        throw error(.syntax)
    }

    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var text = Array(bytes[start..<at])
        while let byte = next {
            at += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: text, as: UTF8.self) else {
                    throw error(.invalidUTF8)
                }
                return text
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0: throw error(.nulCharacter)
            case 1..<0x20: throw error(.syntax)
            default: text.append(byte)
            }
        }
        throw error(.syntax)
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        guard let byte = next else { throw error(.syntax) }
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: Array(String(try scalar()).utf8))
        default: throw error(.syntax)
        }
    }

    private mutating func scalar() throws(JSONError) -> Character {
        var code = UInt32(try hex4())
        if (0xd800..<0xdc00).contains(code) {
            guard next == UInt8(ascii: "\\") else { throw error(.loneSurrogate) }
            at += 1
            guard next == UInt8(ascii: "u") else { throw error(.loneSurrogate) }
            at += 1
            let low = UInt32(try hex4())
            guard (0xdc00..<0xe000).contains(low) else { throw error(.loneSurrogate) }
            code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
        }
        if code == 0 { throw error(.nulCharacter) }
        guard let scalar = Unicode.Scalar(code) else { throw error(.loneSurrogate) }
        return Character(scalar)
    }

    private mutating func hex4() throws(JSONError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Self.hexDigit(byte) else { throw error(.syntax) }
            value = value << 4 | UInt16(digit)
            at += 1
        }
        return value
    }

    static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = at
        let isNegative = next == UInt8(ascii: "-")
        if isNegative { at += 1 }
        let firstDigit = at
        var whole: Int64 = 0
        var fits = true
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            let digit = Int64(byte - UInt8(ascii: "0"))
            let (tens, overflow) = whole.multipliedReportingOverflow(by: 10)
            let (sum, more) =
                isNegative
                ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
            if overflow || more { fits = false }
            whole = sum
            at += 1
        }
        guard at > firstDigit else { throw error(.syntax) }
        if bytes[firstDigit] == UInt8(ascii: "0"), at > firstDigit + 1 { throw error(.syntax) }
        let isWhole = try !fraction()
        if isWhole, fits { return .int(whole) }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        guard let number = Double(text), number.isFinite else { throw error(.numberOutOfRange) }
        return .double(number)
    }

    /// Steps over fraction and exponent; says whether there was one.
    private mutating func fraction() throws(JSONError) -> Bool {
        let start = at
        if next == UInt8(ascii: ".") {
            at += 1
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            at += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { at += 1 }
            try digits()
        }
        return at > start
    }

    private mutating func digits() throws(JSONError) {
        let start = at
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { at += 1 }
        if at == start { throw error(.syntax) }
    }
}
