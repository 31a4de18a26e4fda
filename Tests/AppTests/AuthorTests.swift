import Testing
import VoronkaTesting
import Web

@testable import App

extension LiveTests {
    @Suite("Who made a record, as a program says")
    struct AuthorTests {
        @Test("the author of a note, a task or a card has worked here, or is the machine")
        func authors() async throws {
            try await withLiveWorld { world in
                for (company, other) in [(world.a, world.b), (world.b, world.a)] {
                    let mine = company.api(company.administrator)
                    let made = try await mine.post("/api/v4/leads", #"[{"name":"Стрижка"}]"#)
                    let deal = try #require(made.at("_embedded.leads.0.id")?.int, "\(made.text)")
                    // Who has left is still the author of what he wrote.
                    let former = company.stranger.id
                    _ = try await mine.post("/api/v4/users/deactivate", "[{\"id\":\(former)}]")
                    let kinds: [(path: String, item: String, says: [String])] = [
                        (
                            "leads/\(deal)/notes",
                            #""note_type":"common","params":{"text":"Звонила"}"#, ["created_by"]
                        ),
                        (
                            "tasks", #""text":"Позвонить","complete_till":1900000000"#,
                            ["created_by", "updated_by"]
                        ),
                        ("leads", #""name":"Укладка""#, ["created_by", "updated_by"]),
                        ("contacts", #""name":"Ольга""#, ["created_by", "updated_by"]),
                        ("companies", #""name":"Бриз""#, ["created_by", "updated_by"]),
                    ]
                    for (path, item, keys) in kinds {
                        for key in keys {
                            for id in [0, company.seller.id, former] {
                                let answer = try await mine.post(
                                    "/api/v4/\(path)", "[{\(item),\"\(key)\":\(id)}]")
                                #expect(answer.status == 200, "\(path) \(key): \(answer.text)")
                            }
                            for id in [other.seller.id, Int64.max] {
                                let answer = try await mine.post(
                                    "/api/v4/\(path)", "[{\(item),\"\(key)\":\(id)}]")
                                #expect(answer.status == 400, "\(path) \(key): \(answer.text)")
                                #expect(
                                    answer.at("validation-errors.0.errors.0.path")?.string == key,
                                    "\(answer.text)")
                            }
                        }
                    }
                    for (kind, change) in [
                        ("tasks", #""text":"Написать""#), ("leads", #""price":7"#),
                        ("leads", #""price":8,"_embedded":{"tags":[{"name":"vip"}]}"#),
                        ("contacts", #""name":"Вера""#), ("companies", #""name":"Шторм""#),
                    ] {
                        let list = try await mine.get("/api/v4/\(kind)?limit=1")
                        let id = try #require(list.at("_embedded.\(kind).0.id")?.int)
                        let path = "/api/v4/\(kind)/\(id)"
                        let changed = try await mine.patch(
                            path, "{\(change),\"updated_by\":\(other.seller.id)}")
                        #expect(changed.status == 400, "\(kind): \(changed.text)")
                        #expect(
                            changed.at("validation-errors.0.errors.0.path")?.string == "updated_by",
                            "\(kind): \(changed.text)")
                        let kept = try await mine.patch(
                            path, "{\(change),\"updated_by\":\(company.colleague.id)}")
                        #expect(kept.status == 200, "\(kind): \(kept.text)")
                        #expect(
                            try await mine.get(path).at("updated_by")?.int == company.colleague.id)
                    }
                }
            }
        }
    }
}
