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

@Suite("stages and reasons over the API")
struct StageSettingTests {
    @Test("how likely a stage wins and when its deals rot are set by administrators")
    func settings() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let neighbour = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let path = "/api/v4/leads/pipelines/\(company.pipelineID)/statuses"
            let made = try await mine.post(
                path, "[{\"name\":\"Оплата\",\"probability\":80,\"rot_days\":5},{\"name\":\"Ещё\"}]"
            )
            #expect(made.at("_embedded.statuses.0.probability") == .int(80), "\(made.text)")
            #expect(made.at("_embedded.statuses.0.rot_days") == .int(5))
            #expect(made.at("_embedded.statuses.1.probability") == .int(50))
            #expect(made.at("_embedded.statuses.1.rot_days") == .null)
            let id = try #require(made.at("_embedded.statuses.0.id")?.int)
            let changed = try await mine.patch(
                "\(path)/\(id)", "{\"probability\":0,\"rot_days\":null}")
            #expect(changed.at("probability") == .int(0) && changed.at("rot_days") == .null)
            let named = try await mine.patch("\(path)/\(id)", "{\"name\":\"Иначе\"}")
            #expect(named.at("probability") == .int(0), "\(named.text)")
            // Won is always won.
            let won = try await mine.patch("\(path)/142", "{\"probability\":10,\"name\":\"Ура\"}")
            #expect(won.at("probability") == .int(100) && won.at("name") == .string("Ура"))
            for (body, field) in [
                ("{\"probability\":101}", "probability"), ("{\"probability\":-1}", "probability"),
                ("{\"rot_days\":0}", "rot_days"), ("{\"rot_days\":3651}", "rot_days"),
                ("{\"rot_days\":\"x\"}", "rot_days"),
            ] {
                let answer = try await mine.patch("\(path)/\(id)", body)
                #expect(
                    answer.at("validation-errors.0.errors.0.path") == .string(field),
                    "\(body) \(answer.text)")
            }
            let seller = api(world.a, as: company.seller)
            #expect(try await seller.patch("\(path)/\(id)", "{\"probability\":5}").status == 403)
            let theirs = api(world.b, as: neighbour.administrator)
            #expect(try await theirs.patch("\(path)/\(id)", "{\"probability\":5}").status == 404)
        }
    }

    @Test("a deal rots after the days of its stage")
    func rotting() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            _ = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let stage = company.stageIDs[0]
            let path = "/api/v4/leads/pipelines/\(company.pipelineID)/statuses/\(stage)"
            let made = try await mine.post(
                "/api/v4/leads",
                "[{\"created_at\":\(1_790_000_000 - 3 * 86_400 - 60)},{\"created_at\":\(1_790_000_000 - 86_400)}]"
            )
            let old = try #require(made.at("_embedded.leads.0.id")?.int, "\(made.text)")
            let new = try #require(made.at("_embedded.leads.1.id")?.int)
            for (days, rotten) in [("3", [old]), ("4", []), ("1", [old]), ("null", [])] {
                _ = try await mine.patch(path, "{\"rot_days\":\(days)}")
                let cards = try await mine.get("/ui/board/cards?ids=\(old),\(new)")
                let found =
                    cards.at("cards")?.array?.filter { $0.at("is_rotting") == .bool(true) } ?? []
                #expect(found.compactMap { $0.at("id")?.int } == rotten, "\(days): \(cards.text)")
            }
        }
    }

    @Test("loss reasons are made, changed one by one and together, and removed")
    func reasons() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let neighbour = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let path = "/api/v4/leads/loss_reasons"
            let made = try await mine.post(
                path, "[{\"name\":\"а\",\"request_id\":\"x\"},{\"name\":\"б\",\"sort\":7}]")
            #expect(made.at("_embedded.loss_reasons.0.request_id") == .string("x"), "\(made.text)")
            let a = try #require(made.at("_embedded.loss_reasons.0.id")?.int)
            let b = try #require(made.at("_embedded.loss_reasons.1.id")?.int)
            let both = try await mine.patch(
                path, "[{\"id\":\(b),\"name\":\"в\"},{\"id\":\(a),\"sort\":3}]")
            #expect(both.at("_embedded.loss_reasons.0.name") == .string("в"), "\(both.text)")
            #expect(both.at("_embedded.loss_reasons.1.sort") == .int(3))
            let one = try await mine.patch("\(path)/\(a)", "{\"name\":\"г\"}")
            #expect(one.at("name") == .string("г") && one.at("sort") == .int(3), "\(one.text)")
            #expect(try await mine.patch(path, "[{\"id\":\(a)},{\"id\":1}]").status == 404)
            let theirs = api(world.b, as: neighbour.administrator)
            let stolen = try await theirs.patch("\(path)/\(b)", "{\"name\":\"x\"}")
            let kept = try await mine.get("\(path)/\(b)")
            #expect(kept.at("name") == .string("в"), "\(stolen.text)")
            #expect(
                try await api(world.a, as: company.seller).post(path, "[{\"name\":\"x\"}]").status
                    == 403)
            #expect(try await mine.delete("\(path)/\(a)").status == 204)
            #expect(try await mine.get("\(path)/\(a)").status == 404)
        }
    }
}
