import Foundation
import NIOCore
import Testing
import Vocabulary
import VoronkaTesting
import Web

extension LiveTests {
    @Suite("bad input is refused by the field's name, and nothing half-done stays")
    struct RouteBadInputTests {
        /// A body that cannot be taken, and the field to be named; nil: the body as a whole.
        struct Bad {
            let bytes: [UInt8]
            var field: String?
            let what: String
        }

        private struct NotTaken: Error {}

        @Test("on every route that takes a body, in both languages")
        func everyBody() async throws {
            // Nothing here is good enough for a new company: reaching this would be a 500.
            try await withLiveWorld(provision: { _ in throw NotTaken() }) { world in
                let ids = try await Furniture.furnish(world.a, "строка")
                let before = try await Furniture.digest(world.a)
                var refused = 0
                for route in RouteBook.sorted {
                    guard let body = route.body?(ids), body.first == "{" || body.first == "["
                    else { continue }
                    for bad in Self.whole(body) + Self.fields(route, body) {
                        try await Self.check(route, bad, ids, world.a)
                        refused += 1
                    }
                    #expect(
                        try await Furniture.digest(world.a) == before,
                        "\(route.route) left something behind")
                }
                #expect(refused > 1_500)
            }
        }

        private static func check(
            _ route: RouteCase, _ bad: Bad, _ ids: Ids, _ company: LiveCompany
        ) async throws {
            // A stranger has no company's address yet.
            let entrance = "localhost:\(company.server.port)"
            for language in ["ru", "en"] {
                let person = company.administrator
                let caller = (route.isBrowser ? company.browser(person) : company.api(person))
                    .with("Accept-Language", language)
                    .at(route.route == "POST /ui/sign-up" ? entrance : company.host)
                let answer = try await caller.send(route.method, route.path(ids), bad.bytes)
                let name = "\(route.route) \(bad.what): \(answer.status) \(answer.text)"
                #expect((400..<500).contains(answer.status), "\(name)")
                let detail = answer.at("detail")?.string ?? ""
                let isRussian = detail.unicodeScalars.contains {
                    (0x400..<0x460).contains($0.value)
                }
                #expect(isRussian == (language == "ru"), "\(name)")
                guard let field = bad.field else { continue }
                let errors = answer.at("validation-errors.0.errors")?.array ?? []
                let paths = errors.compactMap { $0.at("path")?.string }
                #expect(paths.contains { $0 == field || $0.hasPrefix(field + ".") }, "\(name)")
            }
        }

        private static func whole(_ body: String) -> [Bad] {
            func bad(_ what: String, _ text: String) -> Bad {
                Bad(bytes: Array(text.utf8), what: what)
            }
            let item = body.hasPrefix("[") ? String(body.dropFirst().dropLast()) : body
            return [
                bad("half", String(body.dropLast(2))), bad("nothing", ""), bad("a word", "\"x\""),
                bad("two", body + body), bad("10,000 deep", String(repeating: "[", count: 10_000)),
                bad("other type", body.hasPrefix("[") ? item : "[\(item)]"),
                bad(
                    "251 items",
                    "[\(Array(repeating: item, count: 251).joined(separator: ","))]"),
            ]
        }

        private static func fields(_ route: RouteCase, _ body: String) -> [Bad] {
            guard let parsed = try? JSONParser.parse(Array(body.utf8)) else { return [] }
            return route.fields.flatMap { field in
                values(field).compactMap { value in
                    let prefix = body.hasPrefix("[") ? "0." : ""
                    var parts = (prefix + field.path).split(separator: ".").map(String.init)
                    guard let changed = replaced(parsed, &parts, "#HERE#") else { return nil }
                    let text = changed.replacing("\"#HERE#\"", with: value)
                    return Bad(
                        bytes: Array(text.utf8), field: field.path,
                        what: "\(field.path) = \(value.prefix(40))")
                }
            }
        }

        private static func replaced(
            _ value: JSONValue, _ parts: inout [String], _ mark: String
        ) -> String? {
            var writer = JSONWriter()
            guard let changed = set(value, parts[...], .string(mark)) else { return nil }
            writer.value(changed)
            return String(decoding: writer.buffer.readableBytesView, as: UTF8.self)
        }

        private static func set(
            _ value: JSONValue, _ path: ArraySlice<String>, _ new: JSONValue
        ) -> JSONValue? {
            guard let part = path.first else { return new }
            switch value {
            case .object(var object):
                if path.count == 1 {
                    object[part] = new
                } else {
                    guard let inner = object[part], let made = set(inner, path.dropFirst(), new)
                    else { return nil }
                    object[part] = made
                }
                return .object(object)
            case .array(var list):
                guard let place = Int(part), list.indices.contains(place),
                    let made = set(list[place], path.dropFirst(), new)
                else { return nil }
                list[place] = made
                return .array(list)
            default: return nil
            }
        }

        private static let references = [
            "\"x\"", "-1", "1.5", "true", "[]", "955000000", "9223372036854775807", "1e400",
        ]

        /// What each kind of field must not take.
        private static func values(_ field: Field) -> [String] {
            let nul = "\"\\u0000\"", surrogate = "\"\\ud800\""
            switch field.kind {
            case .text(let max, let blank):
                let long = "\"\(String(repeating: "я", count: max + 1))\""
                let longer = "\"\(String(repeating: "x", count: max < 5_000 ? 5_000 : max + 1))\""
                return ["5", "true", "[]", "{}", nul, surrogate, long, longer]
                    + (blank ? [] : ["\"  \""])
            case .secret: return ["5", "[]", "{}", nul, surrogate]
            case .int: return ["\"x\"", "1.5", "true", "[]", "-1", "1e400", "99999999999999999999"]
            case .bool: return ["\"yes\"", "2", "[]", "{}"]
            case .money:
                return [
                    "\"NaN\"", "-1", "-0.01", "1e400", "1000000000000001", "1e300", "true", "[]",
                    "9223372036854775807",
                ]
            case .moment:
                return [
                    "253402300799", "9999999999999", "-1", "\"2026-01-01\"", "true", "[]", "1e400",
                ]
            case .list: return ["5", "\"x\"", "{}", "true"]
            case .object: return ["5", "\"x\"", "true", "[1]"]
            case .reference: return ["0"] + references
            case .referenceOrNone: return references
            case .id: return ["\"x\"", "0", "-1", "1.5", "true", "[]", "1e400"]
            case .choice: return ["5", "[]", "{}", "\"нет такого\"", nul]
            case .values:
                return [
                    "5", "\"x\"", "{}", "[5]", "[{}]", "[{\"field_id\":955000000,\"values\":[]}]",
                    "[{\"field_id\":\"x\",\"values\":[]}]",
                ]
            }
        }
    }
}
