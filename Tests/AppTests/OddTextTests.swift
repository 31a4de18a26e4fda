import NIOCore
import Testing
import VoronkaTesting
import Web

@testable import App

/// Text as people and broken programs send it, in every field that keeps text.
@Suite("Odd text in deals, contacts, companies, tasks and notes", .timeLimit(.minutes(3)))
struct OddTextTests {
    /// One field that keeps text.
    private struct Place {
        let path: String
        /// With the value at `#`.
        let body: String
        /// As a refusal calls it, and as the record that was made has it.
        let field: String
        let list: String
        let most: Int
        /// May be more than one line.
        var isLong = false
        /// Fields of companies' own take a number for its digits.
        var takesNumbers = false
    }

    private static func places(_ ids: Ids) -> [Place] {
        let names = [
            ("leads", "name"), ("contacts", "name"), ("contacts", "first_name"),
            ("contacts", "last_name"), ("companies", "name"),
        ].map { kind, name in
            Place(
                path: kind, body: "[{\"\(name)\":#}]", field: name, list: kind, most: 255)
        }
        let task = Place(
            path: "tasks", body: "[{\"text\":#,\"complete_till\":1890000000}]", field: "text",
            list: "tasks", most: 4_000, isLong: true)
        let cards = Furniture.kinds.flatMap { kind in
            [
                Place(
                    path: "\(kind)/\(ids.card[kind] ?? 0)/notes",
                    body: "[{\"note_type\":\"common\",\"params\":{\"text\":#}}]",
                    field: "params.text", list: "notes", most: 20_000, isLong: true),
                Place(
                    path: kind,
                    body: """
                        [{"name":"Карточка","custom_fields_values":[{"field_id":\
                        \(ids.field[kind] ?? 0),"values":[{"value":#}]}]}]
                        """,
                    field: "custom_fields_values.0.values.0.value", list: kind, most: 1_024,
                    takesNumbers: true),
            ]
        }
        return names + [task] + cards
    }

    @Test("is refused by the field's name in both languages, and nothing is written")
    func refused() async throws {
        try await withLiveWorld { world in
            let ids = try await Furniture.furnish(world.a, "строка")
            let before = try await Furniture.digest(world.a)
            let neighbour = try await Furniture.digest(world.b)
            let api = world.a.api(world.a.administrator)
            for place in Self.places(ids) {
                for (what, value) in Self.bad(place) {
                    let body = Self.filled(place.body, value)
                    var details: Set<String> = []
                    for language in ["ru", "en"] {
                        let answer = try await api.with("Accept-Language", language)
                            .send("POST", "/api/v4/\(place.path)", body)
                        let name = "\(place.path) \(place.field) \(what): \(answer.text)"
                        #expect(answer.status == 400, "\(name)")
                        let error = answer.at("validation-errors.0.errors.0")
                        #expect(error?.at("path")?.string == place.field, "\(name)")
                        details.insert(error?.at("detail")?.string ?? "")
                    }
                    #expect(details.count == 2 && !details.contains(""), "\(what): \(details)")
                }
            }
            #expect(try await Furniture.digest(world.a) == before)
            #expect(try await Furniture.digest(world.b) == neighbour)
        }
    }

    @Test("is kept to the letter when it is merely unusual, up to the last character that fits")
    func kept() async throws {
        try await withLiveWorld { world in
            let ids = try await Furniture.furnish(world.a, "строка")
            let api = world.a.api(world.a.administrator)
            for place in Self.places(ids) {
                for text in Self.unusual + Self.longest(place.most)
                    + (place.isLong ? Self.lines : [])
                {
                    var writer = JSONWriter()
                    writer.value(.string(text))
                    let value = Array(writer.buffer.readableBytesView)
                    let made = try await api.send(
                        "POST", "/api/v4/\(place.path)", Self.filled(place.body, value))
                    let name = "\(place.path) \(place.field) \(text.prefix(40))"
                    #expect(made.status == 200, "\(name): \(made.text)")
                    guard let id = made.at("_embedded.\(place.list).0.id")?.int else { continue }
                    let read = try await api.get("/api/v4/\(place.path)/\(id)")
                    // By code points: what only looks the same is not the same.
                    let kept = read.at(place.field)?.string?.unicodeScalars
                    #expect(kept.map { Array($0) } == Array(text.unicodeScalars), "\(name)")
                }
            }
        }
    }

    private static func filled(_ body: String, _ value: [UInt8]) -> [UInt8] {
        let parts = body.split(separator: "#", omittingEmptySubsequences: false)
        return Array(parts[0].utf8) + value + Array(parts[1].utf8)
    }

    private static func bad(_ place: Place) -> [(what: String, value: [UInt8])] {
        // RFC 3629: cut off, overlong, half a surrogate pair, beyond the last code point, and bytes
        // that stand nowhere.
        let broken: [[UInt8]] = [
            [0xC3, 0x28], [0x80], [0xC0, 0xAF], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF0, 0x9F, 0x98], [0xE2, 0x82], [0xFE], [0xFF],
        ]
        let quote = UInt8(ascii: "\"")
        let bytes = broken.map { ("bytes \($0)", [quote] + Array("да".utf8) + $0 + [quote]) }
        let long = String(repeating: "я", count: place.most + 1)
        let escapes = [
            #""\u0000""#, #""а\u0000б""#, #""\ud800""#, #""\udc00\ud800""#, "\"\(long)\"",
            "\"\(long.dropLast())😀\"", "true", "[]", "[\"x\"]", "{}", "{\"text\":\"x\"}",
        ]
        let numbers = place.takesNumbers ? [] : ["5", "-1.5", "1e3"]
        return bytes + (escapes + numbers).map { (String($0.prefix(30)), Array($0.utf8)) }
    }

    private static let unusual = [
        "💇‍♀️ Стрижка 👩🏽‍🦱 👨‍👩‍👧‍👦 🇷🇺", "תספורת עם צבע", "\u{202E}abc\u{202C} ابجد",
        "قصّ شعر ١٢٣", "e\u{301} und é", "Z\u{335}\u{32B}a\u{334}lgo",
        "a\u{200B}b\u{200D}c\u{FEFF}d",
        "𠮷野家 𝔄", "\u{E000}\u{FFFD}\u{10FFFD}", "a\u{2028}b\u{2029}c", "a\u{7F}\u{1}b",
        "<script>alert(1)</script>&amp;\"'", "'; DROP TABLE deals; --",
        "\\u0000 \\x {{name}} %s $1",
        "null", "0", "ﬁ Ⅷ ǆ ß İ",
    ]

    private static let lines = ["первая\nвторая\r\n\tтретья\n"]

    /// As many as fit; of the second each takes two units of UTF-16 and four bytes, and all of the
    /// third are one letter to the eye.
    private static func longest(_ most: Int) -> [String] {
        [
            String(repeating: "я", count: most), String(repeating: "😀", count: most),
            "e" + String(repeating: "\u{301}", count: most - 1),
        ]
    }
}
