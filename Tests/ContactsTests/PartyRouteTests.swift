import Contacts
import HTTPTypes
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

@Suite("contacts and companies over the API")
struct PartyRouteTests {
    @Test("what is created reads back as amoCRM shows it, and the neighbour finds nothing")
    func roundTrip() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let neighbour = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let created = try await mine.post(
                "/api/v4/contacts",
                """
                [{"first_name":"Пётр","last_name":"Иванов","request_id":"x1","_embedded":{"tags":[{"name":"vip"}]},
                  "custom_fields_values":[
                    {"field_code":"PHONE","field_id":null,"values":[{"value":"+7 900 555-44-33","enum_code":"MOB","enum_id":null}]},
                    {"field_code":"POSITION","values":[{"value":"Директор"}]}]},
                 {"name":"Вторая"}]
                """)
            #expect(created.status == 200, "\(created.text)")
            #expect(created.at("_embedded.contacts.0.request_id") == .string("x1"))
            #expect(created.at("_embedded.contacts.1.request_id") == .string("1"))
            let id = try #require(created.at("_embedded.contacts.0.id")?.int)
            let one = try await mine.get("/api/v4/contacts/\(id)?with=leads")
            #expect(one.status == 200, "\(one.text)")
            #expect(one.at("name") == .string("Пётр Иванов"))
            #expect(one.at("custom_fields_values.0.field_code") == .string("POSITION"))
            #expect(one.at("custom_fields_values.1.values.0.value") == .string("+7 900 555-44-33"))
            #expect(one.at("custom_fields_values.1.values.0.enum_code") == .string("MOB"))
            #expect(one.at("_embedded.tags.0.name") == .string("vip"))
            #expect(one.at("_embedded.leads") == .array([]))
            #expect(
                one.at("_links.self.href") == .string("\(TestAPI.baseURL)/api/v4/contacts/\(id)"))
            #expect(one.headers[.eTag] == "\"v1\"")

            let theirs = api(world.b, as: neighbour.administrator)
            #expect(try await theirs.get("/api/v4/contacts/\(id)").status == 204)
            #expect(try await theirs.get("/api/v4/contacts").status == 204)
            #expect(
                try await theirs.patch("/api/v4/contacts/\(id)", "{\"name\":\"x\"}").status == 404)
            #expect(try await theirs.delete("/api/v4/contacts/\(id)").status == 404)
        }
    }

    @Test("a change keeps what it does not name, counts the version and is logged")
    func change() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let mine = api(world.a, as: company.administrator)
            let created = try await mine.post(
                "/api/v4/companies",
                "[{\"name\":\"ООО Ромашка\",\"custom_fields_values\":[{\"field_code\":\"WEB\",\"values\":[{\"value\":\"https://romashka.ex\"}]}]}]"
            )
            let id = try #require(created.at("_embedded.companies.0.id")?.int)
            let path = "/api/v4/companies/\(id)"
            let changed = try await mine.patch(
                path, "{\"responsible_user_id\":2,\"tags_to_add\":[{\"name\":\"опт\"}]}",
                headers: [.ifMatch: "\"v1\""])
            #expect(changed.status == 200, "\(changed.text)")
            #expect(changed.at("version") == .int(2))
            let stale = try await mine.patch(
                path, "{\"name\":\"x\"}", headers: [.ifMatch: "\"v1\""])
            #expect(stale.status == 412)
            #expect(stale.at("name") == .string("ООО Ромашка"))
            let cleared = try await mine.patch(
                path,
                "{\"name\":\"Ромашка\",\"custom_fields_values\":[{\"field_code\":\"WEB\",\"values\":null}],\"tags_to_delete\":[{\"name\":\"опт\"}]}"
            )
            #expect(cleared.status == 200, "\(cleared.text)")
            let one = try await mine.get(path)
            #expect(one.at("custom_fields_values") == .null)
            #expect(one.at("_embedded.tags") == .array([]))
            #expect(one.at("responsible_user_id") == .int(2))
            let events = try await mine.get(
                "/api/v4/events?filter[entity]=company&filter[entity_id]=\(id)")
            let types =
                events.at("_embedded.events")?.array?.compactMap { $0.at("type")?.string } ?? []
            #expect(
                Set(types).isSuperset(of: [
                    "company_added", "entity_responsible_changed", "entity_tag_added",
                    "entity_tag_deleted",
                    "name_field_changed",
                ]), "\(events.text)")
        }
    }

    @Test("one wrong item rejects the whole batch and every wrong field is named")
    func wrongItems() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let mine = api(world.a, as: company.administrator)
            let answer = try await mine.post(
                "/api/v4/contacts",
                """
                [{"name":"Хорошая"},
                 {"name":"Плохая","request_id":"b","responsible_user_id":999,
                  "custom_fields_values":[{"field_id":777,"values":[{"value":"x"}]},
                    {"field_code":"PHONE","values":[{"value":"1","enum_code":"NONE"}]}]}]
                """)
            #expect(answer.status == 400)
            #expect(answer.at("validation-errors.0.request_id") == .string("b"))
            let paths = answer.at("validation-errors.0.errors")?.array?.compactMap {
                $0.at("path")?.string
            }
            #expect(
                paths == [
                    "responsible_user_id", "custom_fields_values.0.field_id",
                    "custom_fields_values.1.values.0.enum_code",
                ])
            #expect(try await mine.get("/api/v4/contacts").status == 204)
        }
    }

    @Test("the screens show lists, cards, search and feeds")
    func screens() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let mine = api(world.a, as: company.administrator)
            let created = try await mine.post(
                "/api/v4/contacts",
                "[{\"name\":\"Анна 100%\",\"custom_fields_values\":[{\"field_code\":\"PHONE\",\"values\":[{\"value\":\"+7 (900) 555-44-33\"}]}]}]"
            )
            let id = try #require(created.at("_embedded.contacts.0.id")?.int)
            let note = try await mine.post(
                "/api/v4/contacts/\(id)/notes",
                "[{\"note_type\":\"common\",\"params\":{\"text\":\"Позвонить\"}}]")
            #expect(note.status == 200, "\(note.text)")
            for query in ["89005554433", "0%25", "555-44"] {
                let list = try await mine.get("/ui/contacts?query=\(query)")
                #expect(list.at("contacts.0.id") == .int(id), "\(query): \(list.text)")
            }
            #expect(try await mine.get("/ui/contacts?query=_____").at("total") == .int(0))
            let card = try await mine.get("/ui/contacts/\(id)")
            #expect(card.status == 200, "\(card.text)")
            #expect(card.at("contact.phones.0") == .string("+7 (900) 555-44-33"))
            #expect(
                card.at("feed")?.array?.compactMap { $0.at("kind")?.string }.sorted() == [
                    "event", "note",
                ])
            #expect(try await mine.get("/ui/companies").at("total") == .int(0))
            let search = try await mine.get("/ui/search?query=\u{0410}\u{043D}".urlEncoded)
            #expect(search.at("contacts.0.id") == .int(id), "\(search.text)")
            #expect(
                try await mine.get("/ui/contacts/\(id)/feed").at("items.1.text")
                    == .string("Позвонить"))
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
