import Deals
import HTTPTypes
import Postgres
import Records
import Tenancy
import Testing
import Vocabulary
import VoronkaTesting
import Web

private let now = Moment(seconds: 1_790_000_000)

private func api(
    _ tenant: TestTenant, as actor: Actor, at moment: Moment = now
) -> TestAPI {
    TestAPI(tenant, as: actor, at: moment) { api, ui in
        let services = Services()
        Deals(services: services).addRoutes(api: api, ui: ui)
        Records(services: services).addRoutes(api: api, ui: ui)
    }
}

extension TestAPI {
    /// Makes one deal and gives its id.
    fileprivate func deal(_ body: String = "{\"name\":\"Сделка\"}") async throws -> Int64 {
        let answer = try await post("/api/v4/leads", "[\(body)]")
        return try #require(answer.at("_embedded.leads.0.id")?.int, "\(answer.text)")
    }
}

@Suite("deals over the API")
struct LeadRouteTests {
    @Test("what is created reads back as amoCRM shows it, and the neighbour finds nothing")
    func roundTrip() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let neighbour = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let created = try await mine.post(
                "/api/v4/leads",
                """
                [{"name":"Свадебный макияж 💄","price":12000,"request_id":"a1",
                  "_embedded":{"tags":[{"name":"vip"}]}},{"price_with_minor_units":10.55}]
                """)
            #expect(created.status == 200, "\(created.text)")
            #expect(created.at("_embedded.leads.0.request_id") == .string("a1"))
            #expect(created.at("_embedded.leads.1.request_id") == .string("1"))
            let id = try #require(created.at("_embedded.leads.0.id")?.int)
            let one = try await mine.get("/api/v4/leads/\(id)?with=contacts,loss_reason,unknown")
            #expect(one.status == 200, "\(one.text)")
            #expect(one.at("name") == .string("Свадебный макияж 💄"))
            #expect(one.at("price") == .int(12000))
            #expect(one.at("_embedded.tags.0.name") == .string("vip"))
            #expect(one.at("_embedded.contacts") == .array([]))
            #expect(one.at("_links.self.href")?.string?.hasSuffix("/api/v4/leads/\(id)") == true)
            #expect(one.headers[.eTag] == "\"v1\"")

