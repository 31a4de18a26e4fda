import Deals
import Postgres
import Records
import Tenancy
import Testing
import Vocabulary
import VoronkaTesting
import Web

private let now = Moment(seconds: 1_790_000_000)

private func api(_ tenant: TestTenant, as actor: Actor) -> TestAPI {
    TestAPI(tenant, as: actor, at: now) { api, ui in
        let services = Services()
        Deals(services: services).addRoutes(api: api, ui: ui)
        Records(services: services).addRoutes(api: api, ui: ui)
    }
}

extension TestAPI {
    fileprivate func deal(_ body: String = "{}") async throws -> Int64 {
        let answer = try await post("/api/v4/leads", "[\(body)]")
        return try #require(answer.at("_embedded.leads.0.id")?.int, "\(answer.text)")
    }
}

@Suite("what a deal has beyond amoCRM's")
struct DealFieldTests {
    @Test("channel and expected close are written, logged, shown and undone")
    func further() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let neighbour = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let id = try await mine.deal(
                "{\"channel\":\"phone\",\"expected_close_on\":\"2026-12-24\"}")
            let path = "/api/v4/leads/\(id)"
            let made = try await mine.get(path)
            #expect(made.at("channel") == .string("phone"), "\(made.text)")
            #expect(made.at("expected_close_on") == .string("2026-12-24"))
            #expect(made.at("version") == .int(1))

