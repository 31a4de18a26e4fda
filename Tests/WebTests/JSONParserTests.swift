import Testing
import Web

@Suite("the JSON reader")
struct JSONParserTests {
    private func parse(_ text: String) throws(JSONError) -> JSONValue {
        try JSONParser.parse(Array(text.utf8))
    }

    private func reason(_ bytes: [UInt8]) -> JSONError.Reason? {
        do {
            _ = try JSONParser.parse(bytes)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test("reads every kind of value")
    func values() throws {
        let value = try parse(
            #" {"a": [1, -2.5, 1e3, true, false, null], "б": "😀\n\u0416\ud83d\ude00"} "#)
        #expect(
            value
                == .object([
                    "a": .array([
                        .int(1), .double(-2.5), .double(1000), .bool(true), .bool(false), .null,
                    ]),
                    "б": .string("😀\nЖ😀"),
                ]))
    }

    @Test("keeps integers whole up to 64 bits and refuses infinity")
    func numbers() throws {
        #expect(try parse("9223372036854775807") == .int(.max))
        #expect(try parse("-9223372036854775808") == .int(.min))
        #expect(try parse("9223372036854775808") == .double(9_223_372_036_854_775_808))
        #expect(reason(Array("1e999".utf8)) == .numberOutOfRange)
    }

    @Test("takes the last of repeated keys")
    func duplicates() throws {
        #expect(try parse(#"{"a": 1, "a": 2}"#) == .object(["a": .int(2)]))
    }

    @Test(
        "refuses what is not JSON",
        arguments: [
            "", " ", "{", "[1,]", "{\"a\":1,}", "01", "1.", ".5", "+1", "nul", "'a'", "[1 2]",
            "{a:1}",
            "\"a", "\"\\x\"", "\"\t\"", "1 1", "\u{feff}{}", "NaN", "{\"a\"}", "-",
        ])
    func syntax(_ text: String) {
        #expect(reason(Array(text.utf8)) == .syntax)
    }

    @Test("refuses NUL, broken UTF-8 and lone surrogates")
    func characters() {
        #expect(reason(Array(#""a\u0000b""#.utf8)) == .nulCharacter)
        #expect(reason([0x22, 0x61, 0x00, 0x22]) == .nulCharacter)
        #expect(reason([0x22, 0xff, 0xfe, 0x22]) == .invalidUTF8)
        #expect(reason([0x22, 0xc0, 0x80, 0x22]) == .invalidUTF8)
        #expect(reason([0x22, 0x5c, 0x6e, 0xe2, 0x82, 0x22]) == .invalidUTF8)
        #expect(reason(Array(#""\ud800""#.utf8)) == .loneSurrogate)
        #expect(reason(Array(#""\udc00\ud800""#.utf8)) == .loneSurrogate)
    }

    @Test("refuses what is nested too deep instead of running out of stack")
    func depth() throws {
        let most = JSONParser.depth_max
        let fits = String(repeating: "[", count: most) + String(repeating: "]", count: most)
        _ = try parse(fits)
        #expect(reason(Array(String(repeating: "[", count: 100_000).utf8)) == .tooDeep)
    }

    @Test("names the field in which the error is")
    func path() {
        do {
            _ = try parse(#"[{"name": "ok"}, {"custom": [{"v": "\u0000"}]}]"#)
            Issue.record("a NUL was taken")
        } catch {
            #expect(error.path == ["1", "custom", "0", "v"])
        }
    }

    @Test("finds members of large objects, and writes back what it read")
    func large() throws {
        var writer = JSONWriter()
        writer.object { writer in for index in 0..<200 { writer.field("k\(index)", index) } }
        let value = try parse(writer.text)
        #expect(value.object?.count == 200)
        #expect(value.object?["k199"] == .int(199))
        var again = JSONWriter()
        again.value(value)
        #expect(again.text == writer.text)
    }

    @Test("random values survive writing and reading")
    func roundTrip() throws {
        var generator = Seeded(state: 42)
        for _ in 0..<500 {
            let value = randomValue(&generator, depth: 4)
            var writer = JSONWriter()
            writer.value(value)
            #expect(try parse(writer.text) == value)
        }
    }

    private func randomValue(_ generator: inout Seeded, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &generator) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &generator))
        case 2: return .int(Int64.random(in: .min ... .max, using: &generator))
        case 3: return .double(Double.random(in: -1e9...1e9, using: &generator))
        case 4: return .string(randomText(&generator))
        case 5:
            return .array((0..<3).map { _ in randomValue(&generator, depth: depth - 1) })
        default:
            var object = JSONObject()
            for _ in 0..<3 {
                object[randomText(&generator)] = randomValue(&generator, depth: depth - 1)
            }
            return .object(object)
        }
    }

    private func randomText(_ generator: inout Seeded) -> String {
        let characters = Array("aЖ😀\"\\/<\n\t\u{1}\u{7f}\u{2028} ")
        return String(
            (0..<5).map { _ in characters[Int.random(in: characters.indices, using: &generator)] })
    }
}

/// SplitMix64: the same values in every run.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