            let theirs = api(world.b, as: neighbour.administrator)
            #expect(try await theirs.get("/api/v4/leads/\(id)").status == 204)
            #expect(try await theirs.get("/api/v4/leads").status == 204)
            #expect(try await theirs.patch("/api/v4/leads/\(id)", "{\"name\":\"x\"}").status == 404)
            #expect(try await theirs.delete("/api/v4/leads/\(id)").status == 404)
            #expect(try await theirs.get("/ui/deals/\(id)").status == 404)
            #expect(try await theirs.get("/ui/board/cards?ids=\(id)").at("cards") == .array([]))
        }
    }

    @Test("one wrong item rejects the batch, and each wrong field is named")
    func badInput() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let mine = api(world.a, as: company.administrator)
            let long = String(repeating: "я", count: 5000)
            let cases: [(item: String, path: String)] = [
                ("{\"status_id\":77}", "status_id"), ("{\"pipeline_id\":77}", "pipeline_id"),
                ("{\"responsible_user_id\":77}", "responsible_user_id"),
                ("{\"price\":-1}", "price"), ("{\"price\":1e30}", "price"),
                ("{\"price\":\"много\"}", "price"), ("{\"name\":\"\(long)\"}", "name"),
                ("{\"name\":5}", "name"), ("{\"created_at\":99999999999}", "created_at"),
                ("{\"_embedded\":{\"contacts\":[{\"id\":77}]}}", "_embedded.contacts.0.id"),
                (
                    "{\"custom_fields_values\":[{\"field_id\":77}]}",
                    "custom_fields_values.0.field_id"
                ),
            ]
            for (item, path) in cases {
                let answer = try await mine.post(
                    "/api/v4/leads", "[{\"name\":\"Хорошая\"},\(item)]")
                #expect(answer.status == 400, "\(item) \(answer.text)")
                #expect(
                    answer.at("validation-errors.0.errors.0.path") == .string(path),
                    "\(item) \(answer.text)")
                #expect(answer.at("validation-errors.0.request_id") == .string("1"))
            }
            #expect(try await mine.post("/api/v4/leads", "[{\"name\":\"a\\u0000\"}]").status == 400)
            #expect(try await mine.post("/api/v4/leads", "{").status == 400)
            #expect(try await mine.get("/api/v4/leads").status == 204)
        }
    }

    @Test("pages of the list hold every deal once, in order")
    func paging() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            _ = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let items = (0..<23).map { "{\"name\":\"\($0)\",\"price\":\($0 % 5)}" }
            _ = try await mine.post("/api/v4/leads", "[\(items.joined(separator: ","))]")
            for limit in [1, 4, 7, 23, 250] {
                var names: [String] = []
                var page = 1
                while true {
                    let answer = try await mine.get("/api/v4/leads?limit=\(limit)&page=\(page)")
                    guard answer.status == 200 else { break }
                    let leads = answer.at("_embedded.leads")?.array ?? []
                    names += leads.compactMap { $0.object?["name"]?.string }
                    #expect((answer.at("_links.next.href") != nil) == (names.count < 23))
                    page += 1
                }
                #expect(names == (0..<23).map(String.init), "limit \(limit)")
            }
            let filtered = try await mine.get("/api/v4/leads?filter[price][from]=3&order[id]=desc")
            let prices = filtered.at("_embedded.leads")?.array ?? []
            #expect(prices.count == (0..<23).filter { $0 % 5 >= 3 }.count)
        }
    }

    @Test("If-Match of an older version is answered 412 with the card as it is")
    func ifMatch() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            _ = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let id = try await mine.deal()
            let first = try await mine.patch("/api/v4/leads/\(id)", "{\"price\":5}")
            #expect(first.at("version") == .int(2), "\(first.text)")
            #expect(first.at("event_ids")?.array?.count == 1)
            let late = try await mine.call(
                .patch, "/api/v4/leads/\(id)", "{\"price\":6}", headers: [.ifMatch: "\"v1\""])
            #expect(late.status == 412, "\(late.text)")
            #expect(late.at("price") == .int(5))
        }
    }

    @Test("a change is undone once, and not when the card changed since")
    func undo() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let neighbour = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let id = try await mine.deal("{\"name\":\"Сделка\",\"price_with_minor_units\":10.55}")
            let target = company.stageIDs[1]
            let moved = try await mine.patch("/api/v4/leads/\(id)", "{\"status_id\":\(target)}")
            let event = try #require(moved.at("event_ids.0")?.string, "\(moved.text)")
            let theirs = api(world.b, as: neighbour.administrator)
            #expect(try await theirs.post("/ui/undo/\(event)", "{}").status == 404)
            let undone = try await mine.post("/ui/undo/\(event)", "{}")
            #expect(undone.status == 200, "\(undone.text)")
            let card = try await mine.get("/api/v4/leads/\(id)")
            #expect(card.at("status_id") == .int(company.stageIDs[0]))
            #expect(try await mine.post("/ui/undo/\(event)", "{}").status == 409)

            let priced = try await mine.patch("/api/v4/leads/\(id)", "{\"price\":7}")
            let price = try #require(priced.at("event_ids.0")?.string)
            _ = try await mine.patch("/api/v4/leads/\(id)", "{\"price\":8}")
            #expect(try await mine.post("/ui/undo/\(price)", "{}").status == 409)
            let again = try await mine.patch("/api/v4/leads/\(id)", "{\"price\":7}")
            #expect(again.status == 200)
            _ = try await mine.post("/ui/undo/\(price)", "{}")
            let exact = try await mine.get("/ui/board/cards?ids=\(id)")
            #expect(exact.at("cards.0.amount_minor") == .int(1055), "\(exact.text)")
        }
    }

    @Test("a deal in the trash is in no list but that of the deleted, and comes back as it was")
    func trash() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let neighbour = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let seller = api(world.a, as: company.seller)
            let theirs = api(world.b, as: neighbour.administrator)
            let id = try await mine.deal()
            let before = try await mine.get("/ui/deals/\(id)")
            let back = "/api/v4/leads/\(id)/restore"
            #expect(try await mine.post(back, "{}").status == 404, "it is not in the trash")
            #expect(try await mine.delete("/api/v4/leads/\(id)").status == 204)
            #expect(try await mine.get("/api/v4/leads/\(id)").status == 204)
            #expect(try await mine.get("/api/v4/leads").status == 204)
            let deleted = try await mine.get("/api/v4/leads?with=only_deleted")
            #expect(deleted.at("_embedded.leads.0.is_deleted") == .bool(true), "\(deleted.text)")
            #expect(try await mine.delete("/api/v4/leads/\(id)").status == 404)
            #expect(try await theirs.post(back, "{}").status == 404)
            #expect(try await seller.post(back, "{}").status == 404)
            #expect(try await mine.post(back, "{}").status == 204)
            #expect(try await mine.post(back, "{}").status == 404)
            let after = try await mine.get("/ui/deals/\(id)")
            #expect(after.at("deal.version") == .int(3), "\(after.text)")
            #expect(after.at("spans") == before.at("spans"))
            #expect(after.at("deal.stage_entered_at") == before.at("deal.stage_entered_at"))
            let log = try await mine.get(
                "/api/v4/events?filter[type]=lead_deleted,lead_restored&filter[entity_id]=\(id)")
            let kinds = log.at("_embedded.events")?.array?.compactMap { $0.at("type")?.string }
            #expect(kinds?.sorted() == ["lead_deleted", "lead_restored"], "\(log.text)")
        }
    }
}
