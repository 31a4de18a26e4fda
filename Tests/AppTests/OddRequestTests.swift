import Postgres
import Tenancy
import Testing
import VoronkaTesting
import Web

@testable import App

@Suite("Requests that no decent client sends")
struct OddRequestTests {
    @Test("are refused with 4xx, leave no row, and what is merely unusual is kept as it is")
    func odd() async throws {
        try await withLiveWorld { world in
            let api = world.a.api(world.a.administrator)
            func deals() async throws -> Int64 {
                try await world.a.database.query("SELECT count(*) FROM deals").one()
                    .decode(0, as: Int64.self)
            }
            // Ten megabytes.
            let large = #"[{"name": ""# + String(repeating: "a", count: 10_000_000) + #""}]"#
            #expect(try await api.post("/api/v4/leads", large).status == 413)
            // Bytes that are no UTF-8, and a NUL, which PostgreSQL cannot keep.
            let broken = Array(#"[{"name": ""#.utf8) + [0xC3, 0x28] + Array(#""}]"#.utf8)
            #expect(try await api.send("POST", "/api/v4/leads", broken).status == 400)
            #expect(try await api.post("/api/v4/leads", #"[{"name": "a\u0000b"}]"#).status == 400)
            #expect(try await api.post("/api/v4/leads", #"[{"name": "\ud800"}]"#).status == 400)
            let deep = String(repeating: "[", count: 10_000)
            #expect(try await api.post("/api/v4/leads", deep).status == 400)
            #expect(try await deals() == 0)

            for name in ["💇‍♀️ Стрижка 👩🏽‍🦱", "תספורת עם צבע", "\u{202E}abc\u{202C} ابجد"] {
                let made = try await api.post("/api/v4/leads", "[{\"name\": \"\(name)\"}]")
                #expect(made.status == 200)
                guard case .int(let id) = made.at("_embedded.leads.0.id") else {
                    Issue.record("no id in \(made.text)")
                    continue
                }
                let read = try await api.get("/api/v4/leads/\(id)")
                #expect(read.at("name") == .string(name))
            }
            #expect(try await deals() == 3)
        }
    }

    @Test("credentials that are none get 401, and a page elsewhere cannot write by the cookie")
    func credentials() async throws {
        try await withLiveWorld { world in
            let api = world.a.api(world.a.administrator)
            let neighbour = world.b.administrator.token
            for token in ["", "x", "a.b.c", world.a.administrator.token + "x", neighbour] {
                let answer = try await api.with("Authorization", "Bearer \(token)")
                    .get("/api/v4/account")
                #expect(answer.status == 401)
                #expect(answer.text.contains(neighbour) == false)
            }
            let browser = world.a.browser(world.a.administrator)
            for site in ["cross-site", "same-site"] {
                let answer = try await browser.with("Sec-Fetch-Site", site)
                    .post("/api/v4/leads", #"[{"name": "Чужая"}]"#)
                #expect(answer.status == 403)
            }
            let count = try await world.a.database.query("SELECT count(*) FROM deals").one()
            #expect(try count.decode(0, as: Int64.self) == 0)
        }
    }

    @Test("queries of garbage are answered, and never by our own error")
    func queries() async throws {
        try await withLiveWorld { world in
            let api = world.a.api(world.a.administrator)
            let words = [
                "page", "limit", "filter[id]", "filter[id][]", "filter[created_at][from]",
                "order[id]",
                "with", "query", "filter[statuses][0][pipeline_id]",
                "filter[custom_fields_values][1]",
                "filter[]", "filter", "%00", "%ff", "[[", "]]",
            ]
            let values = [
                "", "0", "-1", "9223372036854775808", "1e400", "%00", "%ff%fe", "%", "%2", "a%5Bb",
                "null", "[]", "NaN", String(repeating: "9", count: 400), "%F0%9F%98%80",
            ]
            var generator = SeedRandom(20_261_124)
            for path in ["leads", "contacts", "companies", "tasks", "events", "leads/notes"] {
                for _ in 0..<40 {
                    let query = (0..<generator.between(1, 3))
                        .map { _ in "\(generator.pick(words))=\(generator.pick(values))" }
                        .joined(separator: "&")
                    let answer = try await api.get("/api/v4/\(path)?\(query)")
                    #expect(answer.status < 500, "\(path)?\(query): \(answer.text)")
                }
            }
        }
    }
}
