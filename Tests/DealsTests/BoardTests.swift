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
        Deals(services: Services()).addRoutes(api: api, ui: ui)
    }
}

@Suite("the board")
struct BoardTests {
    @Test("gives counts and sums of whole columns, and the cards in pages of fifty")
    func columns() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            _ = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let items = (0..<120).map { "{\"name\":\"\($0)\",\"price\":10}" }
            _ = try await mine.post("/api/v4/leads", "[\(items.joined(separator: ","))]")
            let board = try await mine.get("/ui/board?pipeline=\(company.pipelineID)")
            #expect(board.status == 200, "\(board.text)")
            #expect(board.at("kpi.open_count") == .int(120))
            #expect(board.at("kpi.open_amount_minor") == .int(120_000))
            #expect(board.at("kpi.win_rate_pct") == .null)
            let first = try #require(
                board.at("stages")?.array?.first { $0.object?["id"] == .int(company.stageIDs[0]) })
            #expect(first.at("count") == .int(120))
            #expect(first.at("cards")?.array?.count == 50)
            var seen = first.at("cards")?.array?.compactMap { $0.object?["id"]?.int } ?? []
            var cursor = first.at("next")?.string
            while let after = cursor {
                let more = try await mine.get(
                    "/ui/board/stage?pipeline=\(company.pipelineID)&stage=\(company.stageIDs[0])&after=\(after)"
                )
                #expect(more.status == 200, "\(more.text)")
                seen += more.at("cards")?.array?.compactMap { $0.object?["id"]?.int } ?? []
                cursor = more.at("next")?.string
            }
            #expect(seen.count == 120)
            #expect(Set(seen).count == 120)
        }
    }

    @Test("is narrowed by person, tag and words, and its counts and figures with it")
    func filter() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            _ = try await world.b.furnish()
            let boss = api(world.a, as: company.administrator)
            let seller = api(world.a, as: company.seller)
            let contact = try await world.a.database.query(
                """
                INSERT INTO contacts (name, owner_id, fields)
                VALUES ('Ксения Быстрова', \(company.administrator.userID), '{"9": [{"value": "+7 916 204-18-33"}]}')
                RETURNING id
                """
            ).one().decode(0, as: Int64.self)
            let made = try await boss.post(
                "/api/v4/leads",
                """
                [{"name":"Окрашивание 100 %","price":5,"_embedded":{"tags":[{"name":"Свадьба"}]}},
                 {"name":"Уход","price":7,"_embedded":{"contacts":[{"id":\(contact),"is_main":true}]}}]
                """)
            #expect(made.status == 200, "\(made.text)")
            _ = try await seller.post("/api/v4/leads", "[{\"name\":\"Маникюр\",\"price\":11}]")
            let tag = try await world.a.database.query("SELECT id FROM tags").one()
                .decode(0, as: Int64.self)

            func found(_ filter: String, by api: TestAPI) async throws -> [String] {
                let board = try await api.get("/ui/board?pipeline=\(company.pipelineID)&\(filter)")
                #expect(board.status == 200, "\(board.text)")
                let stage = try #require(board.at("stages.0"))
                let names =
                    stage.at("cards")?.array?.compactMap { $0.object?["name"]?.string } ?? []
                #expect(stage.at("count") == .int(Int64(names.count)))
                #expect(board.at("views.0.count") == .int(Int64(names.count)))
                #expect(board.at("kpi.open_count") == .int(Int64(names.count)))
                return names.sorted()
            }
            #expect(try await found("", by: boss).count == 3)
            #expect(try await found("owner=\(company.seller.userID)", by: boss) == ["Маникюр"])
            let hers = try await boss.get("/ui/board?owner=\(company.seller.userID)")
            #expect(hers.at("kpi.open_amount_minor") == .int(1_100), "\(hers.text)")
            #expect(try await found("tag=\(tag)", by: boss) == ["Окрашивание 100 %"])
            #expect(
                try await found("query=%D0%BE%D0%BA%D1%80%D0%B0", by: boss) == ["Окрашивание 100 %"]
            )
            #expect(try await found("query=%25", by: boss) == ["Окрашивание 100 %"])
            #expect(try await found("query=%D0%91%D1%8B%D1%81%D1%82%D1%80", by: boss) == ["Уход"])
            #expect(try await found("query=8+916+2041833", by: boss) == ["Уход"])
            #expect(try await found("owner=\(company.administrator.userID)", by: seller) == [])
            #expect(try await boss.get("/ui/board?owner=abc").status == 400)
        }
    }

    @Test("shows a seller his own deals only, and the page of a deal everything about it")
    func rights() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            _ = try await world.b.furnish()
            let boss = api(world.a, as: company.administrator)
            let seller = api(world.a, as: company.seller)
            let other = try await boss.post("/api/v4/leads", "[{\"name\":\"Чужая\"}]")
            let foreign = try #require(other.at("_embedded.leads.0.id")?.int)
            let own = try await seller.post("/api/v4/leads", "[{\"name\":\"Своя\"}]")
            let id = try #require(own.at("_embedded.leads.0.id")?.int, "\(own.text)")
            let board = try await seller.get("/ui/board")
            #expect(board.at("kpi.open_count") == .int(1), "\(board.text)")
            #expect(try await seller.get("/ui/deals/\(foreign)").status == 404)
            #expect(try await seller.get("/api/v4/leads/\(foreign)").status == 204)
            let page = try await seller.get("/ui/deals/\(id)")
            #expect(page.status == 200, "\(page.text)")
            #expect(page.at("deal.name") == .string("Своя"))
            #expect(page.at("spans")?.array?.count == 1)
            #expect(page.at("neighbours.total") == .int(1))
            #expect(page.at("tasks") == .array([]))
        }
    }
}

