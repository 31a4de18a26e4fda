import Identity
import Postgres
import Tenancy
import Testing
import Vocabulary
import VoronkaTesting
import Web

@testable import App

extension LiveTests {
    @Suite("Nothing is unlogged")
    struct EventLogTests {
        /// Types of the events about a subject, the oldest first.
        private func types(_ api: Caller, _ entity: String) async throws -> [String] {
            try await events(api, entity).compactMap { $0.at("type")?.string }
        }

        private func events(_ api: Caller, _ entity: String) async throws -> [JSONValue] {
            let answer = try await api.get("/api/v4/events?limit=100&filter[entity]=\(entity)")
            return (answer.at("_embedded.events")?.array ?? []).reversed()
        }

        @Test("what becomes of pipelines and stages is in the log, as it was and as it is")
        func pipelines() async throws {
            try await withLiveWorld { world in
                let mine = world.a.api(world.a.administrator)
                let path = "/api/v4/leads/pipelines"
                let main = try await world.pipeline(of: world.a)
                let made = try await mine.post(
                    path, #"[{"name":"Сертификаты","_embedded":{"statuses":[{"name":"Запрос"}]}}]"#)
                let id = try #require(made.at("_embedded.pipelines.0.id")?.int, "\(made.text)")
                var seen = try await types(mine, "pipeline")
                // Itself, incoming, the one of its own, won and lost.
                #expect(
                    seen.sorted() == ["pipeline_added"]
                        + [String](repeating: "status_added", count: 4))
                _ = try await mine.patch("\(path)/\(id)", #"{"name":"Подарки","sort":70}"#)
                let stages = "\(path)/\(id)/statuses"
                let added = try await mine.post(stages, ##"[{"name":"Оплата","color":"#98cbff"}]"##)
                let stage = try #require(added.at("_embedded.statuses.0.id")?.int, "\(added.text)")
                for change in [
                    #"{"name":"Ждём оплату"}"#, #"{"sort":35}"#, ##"{"color":"#ffdbdb"}"##,
                    #"{"probability":85}"#, #"{"rot_days":3}"#,
                ] {
                    #expect(try await mine.patch("\(stages)/\(stage)", change).status == 200)
                }
                // Says nothing new, so there is nothing to tell.
                _ = try await mine.patch("\(stages)/\(stage)", #"{"sort":35}"#)
                _ = try await mine.patch("\(stages)/143", #"{"name":"Не купили"}"#)
                #expect(try await mine.call("DELETE", "\(stages)/\(stage)").status == 204)
                _ = try await mine.patch("\(path)/\(id)", #"{"is_main":true}"#)
                _ = try await mine.patch(
                    "\(path)/\(main)", #"{"is_main":true}"#)
                #expect(try await mine.call("DELETE", "\(path)/\(id)").status == 204)

                let all = try await events(mine, "pipeline")
                seen = all.compactMap { $0.at("type")?.string }
                func count(_ type: String) -> Int { seen.filter { $0 == type }.count }
                #expect(count("status_added") == 5)
                #expect(count("status_changed") == 6)
                #expect(count("status_deleted") == 5)
                // Its name, and twice the main one of two.
                #expect(count("pipeline_changed") == 5)
                #expect(count("pipeline_deleted") == 1)
                let paint = try #require(
                    all.first { $0.at("value_after.0.status.color")?.string == "#ffdbdb" })
                #expect(paint.at("value_before.0.status.color")?.string == "#98cbff")
                #expect(paint.at("created_by")?.int == world.a.administrator.id)
                #expect(paint.at("entity_id")?.int == id)

                // Every member may know how the company is set up; the neighbour knows nothing.
                #expect(try await types(world.a.api(world.a.stranger), "pipeline") == seen)
                #expect(try await types(world.b.api(world.b.administrator), "pipeline").isEmpty)
            }
        }

        @Test("a refused change of a pipeline leaves no event")
        func refused() async throws {
            try await withLiveWorld { world in
                let mine = world.a.api(world.a.administrator)
                let main = try await world.pipeline(of: world.a)
                let path = "/api/v4/leads/pipelines/\(main)"
                #expect(try await mine.call("DELETE", path).status == 400)
                #expect(try await mine.call("DELETE", "\(path)/statuses/142").status == 400)
                #expect(try await types(mine, "pipeline").isEmpty)
            }
        }

        @Test("a loss reason that goes is logged with the deals that lose it")
        func lossReasons() async throws {
            try await withLiveWorld { world in
                for company in [world.a, world.b] {
                    let mine = company.api(company.administrator)
                    let path = "/api/v4/leads/loss_reasons"
                    let made = try await mine.post(path, #"[{"name":"Дорого"},{"name":"Далеко"}]"#)
                    let id = try #require(
                        made.at("_embedded.loss_reasons.0.id")?.int, "\(made.text)")
                    let other = try #require(made.at("_embedded.loss_reasons.1.id")?.int)
                    _ = try await mine.patch("\(path)/\(id)", #"{"name":"Слишком дорого"}"#)
                    let lost = try await mine.post(
                        "/api/v4/leads", "[{\"status_id\":143,\"loss_reason_id\":\(other)}]")
                    let deal = try #require(lost.at("_embedded.leads.0.id")?.int, "\(lost.text)")
                    _ = try await mine.patch("/api/v4/leads/\(deal)", "{\"loss_reason_id\":\(id)}")
                    #expect(try await mine.call("DELETE", "\(path)/\(id)").status == 204)
                    #expect(
                        try await types(mine, "loss_reason").sorted() == [
                            "loss_reason_added", "loss_reason_added", "loss_reason_changed",
                            "loss_reason_deleted",
                        ])
                    let told = try await events(mine, "lead").filter {
                        $0.at("type")?.string == "loss_reason_field_changed"
                    }
                    let key = "0.loss_reason_field_value.loss_reason_id"
                    #expect(told.map { $0.at("value_before.\(key)")?.int } == [other, id])
                    #expect(told.map { $0.at("value_after.\(key)")?.int } == [id, nil])
                }
            }
        }

        @Test("fields with what they require, and tags, are logged")
        func fieldsAndTags() async throws {
            try await withLiveWorld { world in
                let mine = world.a.api(world.a.administrator)
                let path = "/api/v4/leads/custom_fields"
                let made = try await mine.post(
                    path, #"[{"name":"Канал","type":"select","enums":[{"value":"Сайт"}]}]"#)
                let id = try #require(made.at("_embedded.custom_fields.0.id")?.int, "\(made.text)")
                let main = try await world.pipeline(of: world.a)
                let required = """
                    {"required_statuses":[{"pipeline_id":\(main),"status_id":142}]}
                    """
                #expect(try await mine.patch("\(path)/\(id)", required).status == 200)
                #expect(try await mine.call("DELETE", "\(path)/\(id)").status == 204)
                let fields = try await events(mine, "custom_field")
                #expect(
                    fields.compactMap { $0.at("type")?.string } == [
                        "custom_field_added", "custom_field_changed", "custom_field_deleted",
                    ])
                try #require(fields.count == 3)
                let stage = "0.custom_field.required_statuses.0.status_id"
                #expect(fields[1].at("value_before.\(stage)") == nil)
                #expect(fields[1].at("value_after.\(stage)")?.int == 142)
                let href = try #require(fields[2].at("_embedded.entity._links.self.href")?.string)
                #expect(href.hasSuffix("\(path)/\(id)"))

                let tag = try await mine.post("/api/v4/leads/tags", #"[{"name":"vip"}]"#)
                let tagID = try #require(tag.at("_embedded.tags.0.id")?.int)
                // There already: nothing happens.
                _ = try await mine.post("/api/v4/leads/tags", #"[{"name":"vip"}]"#)
                _ = try await mine.patch("/api/v4/leads/tags/\(tagID)", #"{"color":"FF8F92"}"#)
                #expect(try await types(mine, "tag") == ["tag_added", "tag_changed"])
                for entity in ["custom_field", "tag"] {
                    #expect(try await types(world.b.api(world.b.administrator), entity).isEmpty)
                }
            }
        }

        @Test("who works here with which rights is logged, for administrators alone")
        func people() async throws {
            try await withLiveWorld { world in
                let mine = world.a.api(world.a.administrator)
                let before = try await types(mine, "user").count
                let seller = world.a.seller.id
                for verb in ["deactivate", "activate"] {
                    _ = try await mine.post("/api/v4/users/\(verb)", "[{\"id\":\(seller)}]")
                }
                let switched = try await events(mine, "user").dropFirst(before)
                #expect(switched.map { $0.at("entity_id")?.int } == [seller, seller])
                #expect(
                    switched.map { $0.at("value_after.0.user.is_active")?.bool } == [false, true])
                let made = try await mine.post(
                    "/api/v4/roles", #"[{"name":"Стажёр","rights":{"leads":{"view":"M"}}}]"#)
                let role = try #require(made.at("_embedded.roles.0.id")?.int, "\(made.text)")
                _ = try await mine.patch("/api/v4/roles/\(role)", #"{"name":"Практикант"}"#)
                _ = try await mine.call("DELETE", "/api/v4/roles/\(role)")
                #expect(
                    try await types(mine, "role") == ["role_added", "role_changed", "role_deleted"])
                let token = try await world.server.instance.identity.tokens(in: world.a.tenant)
                let sellers = try #require(token.first { $0.userID == seller }).id
                for _ in 1...2 {
                    try await world.server.instance.identity.revokeToken(
                        sellers, in: world.a.tenant)
                }
                #expect(
                    try await types(mine, "token").filter { $0 == "token_revoked" }.count == 1)

                try await world.a.setRights(.everything)
                for entity in ["user", "role", "token"] {
                    #expect(try await types(world.a.api(world.a.stranger), entity).isEmpty)
                }
                #expect(try await types(world.b.api(world.b.administrator), "role").isEmpty)
            }
        }

        @Test(
            "a member is told of what he may read at its own address, and not of people and tokens",
            arguments: Setup.allCases)
        func visible(setup: Setup) async throws {
            try await withLiveWorld { world in
                for company in [world.a, world.b] {
                    let boss = company.api(company.administrator)
                    let ids = try await Furniture.furnish(company, "⟦устройство⟧")
                    _ = try await boss.post("/api/v4/roles", #"[{"name":"Стажёр","rights":{}}]"#)
                    let told = try await types(boss, setup.rawValue)
                    #expect(!told.isEmpty)
                    let seller = company.api(company.seller)
                    let address: String? =
                        switch setup {
                        case .pipeline: "leads/pipelines/\(ids.pipeline)"
                        case .lossReason: "leads/loss_reasons/\(ids.lossReason)"
                        case .customField: "contacts/custom_fields/\(ids.field["contacts"] ?? 0)"
                        case .tag: "contacts/tags?filter[id]=\(ids.tag["contacts"] ?? 0)"
                        case .user, .role, .token: nil
                        }
                    // Neither with all rights over records nor with none.
                    for rights in [Rights.everything, Rights([:])] {
                        try await company.setRights(rights)
                        if let address {
                            let answer = try await seller.get("/api/v4/\(address)".escaped)
                            #expect(answer.text.contains("⟦устройство⟧"), "\(answer.text)")
                        }
                        let seen = try await types(seller, setup.rawValue)
                        #expect(seen == (address == nil ? [] : told), "\(setup)")
                        let one = try await events(boss, setup.rawValue).first?.at("id")?.string
                        let alone = try await seller.get("/api/v4/events/\(try #require(one))")
                        #expect(alone.status == (address == nil ? 204 : 200), "\(setup)")
                    }
                }
            }
        }

        @Test("a deal that comes to a company or leaves it is told at both ends")
        func customers() async throws {
            try await withLiveWorld { world in
                for company in [world.a, world.b] {
                    let mine = company.api(company.administrator)
                    let made = try await mine.post(
                        "/api/v4/companies", #"[{"name":"Бриз"},{"name":"Шторм"}]"#)
                    let first = try #require(made.at("_embedded.companies.0.id")?.int)
                    let second = try #require(made.at("_embedded.companies.1.id")?.int)
                    func tie(_ id: Int64) -> String {
                        "\"_embedded\":{\"companies\":[{\"id\":\(id)}]}"
                    }
                    let lead = try await mine.post(
                        "/api/v4/leads", "[{\"name\":\"Ремонт\",\(tie(first))}]")
                    let deal = try #require(lead.at("_embedded.leads.0.id")?.int, "\(lead.text)")
                    _ = try await mine.patch("/api/v4/leads/\(deal)", "{\(tie(second))}")
                    func told(_ entity: String, _ id: Int64) async throws -> [String] {
                        try await events(mine, entity).filter { $0.at("entity_id")?.int == id }
                            .compactMap { $0.at("type")?.string }
                    }
                    #expect(
                        try await told("lead", deal).sorted() == [
                            "company_linked", "company_linked", "company_unlinked", "lead_added",
                        ])
                    #expect(
                        try await told("company", first) == [
                            "company_added", "lead_linked", "lead_unlinked",
                        ])
                    #expect(try await told("company", second) == ["company_added", "lead_linked"])
                }
            }
        }

        @Test("a note that is changed or pinned says so in the log and in its card's feed")
        func notes() async throws {
            try await withLiveWorld { world in
                for (company, card, page) in [
                    (world.a, "leads", "deals"), (world.b, "contacts", "contacts"),
                ] {
                    let mine = company.api(company.administrator)
                    let made = try await mine.post("/api/v4/\(card)", #"[{"name":"Ольга"}]"#)
                    let id = try #require(made.at("_embedded.\(card).0.id")?.int, "\(made.text)")
                    let noted = try await mine.post(
                        "/api/v4/\(card)/\(id)/notes",
                        #"[{"note_type":"common","params":{"text":"Утром"}}]"#)
                    let note = try #require(noted.at("_embedded.notes.0.id")?.int, "\(noted.text)")
                    let path = "/api/v4/\(card)/notes/\(note)"
                    _ = try await mine.patch(path, #"{"params":{"text":"Вечером"}}"#)
                    for verb in ["pin", "pin", "unpin"] {
                        #expect(try await mine.post("\(path)/\(verb)", "[]").status == 204)
                    }
                    let wanted = ["note_changed", "note_pinned", "note_unpinned"]
                    let told = try await events(mine, card == "leads" ? "lead" : "contact")
                    #expect(
                        told.compactMap { $0.at("type")?.string }.filter { wanted.contains($0) }
                            == wanted)
                    let change = try #require(
                        told.first { $0.at("type")?.string == "note_changed" })
                    #expect(change.at("value_before.0.note.params.text")?.string == "Утром")
                    #expect(change.at("value_after.0.note.params.text")?.string == "Вечером")
                    let feed = try await company.browser(company.administrator)
                        .get("/ui/\(page)/\(id)/feed")
                    let types = (feed.at("items")?.array ?? []).compactMap { $0.at("type")?.string }
                    #expect(types.filter { wanted.contains($0) } == wanted, "\(feed.text)")
                    // The note itself stands there once.
                    #expect(!types.contains("common_note_added"))
                }
            }
        }
    }
}

extension LiveWorld {
    /// The main pipeline's id.
    func pipeline(of company: LiveCompany) async throws -> Int64 {
        try await company.database.query("SELECT id FROM pipelines WHERE is_main")
            .one().decode(0, as: Int64.self)
    }
}