            let changed = try await mine.patch(
                path, "{\"channel\":\"vk\",\"expected_close_on\":null,\"price\":5}")
            let events = changed.at("event_ids")?.array?.compactMap(\.string) ?? []
            #expect(events.count == 3, "\(changed.text)")
            let log = try await mine.get(
                "/api/v4/events?filter[entity]=lead&filter[entity_id]=\(id)")
            let found = log.at("_embedded.events")?.array ?? []
            let channel = found.first { $0.at("type") == .string("channel_field_changed") }
            #expect(channel?.at("value_before.0.channel_field_value.channel") == .string("phone"))
            #expect(channel?.at("value_after.0.channel_field_value.channel") == .string("vk"))
            let close = found.first { $0.at("type") == .string("expected_close_field_changed") }
            let day = "expected_close_field_value.expected_close_on"
            #expect(close?.at("value_before.0.\(day)") == .string("2026-12-24"), "\(log.text)")
            #expect(close?.at("value_after.0.\(day)") == .null)
            #expect(
                try await mine.patch(path, "{\"channel\":\"vk\"}").at("event_ids") == .array([]))

            for event in [channel, close] {
                let key = try #require(event?.at("id")?.string)
                let theirs = api(world.b, as: neighbour.administrator)
                #expect(try await theirs.post("/ui/undo/\(key)", "{}").status == 404)
                #expect(
                    try await api(world.a, as: company.seller).post("/ui/undo/\(key)", "{}").status
                        == 404)
                #expect(try await mine.post("/ui/undo/\(key)", "{}").status == 200)
                #expect(try await mine.post("/ui/undo/\(key)", "{}").status == 409)
            }
            let card = try await mine.get("/ui/deals/\(id)")
            #expect(card.at("deal.channel") == .string("phone"), "\(card.text)")
            #expect(card.at("deal.expected_close_on") == .string("2026-12-24"))
        }
    }

    @Test("the page of a deal says what its reader may do to each note")
    func mayEdit() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let neighbour = try await world.b.furnish()
            let reader = Actor(
                userID: company.seller.userID, name: "Илья", language: .ru, isAdministrator: false,
                rights: Rights(["deal": ["view": .all, "edit": .own, "add": .all, "delete": .none]]
                ),
                groupMemberIDs: [company.seller.userID])
            let boss = api(world.a, as: company.administrator)
            let seller = api(world.a, as: reader)
            let theirs = api(world.b, as: neighbour.administrator)
            let made = try await boss.post("/api/v4/leads", "[{\"name\":\"Чужая\"}]")
            let foreign = try #require(made.at("_embedded.leads.0.id")?.int)
            let own = try await seller.post("/api/v4/leads", "[{\"name\":\"Своя\"}]")
            let id = try #require(own.at("_embedded.leads.0.id")?.int, "\(own.text)")
            #expect(try await seller.patch("/api/v4/leads/\(id)", "{\"price\":5}").status == 200)
            #expect(
                try await seller.patch("/api/v4/leads/\(foreign)", "{\"price\":5}").status == 403)

            // Who reads a deal may write notes on it, and change and delete those that are his.
            let path = "/api/v4/leads/\(foreign)/notes"
            func note(_ author: TestAPI, _ text: String) async throws -> Int64 {
                let added = try await author.post(
                    path, "[{\"note_type\":\"common\",\"params\":{\"text\":\"\(text)\"}}]")
                return try #require(added.at("_embedded.notes.0.id")?.int, "\(added.text)")
            }
            let bosses = try await note(boss, "Начальника")
            let mine = try await note(seller, "Моя")
            func shown(_ list: String) async throws -> [Int64: Bool] {
                let items = try await seller.get("/ui/deals/\(foreign)").at(list)?.array ?? []
                return Dictionary(
                    uniqueKeysWithValues: items.compactMap { item in
                        item.at("note_id")?.int.map { ($0, item.at("can_edit") == .bool(true)) }
                    })
            }
            #expect(try await shown("feed") == [bosses: false, mine: true])
            #expect(try await shown("pinned") == [:])
            #expect(try await boss.post("/api/v4/leads/notes/\(bosses)/pin", "[]").status == 204)
            #expect(try await shown("pinned") == [bosses: false])

            #expect(try await seller.delete("/api/v4/leads/notes/\(bosses)").status == 403)
            #expect(try await theirs.delete("/api/v4/leads/notes/\(bosses)").status == 404)
            #expect(try await seller.delete("/api/v4/leads/notes/\(mine)").status == 204)
            #expect(try await seller.delete("/api/v4/leads/notes/\(mine)").status == 404)
            #expect(try await shown("feed") == [bosses: false])
            let back = "/api/v4/leads/notes/\(mine)/restore"
            #expect(try await theirs.post(back, "{}").status == 404)
            #expect(try await seller.post(back, "{}").status == 204)
            #expect(try await seller.post(back, "{}").status == 404)
            #expect(try await shown("feed") == [bosses: false, mine: true])
            let log = try await boss.get(
                "/api/v4/events?filter[type]=note_deleted,note_restored&filter[entity_id]=\(foreign)"
            )
            #expect(log.at("_embedded.events")?.array?.count == 2, "\(log.text)")
        }
    }

    @Test("a closing date that is written afresh is logged, shown and undone, and told once")
    func closed() async throws {
        try await withTenants { world in
            for tenant in [world.a, world.b] {
                let company = try await tenant.furnish()
                let mine = api(tenant, as: company.administrator)
                let id = try await mine.deal("{\"status_id\":142}")
                let path = "/api/v4/leads/\(id)"
                func events() async throws -> [JSONValue] {
                    let log = try await mine.get(
                        "/api/v4/events?filter[type]=closed_at_field_changed&filter[entity_id]=\(id)"
                    )
                    return log.at("_embedded.events")?.array ?? []
                }
                let first = now.seconds - 86_400
                let changed = try await mine.patch(path, "{\"closed_at\":\(first)}")
                let event = try #require(changed.at("event_ids.0")?.string, "\(changed.text)")
                #expect(try await mine.get(path).at("closed_at")?.int == first)
                let told = try await events()
                try #require(told.count == 1)
                let key = "closed_at_field_value.closed_at"
                #expect(told[0].at("value_before.0.\(key)")?.int == now.seconds)
                #expect(told[0].at("value_after.0.\(key)")?.int == first)
                let patch = try await tenant.database.query(
                    "SELECT (payload->'patch'->>'closed_at')::bigint FROM outbox WHERE event_id = \(event)"
                ).one().decode(0, as: Int64.self)
                #expect(patch == first)

                // What it is already is no change, and an open deal has no such date.
                #expect(
                    try await mine.patch(path, "{\"closed_at\":\(first)}").at("event_ids")
                        == .array([]))
                #expect(try await mine.get(path).at("version")?.int == 2)
                let undone = try await mine.post("/ui/undo/\(event)", "{}")
                #expect(undone.status == 200, "\(undone.text)")
                #expect(try await mine.get(path).at("closed_at")?.int == now.seconds)
                #expect(try await mine.post("/ui/undo/\(event)", "{}").status == 409)
                let open = try await mine.deal()
                let nothing = try await mine.patch(
                    "/api/v4/leads/\(open)", "{\"closed_at\":\(first)}")
                #expect(nothing.at("event_ids") == .array([]))

                // Won on a day that is told: the stage, and the day.
                let won = try await mine.patch(
                    "/api/v4/leads/\(open)", "{\"status_id\":142,\"closed_at\":\(first)}")
                #expect(won.at("event_ids")?.array?.count == 2, "\(won.text)")
                #expect(try await mine.get("/api/v4/leads/\(open)").at("closed_at")?.int == first)
            }
        }
    }

    @Test("a channel that is not one and a day that is none are refused by name")
    func badInput() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            _ = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let id = try await mine.deal()
            for (body, path, code) in [
                ("{\"channel\":\"pigeon\"}", "channel", "NotSupportedChoice"),
                ("{\"channel\":5}", "channel", "InvalidType"),
                ("{\"expected_close_on\":\"2026-02-30\"}", "expected_close_on", "InvalidValue"),
                ("{\"expected_close_on\":\"9999-01-01\"}", "expected_close_on", "InvalidValue"),
                ("{\"expected_close_on\":\"24.12.2026\"}", "expected_close_on", "InvalidValue"),
                (
                    "{\"expected_close_on\":\"2026-12-24T00:00:00Z\"}", "expected_close_on",
                    "TooLong"
                ),
                ("{\"expected_close_on\":1790000000}", "expected_close_on", "InvalidType"),
            ] {
                for answer in [
                    try await mine.patch("/api/v4/leads/\(id)", body),
                    try await mine.post("/api/v4/leads", "[\(body)]"),
                ] {
                    #expect(answer.status == 400, "\(body)")
                    let error = answer.at("validation-errors.0.errors.0")
                    #expect(error?.at("path") == .string(path), "\(answer.text)")
                    #expect(error?.at("code") == .string(code), "\(answer.text)")
                }
            }
            for wrong in ["\"price\":-1", "\"status_id\":77"] {
                let answer = try await mine.patch(
                    "/api/v4/leads/\(id)", "{\"request_id\":\"r9\",\(wrong)}")
                #expect(
                    answer.at("validation-errors.0.request_id") == .string("r9"), "\(answer.text)")
            }
            #expect(try await mine.get("/api/v4/leads/\(id)").at("version") == .int(1))
        }
    }

    @Test("a loss reason goes when it is emptied, and when the deal comes back")
    func lossReason() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            _ = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let reasons = try await mine.get("/api/v4/leads/loss_reasons?limit=1")
            let reason = try #require(
                reasons.at("_embedded.loss_reasons.0.id")?.int, "\(reasons.text)")
            #expect(reasons.at("_links.next.href") != nil)
            #expect(try await mine.get("/api/v4/leads/loss_reasons?page=9").status == 204)
            let id = try await mine.deal("{\"status_id\":143,\"loss_reason_id\":\(reason)}")
            let path = "/api/v4/leads/\(id)"
            let lost = try await mine.get("\(path)?with=loss_reason")
            #expect(lost.at("_embedded.loss_reason.0.id") == .int(reason), "\(lost.text)")
            _ = try await mine.patch(path, "{\"price\":5}")
            #expect(try await mine.get(path).at("loss_reason_id") == .int(reason))
            _ = try await mine.patch(path, "{\"loss_reason_id\":null}")
            #expect(try await mine.get(path).at("loss_reason_id") == .null)
            _ = try await mine.patch(path, "{\"loss_reason_id\":\(reason)}")
            _ = try await mine.patch(path, "{\"status_id\":\(company.stageIDs[0])}")
            let back = try await mine.get("\(path)?with=loss_reason,stage_spans")
            #expect(back.at("loss_reason_id") == .null)
            #expect(back.at("_embedded.loss_reason") == .array([]))
            let spans = back.at("_embedded.stage_spans")?.array ?? []
            #expect(
                spans.map { $0.at("status_id")?.int } == [143, company.stageIDs[0]], "\(back.text)")
            #expect(spans.first?.at("left_by") == .int(1) && spans.last?.at("left_at") == .null)
        }
    }

    @Test("a stage alone chooses its pipeline for a new deal, and not for one that is there")
    func home() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            _ = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let pipelines = try await mine.post(
                "/api/v4/leads/pipelines",
                "[{\"name\":\"Вторая\",\"_embedded\":{\"statuses\":[{\"name\":\"Этап\",\"sort\":20}]}}]"
            )
            let second = try #require(pipelines.at("_embedded.pipelines.0.id")?.int)
            let statuses = pipelines.at("_embedded.pipelines.0._embedded.statuses")?.array ?? []
            let stage = try #require(statuses.first { $0.at("type") == .int(0) }?.at("id")?.int)
            let id = try await mine.deal("{\"status_id\":\(stage)}")
            #expect(try await mine.get("/api/v4/leads/\(id)").at("pipeline_id") == .int(second))
            let won = try await mine.deal("{\"status_id\":142}")
            #expect(
                try await mine.get("/api/v4/leads/\(won)").at("pipeline_id")
                    == .int(company.pipelineID))
            let other = try await mine.deal()
            let moved = try await mine.patch("/api/v4/leads/\(other)", "{\"status_id\":\(stage)}")
            #expect(moved.at("validation-errors.0.errors.0.path") == .string("status_id"))
        }
    }
}
