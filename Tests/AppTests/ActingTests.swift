import App
import Identity
import Testing
import Vocabulary
import VoronkaTesting
import Web

extension LiveTests {
    @Suite("X-Context-User-ID")
    struct ActingTests {
        @Test("lets an administrator's token act with a member's rights and under his name")
        func acting() async throws {
            try await withLiveWorld { world in
                let all: [String: Reach] = ["view": .own, "edit": .own, "add": .all]
                try await world.a.setRights(Rights(["deal": all]))
                let mine = world.a.api(world.a.administrator)
                let acting = mine.with("X-Context-User-ID", "\(world.a.seller.id)")
                _ = try await mine.post("/api/v4/leads", "[{\"name\":\"Моя\"}]")
                let made = try await acting.post("/api/v4/leads", "[{\"name\":\"Его\"}]")
                let id = try #require(made.at("_embedded.leads.0.id")?.int, "\(made.text)")
                let listed = try await acting.get("/api/v4/leads")
                #expect(listed.at("_embedded.leads")?.array?.count == 1, "\(listed.text)")
                #expect(listed.at("_embedded.leads.0.created_by") == .int(world.a.seller.id))
                let events = try await mine.get(
                    "/api/v4/events?filter%5Bentity%5D=lead&filter%5Bentity_id%5D=\(id)")
                #expect(events.at("_embedded.events.0.created_by") == .int(world.a.seller.id))
                #expect(
                    try await acting.get("/api/v4/account").at("current_user_id")
                        == .int(world.a.seller.id))
                #expect(try await acting.post("/api/v4/roles", "[]").status == 403)
                let own = mine.with("X-Context-User-ID", "\(world.a.administrator.id)")
                #expect(try await own.get("/api/v4/leads").at("_embedded.leads.1.id") != nil)
            }
        }

        @Test("is refused to everybody else, and for who does not work here")
        func refusals() async throws {
            try await withLiveWorld { world in
                let mine = world.a.api(world.a.administrator)
                let seller = world.a.api(world.a.seller)
                let header = "X-Context-User-ID"
                for (caller, text, status) in [
                    (seller, "\(world.a.administrator.id)", 403),
                    (seller, "\(world.a.colleague.id)", 403), (seller, "\(world.a.seller.id)", 200),
                    (mine, "\(world.b.administrator.id)", 403), (mine, "1", 403), (mine, "x", 400),
                    (mine, "", 200),
                ] {
                    let answer = try await caller.with(header, text).get("/api/v4/account")
                    #expect(answer.status == status, "\(text): \(answer.text)")
                }
                let colleague = "\(world.a.colleague.id)"
                #expect(try await mine.with(header, colleague).get("/api/v4/account").status == 200)
                try await world.server.instance.identity.setMember(
                    world.a.colleague.id, isActive: false, in: world.a.tenant)
                #expect(try await mine.with(header, colleague).get("/api/v4/account").status == 403)
                // A browser's session acts for nobody but its user.
                let page = world.a.browser(world.a.administrator).with(
                    header, "\(world.a.seller.id)")
                #expect(
                    try await page.get("/api/v4/account").at("current_user_id")
                        == .int(world.a.administrator.id))
            }
        }
    }
}
