import Deals
import Records
import Testing
import Vocabulary
import VoronkaTesting
import Web

private func api(_ tenant: TestTenant, as actor: Actor) -> TestAPI {
    TestAPI(tenant, as: actor, at: Moment(seconds: 1_790_000_000)) { api, ui in
        let services = Services()
        Deals(services: services).addRoutes(api: api, ui: ui)
        Records(services: services).addRoutes(api: api, ui: ui)
    }
}

@Suite("fields that a stage requires")
struct RequiredFieldTests {
    private struct Setting: Sendable {
        let api: TestAPI
        let pipelineID: Int64
        let plain: Int64
        let strict: Int64
        let size: Int64
        let place: Int64

        func values(size: String = "5", place: String = "\"Сокол\"") -> String {
            """
            "custom_fields_values":[{"field_id":\(self.size),"values":[{"value":\(size)}]},
                {"field_id":\(self.place),"values":[{"value":\(place)}]}]
            """
        }

        func paths(_ answer: TestAPI.Answer) -> [String] {
            answer.at("validation-errors.0.errors")?.array?.compactMap { $0.at("path")?.string }
                ?? []
        }
    }

    /// Two fields that the second stage requires.
    private func withSetting(
        _ body: @Sendable (Setting, TestAPI) async throws -> Void
    ) async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let neighbour = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let rule =
                "[{\"pipeline_id\":\(company.pipelineID),\"status_id\":\(company.stageIDs[1])}]"
            let made = try await mine.post(
                "/api/v4/leads/custom_fields",
                """
                [{"name":"Размер","type":"numeric","required_statuses":\(rule)},
                 {"name":"Место","type":"text","required_statuses":\(rule)}]
                """)
            let ids =
                made.at("_embedded.custom_fields")?.array?.compactMap { $0.at("id")?.int } ?? []
            try #require(ids.count == 2, "\(made.text)")
            #expect(
                made.at("_embedded.custom_fields.0.required_statuses.0.status_id")
                    == .int(company.stageIDs[1]))
            try await body(
                Setting(
                    api: mine, pipelineID: company.pipelineID, plain: company.stageIDs[0],
                    strict: company.stageIDs[1], size: ids[0], place: ids[1]),
                api(world.b, as: neighbour.administrator))
        }
    }

    @Test("a deal is not made there without them, and every missing one is named")
    func create() async throws {
        try await withSetting { setting, theirs in
            let mine = setting.api
            let empty = try await mine.post("/api/v4/leads", "[{\"status_id\":\(setting.strict)}]")
            #expect(empty.status == 400)
            #expect(
                setting.paths(empty) == [
                    "custom_fields_values.\(setting.size)", "custom_fields_values.\(setting.place)",
                ], "\(empty.text)")
            #expect(empty.at("validation-errors.0.errors.0.code") == .string("RequiredFilled"))
            #expect(try await mine.get("/api/v4/leads").status == 204)
            let whole = try await mine.post(
                "/api/v4/leads", "[{\"status_id\":\(setting.strict),\(setting.values())}]")
            #expect(whole.status == 200, "\(whole.text)")
            #expect(try await mine.post("/api/v4/leads", "[{\"name\":\"x\"}]").status == 200)
            // The neighbour's stages have the same ids, and none of these rules.
            let free = try await theirs.post("/api/v4/leads", "[{\"status_id\":\(setting.strict)}]")
            #expect(free.status == 200, "\(free.text)")
        }
    }

    @Test("a deal is not moved there without them, in a batch neither")
    func move() async throws {
        try await withSetting { setting, _ in
            let mine = setting.api
            let made = try await mine.post("/api/v4/leads", "[{\"name\":\"a\"},{\"name\":\"b\"}]")
            let a = try #require(made.at("_embedded.leads.0.id")?.int)
            let b = try #require(made.at("_embedded.leads.1.id")?.int)
            let refused = try await mine.patch(
                "/api/v4/leads/\(a)", "{\"status_id\":\(setting.strict)}")
            #expect(setting.paths(refused).count == 2, "\(refused.text)")
            let batch = try await mine.patch(
                "/api/v4/leads",
                """
                [{"id":\(a),"status_id":\(setting.strict),\(setting.values())},
                 {"id":\(b),"status_id":\(setting.strict),"request_id":"b"}]
                """)
            #expect(batch.at("validation-errors.0.request_id") == .string("b"), "\(batch.text)")
            #expect(try await mine.get("/api/v4/leads/\(a)").at("status_id") == .int(setting.plain))
            let filled = try await mine.patch("/api/v4/leads/\(a)", "{\(setting.values())}")
            #expect(filled.status == 200)
            let moved = try await mine.patch(
                "/api/v4/leads/\(a)", "{\"status_id\":\(setting.strict)}")
            #expect(moved.status == 200, "\(moved.text)")
            let together = try await mine.patch(
                "/api/v4/leads/\(b)", "{\"status_id\":\(setting.strict),\(setting.values())}")
            #expect(together.status == 200, "\(together.text)")
        }
    }

    @Test("they are not emptied while the deal stands there, and may be elsewhere")
    func empty() async throws {
        try await withSetting { setting, _ in
            let mine = setting.api
            let made = try await mine.post(
                "/api/v4/leads", "[{\"status_id\":\(setting.strict),\(setting.values())}]")
            let id = try #require(made.at("_embedded.leads.0.id")?.int, "\(made.text)")
            let path = "/api/v4/leads/\(id)"
            let emptied =
                "{\"custom_fields_values\":[{\"field_id\":\(setting.size),\"values\":null}]}"
            let refused = try await mine.patch(path, emptied)
            #expect(
                setting.paths(refused) == ["custom_fields_values.\(setting.size)"],
                "\(refused.text)")
            let changed = try await mine.patch(
                path, "{\(setting.values(size: "6", place: "\"Таганка\""))}")
            #expect(changed.status == 200, "\(changed.text)")
            let left = try await mine.patch(
                path, "{\"status_id\":\(setting.plain),\(emptied.dropFirst())")
            #expect(left.status == 200, "\(left.text)")
            let event = try #require(
                left.at("event_ids")?.array?.first?.string, "\(left.text)")
            // Back to where it is required, by undoing: the same rule holds.
            #expect(try await mine.post("/ui/undo/\(event)", "{}").status == 400)
        }
    }

    @Test("a deal that stood there before the rule came can be changed in other respects")
    func before() async throws {
        try await withSetting { setting, _ in
            let mine = setting.api
            for field in [setting.size, setting.place] {
                let freed = try await mine.patch(
                    "/api/v4/leads/custom_fields/\(field)", "{\"required_statuses\":null}")
                #expect(freed.at("required_statuses") == .array([]), "\(freed.text)")
            }
            let made = try await mine.post("/api/v4/leads", "[{\"status_id\":\(setting.strict)}]")
            let id = try #require(made.at("_embedded.leads.0.id")?.int, "\(made.text)")
            let rule = "[{\"pipeline_id\":\(setting.pipelineID),\"status_id\":\(setting.strict)}]"
            _ = try await mine.patch(
                "/api/v4/leads/custom_fields/\(setting.size)", "{\"required_statuses\":\(rule)}")
            let path = "/api/v4/leads/\(id)"
            #expect(
                try await mine.patch(path, "{\"name\":\"Новое имя\",\"price\":5}").status == 200)
            let other =
                "{\"custom_fields_values\":[{\"field_id\":\(setting.place),\"values\":[{\"value\":\"x\"}]}]}"
            #expect(try await mine.patch(path, other).status == 200)
        }
    }

    @Test("a rule names stages that exist, and fields of deals alone")
    func rules() async throws {
        try await withSetting { setting, _ in
            let path = "/api/v4/leads/custom_fields/\(setting.size)"
            let unknown = try await setting.api.patch(
                path,
                """
                {"required_statuses":[{"pipeline_id":\(setting.pipelineID),"status_id":142},
                    {"pipeline_id":\(setting.pipelineID),"status_id":77}]}
                """)
            #expect(setting.paths(unknown) == ["required_statuses.1.status_id"], "\(unknown.text)")
            let stage = "[{\"pipeline_id\":\(setting.pipelineID),\"status_id\":\(setting.strict)}]"
            let contact = try await setting.api.post(
                "/api/v4/contacts/custom_fields",
                "[{\"name\":\"x\",\"type\":\"text\",\"required_statuses\":\(stage)}]")
            #expect(setting.paths(contact) == ["required_statuses"], "\(contact.text)")
        }
    }
}
