import Testing
import Vocabulary
import VoronkaTesting
import Web

@testable import App

extension LiveTests {
    @Suite("A task that one may not see")
    struct HiddenTaskTests {
        @Test("shows on no card, board or feed, and the next one that he may see shows instead")
        func screens() async throws {
            try await withLiveWorld { world in
                for company in [world.a, world.b] {
                    let mine = company.api(company.administrator)
                    let made = try await mine.post(
                        "/api/v4/contacts", #"[{"name":"Ольга Белова"}]"#)
                    let contact = try #require(made.at("_embedded.contacts.0.id")?.int)
                    let lead = try await mine.post(
                        "/api/v4/leads",
                        "[{\"name\":\"Стрижка\",\"_embedded\":{\"contacts\":[{\"id\":\(contact)}]}}]"
                    )
                    let deal = try #require(lead.at("_embedded.leads.0.id")?.int, "\(lead.text)")
                    func task(_ text: String, _ owner: Int64, _ due: Int, _ isDone: Bool) -> String
                    {
                        """
                        {"text":"\(text)","complete_till":\(due),"entity_id":\(deal),
                            "entity_type":"leads","responsible_user_id":\(owner),
                            "is_completed":\(isDone)}
                        """
                    }
                    let boss = company.administrator.id
                    let tasks = [
                        task("Тайна", boss, 1_900_000_000, false),
                        task("Тайна прошлая", boss, 1_900_000_000, true),
                        task("Своё", company.seller.id, 1_900_000_500, false),
                    ].joined(separator: ",")
                    let added = try await mine.post("/api/v4/tasks", "[\(tasks)]")
                    #expect(added.status == 200, "\(added.text)")
                    let pages = [
                        "board", "board/cards?ids=\(deal)", "deals/\(deal)", "deals/\(deal)/feed",
                        "contacts", "contacts/\(contact)", "contacts/\(contact)/feed",
                    ]
                    let all = company.browser(company.administrator)
                    for page in pages {
                        let answer = try await all.get("/ui/\(page)")
                        #expect(answer.text.contains("Тайна"), "\(page): \(answer.text)")
                    }
                    var rights = Rights.everything
                    rights.reaches["task"]?["view"] = .own
                    try await company.setRights(rights)
                    let seller = company.browser(company.seller)
                    for page in pages {
                        let answer = try await seller.get("/ui/\(page)")
                        #expect(answer.status == 200, "\(page)")
                        #expect(!answer.text.contains("Тайна"), "\(page): \(answer.text)")
                        if !page.hasSuffix("feed") {
                            #expect(answer.text.contains("Своё"), "\(page): \(answer.text)")
                        }
                    }
                    rights.reaches["task"]?["view"] = Reach.none
                    try await company.setRights(rights)
                    for page in pages {
                        let answer = try await seller.get("/ui/\(page)")
                        #expect(!answer.text.contains("Своё"), "\(page): \(answer.text)")
                    }
                }
            }
        }
    }
}
