import Contacts
import Postgres
import Records
import Tenancy
import Testing
import Vocabulary
import VoronkaTesting
import Web

let now = Moment(seconds: 1_790_000_000)

func api(_ tenant: TestTenant, as actor: Actor) -> TestAPI {
    TestAPI(tenant, as: actor, at: now) { api, ui in
        let services = Services()
        Contacts(services: services).addRoutes(api: api, ui: ui)
        Records(services: services).addRoutes(api: api, ui: ui)
    }
}

@Suite("notes, tags, fields, links and events over the API")
struct RecordRouteTests {
    @Test("each kind of field takes a value and gives it back")
    func fields() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let neighbour = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let made = try await mine.post(
                "/api/v4/contacts/custom_fields",
                """
                [{"name":"Т","type":"text"},{"name":"Н","type":"numeric"},{"name":"Ф","type":"checkbox"},
                 {"name":"В","type":"select","enums":[{"value":"Сайт"},{"value":"Звонок"}]},
                 {"name":"М","type":"multiselect","enums":[{"value":"а"},{"value":"б"},{"value":"в"}]},
                 {"name":"Д","type":"date"},{"name":"С","type":"url"},{"name":"О","type":"textarea"}]
                """)
            #expect(made.status == 200, "\(made.text)")
            let ids =
                made.at("_embedded.custom_fields")?.array?.compactMap { $0.at("id")?.int } ?? []
            #expect(ids.count == 8)
            #expect(made.at("_embedded.custom_fields.3.enums.1.value") == .string("Звонок"))
            let body = """
                [{"name":"Анна","custom_fields_values":[
                  {"field_id":\(ids[0]),"values":[{"value":"строка 👍"}]},{"field_id":\(ids[1]),"values":[{"value":12.5}]},
                  {"field_id":\(ids[2]),"values":[{"value":true}]},{"field_id":\(ids[3]),"values":[{"value":"Звонок"}]},
                  {"field_id":\(ids[4]),"values":[{"value":"а"},{"value":"в"}]},
                  {"field_id":\(ids[5]),"values":[{"value":"2026-11-30T00:00:00+03:00"}]},
                  {"field_id":\(ids[6]),"values":[{"value":"https://a.ex"}]},{"field_id":\(ids[7]),"values":[{"value":"много\\nстрок"}]}]}]
                """
            let created = try await mine.post("/api/v4/contacts", body)
            #expect(created.status == 200, "\(created.text)")
            let id = try #require(created.at("_embedded.contacts.0.id")?.int)
            let one = try await mine.get("/api/v4/contacts/\(id)")
            let values = one.at("custom_fields_values")?.array ?? []
            let byID = Dictionary(
                uniqueKeysWithValues: values.compactMap { v in v.at("field_id")?.int.map { ($0, v) }
                })
            #expect(byID[ids[0]]?.at("values.0.value") == .string("строка 👍"))
            #expect(byID[ids[1]]?.at("values.0.value") == .string("12.5"))
            #expect(byID[ids[2]]?.at("values.0.value") == .bool(true))
            #expect(byID[ids[3]]?.at("values.0.value") == .string("Звонок"))
            #expect(byID[ids[4]]?.at("values")?.array?.count == 2)
            #expect(byID[ids[5]]?.at("values.0.value") == .int(1_795_986_000))
            #expect(byID[ids[7]]?.at("values.0.value") == .string("много\nстрок"))
            for filter in [
                "[\(ids[1])][from]=12&filter[custom_fields_values][\(ids[1])][to]=13",
                "[\(ids[3])][]=" + "Звонок".urlEncoded,
                "[\(ids[5])][from]=1795900000", "[\(ids[0])]=" + "строка 👍".urlEncoded,
                "[\(ids[2])]=1",
            ] {
                let list = try await mine.get(
                    "/api/v4/contacts?filter[custom_fields_values]\(filter.replacing(" ", with: "+"))"
                )
                #expect(list.at("_embedded.contacts.0.id") == .int(id), "\(filter) \(list.text)")
            }
            #expect(
                try await mine.get(
                    "/api/v4/contacts?filter[custom_fields_values][\(ids[1])][from]=13"
                ).status == 204)
            let logged = try await mine.get(
                "/api/v4/events?filter[type]=custom_field_\(ids[1])_value_changed")
            #expect(logged.status == 204, "a new record logs no change: \(logged.text)")
            _ = try await mine.patch(
                "/api/v4/contacts/\(id)",
                "{\"custom_fields_values\":[{\"field_id\":\(ids[1]),\"values\":[{\"value\":\"13\"}]}]}"
            )
            let after = try await mine.get("/api/v4/events?filter[type]=custom_field_value_changed")
            #expect(
                after.at("_embedded.events.0.value_after.0.custom_field_value.text")
                    == .string("13"), "\(after.text)")
            #expect(
                after.at("_embedded.events.0.value_before.0.custom_field_value.text")
                    == .string("12.5"))
            #expect(try await mine.delete("/api/v4/contacts/custom_fields/\(ids[1])").status == 204)
            let gone = try await mine.get("/api/v4/contacts/\(id)").at("custom_fields_values")?
                .array?.count
            #expect(gone == 7)
            let theirs = api(world.b, as: neighbour.administrator)
            #expect(try await theirs.get("/api/v4/contacts/custom_fields/\(ids[0])").status == 404)
        }
    }

    @Test("options are kept by id, added and removed as amoCRM does")
    func options() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let mine = api(world.a, as: company.administrator)
            let made = try await mine.post(
                "/api/v4/leads/custom_fields",
                "[{\"name\":\"Канал\",\"type\":\"select\",\"code\":\"CHANNEL\",\"enums\":[{\"value\":\"Сайт\",\"sort\":1},{\"value\":\"Звонок\",\"sort\":2}],\"required_statuses\":[{\"status_id\":\(company.stageIDs[1]),\"pipeline_id\":\(company.pipelineID)}]}]"
            )
            let id = try #require(made.at("_embedded.custom_fields.0.id")?.int, "\(made.text)")
            let kept = try #require(made.at("_embedded.custom_fields.0.enums.0.id")?.int)
            let changed = try await mine.patch(
                "/api/v4/leads/custom_fields/\(id)",
                "{\"name\":\"Источник\",\"enums\":[{\"id\":\(kept),\"value\":\"Веб\",\"sort\":5},{\"value\":\"Почта\",\"sort\":6}]}"
            )
            #expect(changed.status == 200, "\(changed.text)")
            #expect(changed.at("name") == .string("Источник"))
            #expect(changed.at("enums.0.id") == .int(kept))
            #expect(changed.at("enums.0.value") == .string("Веб"))
            #expect(changed.at("enums.1.value") == .string("Почта"))
            let twice = try await mine.post(
                "/api/v4/leads/custom_fields",
                "[{\"name\":\"x\",\"type\":\"text\",\"code\":\"CHANNEL\"}]")
            #expect(
                twice.at("validation-errors.0.errors.0.code") == .string("AlreadyExists"),
                "\(twice.text)")
            let list = try await mine.get(
                "/api/v4/contacts/custom_fields?filter[type][0]=multitext&limit=1")
            #expect(list.at("_total_items") == .int(2), "\(list.text)")
            #expect(list.at("_links.next.href") != nil)
            let phone = try #require(list.at("_embedded.custom_fields.0.id")?.int)
            #expect(try await mine.delete("/api/v4/contacts/custom_fields/\(phone)").status == 400)
            #expect(
                try await api(world.a, as: company.seller).post(
                    "/api/v4/leads/custom_fields", "[{\"name\":\"x\",\"type\":\"text\"}]"
                ).status == 403)
        }
    }

    @Test("tags belong to one kind of card; a known name gives the known id")
    func tags() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let mine = api(world.a, as: company.administrator)
            let made = try await mine.post(
                "/api/v4/leads/tags",
                "[{\"name\":\"vip\",\"color\":\"EBEBEB\",\"request_id\":\"q\"},{\"name\":\"vip\"}]")
            #expect(made.status == 200, "\(made.text)")
            #expect(made.at("_embedded.tags.0.id") == made.at("_embedded.tags.1.id"))
            #expect(made.at("_embedded.tags.0.request_id") == .string("q"))
            let id = try #require(made.at("_embedded.tags.0.id")?.int)
            #expect(try await mine.get("/api/v4/contacts/tags").status == 204)
            #expect(
                try await mine.get("/api/v4/leads/tags?query=VI").at("_embedded.tags.0.id")
                    == .int(id))
            #expect(
                try await mine.patch(
                    "/api/v4/leads/tags/\(id)", "{\"color\":null,\"name\":\"важный\"}"
                ).at("_embedded.tags.0.name") == .string("важный"))
            #expect(
                try await mine.post("/api/v4/leads/tags", "[{\"name\":\"x\",\"color\":\"123456\"}]")
                    .status == 400)
            #expect(
                try await mine.patch("/api/v4/leads/tags/999999", "{\"name\":\"x\"}").status == 404)
        }
    }

    @Test("notes of every creatable kind keep their params, and can be changed and pinned")
    func notes() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let neighbour = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let card = try #require(
                try await mine.post("/api/v4/companies", "[{\"name\":\"Ромашка\"}]").at(
                    "_embedded.companies.0.id")?.int)
            let made = try await mine.post(
                "/api/v4/companies/notes",
                """
                [{"entity_id":\(card),"note_type":"common","params":{"text":"Скидка <b>"},"request_id":"n"},
                 {"entity_id":\(card),"note_type":"call_in","params":{"uniq":"8f","duration":60,"source":"ats","phone":"+7900","call_status":4}}]
                """)
            #expect(made.status == 200, "\(made.text)")
            let id = try #require(made.at("_embedded.notes.0.id")?.int)
            let list = try await mine.get(
                "/api/v4/companies/\(card)/notes?filter[note_type][]=call_in")
            #expect(list.at("_embedded.notes.0.params.duration") == .int(60), "\(list.text)")
            let changed = try await mine.patch(
                "/api/v4/companies/notes/\(id)",
                "{\"note_type\":\"common\",\"params\":{\"text\":\"Без скидки\"}}")
            #expect(changed.at("entity_id") == .int(card), "\(changed.text)")
            #expect(try await mine.post("/api/v4/companies/notes/\(id)/pin", "[]").status == 204)
            let one = try await mine.get("/api/v4/companies/notes/\(id)?with=is_pinned")
            #expect(one.at("params.text") == .string("Без скидки"))
            #expect(one.at("is_pinned") == .bool(true))
            let types = try await mine.get(
                "/api/v4/events?filter[entity]=company&filter[type]=common_note_added,incoming_call"
            )
            #expect(types.at("_embedded.events")?.array?.count == 2, "\(types.text)")
            for (body, path) in [
                ("[{\"note_type\":\"common\",\"params\":{\"text\":\"x\"}}]", "entity_id"),
                ("[{\"entity_id\":\(card),\"note_type\":\"common\"}]", "params"),
                (
                    "[{\"entity_id\":\(card),\"note_type\":\"common\",\"params\":{\"text\":\" \"}}]",
                    "params.text"
                ),
                ("[{\"entity_id\":\(card),\"note_type\":\"poem\",\"params\":{}}]", "note_type"),
                (
                    "[{\"entity_id\":1,\"note_type\":\"common\",\"params\":{\"text\":\"x\"}}]",
                    "entity_id"
                ),
            ] {
                let answer = try await mine.post("/api/v4/companies/notes", body)
                #expect(
                    answer.at("validation-errors.0.errors.0.path") == .string(path),
                    "\(answer.text)")
            }
            let theirs = api(world.b, as: neighbour.administrator)
            #expect(try await theirs.get("/api/v4/companies/notes/\(id)").status == 204)
            #expect(
                try await theirs.post(
                    "/api/v4/companies/\(card)/notes",
                    "[{\"note_type\":\"common\",\"params\":{\"text\":\"x\"}}]"
                ).status == 404)
            #expect(try await theirs.post("/api/v4/companies/notes/\(id)/pin", "[]").status == 404)
        }
    }

    @Test("links are made, listed from both ends, and taken away")
    func links() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let neighbour = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let people = try await mine.post(
                "/api/v4/contacts", "[{\"name\":\"А\"},{\"name\":\"Б\"}]")
            let first = try #require(people.at("_embedded.contacts.0.id")?.int)
            let second = try #require(people.at("_embedded.contacts.1.id")?.int)
            let firm = try #require(
                try await mine.post("/api/v4/companies", "[{\"name\":\"Ф\"}]").at(
                    "_embedded.companies.0.id")?.int)
            let deal = try await world.a.database.query(
                """
                INSERT INTO deals (name, pipeline_id, stage_id, owner_id)
                VALUES ('Сделка', \(company.pipelineID), \(company.stageIDs[0]), 1) RETURNING id
                """
            ).one().decode(0, as: Int64.self)
            let made = try await mine.post(
                "/api/v4/leads/\(deal)/link",
                """
                [{"to_entity_id":\(first),"to_entity_type":"contacts","metadata":null},
                 {"to_entity_id":\(second),"to_entity_type":"contacts","metadata":{"is_main":true}},
                 {"to_entity_id":\(firm),"to_entity_type":"companies"}]
                """)
            #expect(made.status == 200, "\(made.text)")
            let list = try await mine.get("/api/v4/leads/\(deal)/links")
            #expect(list.at("_embedded.links")?.array?.count == 3, "\(list.text)")
            let main = list.at("_embedded.links")?.array?.first {
                $0.at("metadata.is_main") == .bool(true)
            }
            #expect(main?.at("to_entity_id") == .int(second))
            let back = try await mine.get(
                "/api/v4/contacts/\(first)/links?filter[to_entity_type]=leads")
            #expect(back.at("_embedded.links.0.to_entity_id") == .int(deal))
            #expect(
                try await mine.get("/api/v4/companies/links?filter[entity_id][]=\(firm)").at(
                    "_embedded.links.0.to_entity_id") == .int(deal))
            #expect(
                try await mine.post(
                    "/api/v4/leads/\(deal)/unlink",
                    "[{\"to_entity_id\":\(second),\"to_entity_type\":\"contacts\"}]"
                ).status == 204)
            let rest = try await mine.get(
                "/api/v4/leads/\(deal)/links?filter[to_entity_type]=contacts")
            #expect(
                rest.at("_embedded.links.0.metadata.main_contact") == .bool(true), "\(rest.text)")
            let wrong = try await mine.post(
                "/api/v4/leads/\(deal)/link",
                "[{\"to_entity_id\":5,\"to_entity_type\":\"contacts\"}]")
            #expect(
                wrong.at("validation-errors.0.errors.0.path") == .string("to_entity_id"),
                "\(wrong.text)")
            let theirs = api(world.b, as: neighbour.administrator)
            #expect(try await theirs.get("/api/v4/leads/\(deal)/links").status == 204)
            #expect(
                try await theirs.post(
                    "/api/v4/leads/\(deal)/link",
                    "[{\"to_entity_id\":\(first),\"to_entity_type\":\"contacts\"}]"
                ).status == 404)
        }
    }

    @Test("the feed pages backwards through everything exactly once")
    func feed() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let mine = api(world.a, as: company.administrator)
            let card = try #require(
                try await mine.post("/api/v4/contacts", "[{\"name\":\"А\"}]").at(
                    "_embedded.contacts.0.id")?.int)
            let notes = (0..<120).map {
                "{\"note_type\":\"common\",\"params\":{\"text\":\"\($0)\"},\"created_at\":\(1_780_000_000 + $0 / 7)}"
            }
            _ = try await mine.post(
                "/api/v4/contacts/\(card)/notes", "[\(notes.joined(separator: ","))]")
            var seen: [String] = []
            var path = "/ui/contacts/\(card)/feed"
            for _ in 0..<5 {
                let page = try await mine.get(path)
                seen = (page.at("items")?.array?.compactMap { $0.at("id")?.string } ?? []) + seen
                guard let before = page.at("before")?.string else { break }
                path = "/ui/contacts/\(card)/feed?before=\(before)"
            }
            #expect(seen.count == 121)
            #expect(Set(seen).count == 121)
            #expect(try await mine.get("/ui/contacts/\(card)/feed?before=x").status == 400)
            #expect(try await mine.get("/ui/contacts/999999/feed").status == 404)
        }
    }

    @Test("pages of contacts are what a naive slice of all of them is")
    func paging() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let mine = api(world.a, as: company.administrator)
            let body = (0..<53).map {
                "{\"name\":\"К \($0)\",\"updated_at\":\(1_780_000_000 + ($0 * 7) % 5)}"
            }
            let made = try await mine.post("/api/v4/contacts", "[\(body.joined(separator: ","))]")
            let ids = made.at("_embedded.contacts")?.array?.compactMap { $0.at("id")?.int } ?? []
            #expect(ids == ids.sorted() && ids.count == 53)
            let oracle = ids.enumerated().sorted { a, b in
                let (x, y) = ((a.offset * 7) % 5, (b.offset * 7) % 5)
                return x != y ? x > y : a.element > b.element
            }.map(\.element)
            var seen: [Int64] = []
            var path = "/api/v4/contacts?limit=10&order[updated_at]=desc"
            for page in 1...6 {
                let answer = try await mine.get(path)
                seen +=
                    answer.at("_embedded.contacts")?.array?.compactMap { $0.at("id")?.int } ?? []
                let next = answer.at("_links.next.href")?.string
                #expect((next == nil) == (page == 6))
                path = next.map { String($0.dropFirst(TestAPI.baseURL.count)) } ?? path
            }
            #expect(seen == oracle)
            #expect(try await mine.get("/api/v4/contacts?page=7&limit=10").status == 204)
        }
    }

    @Test("an event is as visible as its record")
    func events() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let rights = Rights(["contact": ["view": .own, "edit": .own, "add": .all]])
            func seller(_ id: Int64) -> Actor {
                Actor(
                    userID: id, name: "", language: .ru, isAdministrator: false, rights: rights,
                    groupMemberIDs: [id])
            }
            let ilya = api(world.a, as: seller(2))
            _ = try await ilya.post("/api/v4/contacts", "[{\"name\":\"Мой\"}]")
            let seen = try await ilya.get("/api/v4/events?with=contact_name")
            #expect(seen.at("_embedded.events.0.type") == .string("contact_added"), "\(seen.text)")
            #expect(seen.at("_embedded.events.0._embedded.entity.name") == .string("Мой"))
            let id = try #require(seen.at("_embedded.events.0.id")?.string)
            #expect(try await ilya.get("/api/v4/events/\(id)").at("id") == .string(id))
            let maria = api(world.a, as: seller(3))
            #expect(try await maria.get("/api/v4/events").status == 204)
            #expect(try await maria.get("/api/v4/events/\(id)").status == 204)
            let types = try await maria.get("/api/v4/events/types?language_code=en")
            #expect(types.at("_embedded.events_types.0.lang") == .string("New deal"))
            _ = company
        }
    }
}

extension String {
    /// For a query with letters outside ASCII.
    var urlEncoded: String {
        utf8.reduce(into: "") { result, byte in
            if byte < 128 {
                result.append(Character(UnicodeScalar(byte)))
            } else {
                result += "%" + String(byte, radix: 16, uppercase: true)
            }
        }
    }
}