@Suite("pipelines")
struct PipelineTests {
    @Test("are made with their closing stages, changed, and deleted only when empty")
    func life() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let neighbour = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let made = try await mine.post(
                "/api/v4/leads/pipelines",
                """
                [{"name":"Салон","is_main":false,"is_unsorted_on":true,"sort":20,"request_id":"p1","_embedded":
                  {"statuses":[{"name":"Запись","sort":20,"color":"#fffeb2"},{"id":142,"name":"Пришёл"}]}}]
                """)
            #expect(made.status == 200, "\(made.text)")
            #expect(made.at("_embedded.pipelines.0.request_id") == .string("p1"))
            let id = try #require(made.at("_embedded.pipelines.0.id")?.int)
            let stages = made.at("_embedded.pipelines.0._embedded.statuses")?.array ?? []
            #expect(
                stages.map { $0.object?["name"]?.string } == [
                    "Неразобранное", "Запись", "Пришёл", "Закрыто и не реализовано",
                ])
            let stage = try #require(stages[1].object?["id"]?.int)
            let deal = try await mine.post(
                "/api/v4/leads", "[{\"pipeline_id\":\(id),\"status_id\":\(stage)}]")
            #expect(deal.status == 200, "\(deal.text)")
            #expect(try await mine.delete("/api/v4/leads/pipelines/\(id)").status == 400)
            let main = company.pipelineID
            #expect(try await mine.delete("/api/v4/leads/pipelines/\(main)").status == 400)
            let renamed = try await mine.patch(
                "/api/v4/leads/pipelines/\(id)/statuses/\(stage)",
                "{\"name\":\"Визит\",\"color\":\"#deff81\"}")
            #expect(renamed.at("name") == .string("Визит"), "\(renamed.text)")
            let seller = api(world.a, as: company.seller)
            #expect(
                try await seller.patch("/api/v4/leads/pipelines/\(id)", "{\"name\":\"x\"}").status
                    == 403)
            let theirs = api(world.b, as: neighbour.administrator)
            #expect(try await theirs.get("/api/v4/leads/pipelines/\(id)").status == 404)
        }
    }

    @Test("ask for the fields that a stage needs, by name")
    func requiredField() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            _ = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let stages = JSONText(
                "[{\"pipeline_id\":\(company.pipelineID),\"status_id\":\(company.stageIDs[1])}]")
            let field = try await world.a.database.query(
                """
                INSERT INTO custom_fields (entity_type, name, kind, required_stages)
                VALUES ('deal', 'Адрес', 'text', \(stages)) RETURNING id
                """
            ).one().decode(0, as: Int64.self)
            let made = try await mine.post("/api/v4/leads", "[{\"name\":\"Сделка\"}]")
            let id = try #require(made.at("_embedded.leads.0.id")?.int)
            let move = "\"status_id\":\(company.stageIDs[1])"
            let refused = try await mine.patch("/api/v4/leads/\(id)", "{\(move)}")
            #expect(refused.status == 400)
            #expect(refused.text.contains("Адрес"), "\(refused.text)")
            let filled = try await mine.patch(
                "/api/v4/leads/\(id)",
                "{\(move),\"custom_fields_values\":[{\"field_id\":\(field),\"values\":[{\"value\":\"Тверская, 1\"}]}]}"
            )
            #expect(filled.status == 200, "\(filled.text)")
            #expect(filled.at("event_ids")?.array?.count == 2)
        }
    }
}
