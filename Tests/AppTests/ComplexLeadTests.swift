import App
import Testing
import Vocabulary
import VoronkaTesting
import Web

extension LiveTests {
    @Suite("a deal made with its contact and company")
    struct ComplexLeadTests {
        private static let path = "/api/v4/leads/complex"

        @Test("is there with both of them, linked, and nothing of it in the neighbour's")
        func whole() async throws {
            try await withLiveWorld { world in
                let mine = world.a.api(world.a.administrator)
                let made = try await mine.post(
                    Self.path,
                    """
                    [{"name":"Заявка","price":3000,"request_id":"q1","_embedded":{
                        "contacts":[{"first_name":"Анна","custom_fields_values":[
                            {"field_code":"PHONE","values":[{"value":"+79001112233","enum_code":"WORK"}]}]}],
                        "companies":[{"name":"ООО Ромашка"}],"tags":[{"name":"сайт"}],
                        "metadata":{"category":"forms"},"source":{"external_id":"1"}}},
                     {"name":"Одна"}]
                    """)
                #expect(made.status == 200, "\(made.text)")
                let contact = try #require(made.at("0.contact_id")?.int)
                let company = try #require(made.at("0.company_id")?.int)
                let id = try #require(made.at("0.id")?.int)
                #expect(made.at("0.request_id") == .array([.string("q1")]))
                #expect(made.at("0.merged") == .bool(false))
                #expect(made.at("1.contact_id") == .null && made.at("1.company_id") == .null)
                #expect(made.at("1.request_id") == .array([.string("1")]))

                let deal = try await mine.get("/api/v4/leads/\(id)?with=contacts")
                #expect(deal.at("_embedded.contacts.0.id") == .int(contact), "\(deal.text)")
                #expect(deal.at("_embedded.contacts.0.is_main") == .bool(true))
                #expect(deal.at("_embedded.companies.0.id") == .int(company))
                #expect(deal.at("_embedded.tags.0.name") == .string("сайт"))
                let person = try await mine.get("/api/v4/contacts/\(contact)")
                #expect(person.at("_embedded.companies.0.id") == .int(company), "\(person.text)")
                #expect(
                    person.at("custom_fields_values.0.values.0.value") == .string("+79001112233"))
                let again = try await mine.post(
                    Self.path, "[{\"_embedded\":{\"contacts\":[{\"id\":\(contact)}]}}]")
                #expect(again.at("0.contact_id") == .int(contact), "\(again.text)")

                let theirs = world.b.api(world.b.administrator)
                #expect(try await theirs.get("/api/v4/leads").status == 204)
                #expect(try await theirs.get("/api/v4/contacts").status == 204)
                let stolen = try await theirs.post(
                    Self.path, "[{\"_embedded\":{\"contacts\":[{\"id\":\(contact)}]}}]")
                #expect(stolen.status == 400, "\(stolen.text)")
            }
        }

        @Test("is refused whole when anything in it is wrong, by its path")
        func refusals() async throws {
            try await withLiveWorld { world in
                let mine = world.a.api(world.a.administrator)
                let many = Array(repeating: "{\"field_id\":1000,\"values\":[]}", count: 41)
                let full = "\"custom_fields_values\":[\(many.joined(separator: ","))]"
                for (embedded, path) in [
                    ("\"contacts\":[{\"id\":77}]", "_embedded.contacts.0.id"),
                    ("\"contacts\":[{},{}]", "_embedded.contacts"),
                    ("\"companies\":[{},{}]", "_embedded.companies"),
                    ("\"contacts\":[{\"name\":5}]", "_embedded.contacts.0.name"),
                    (
                        "\"contacts\":[{\"responsible_user_id\":77}]",
                        "_embedded.contacts.0.responsible_user_id"
                    ),
                    (
                        "\"companies\":[{\"custom_fields_values\":[{\"field_id\":77}]}]",
                        "_embedded.companies.0.custom_fields_values.0.field_id"
                    ),
                    ("\"contacts\":[{\(full)}]", "_embedded.contacts.0.custom_fields_values"),
                ] {
                    let answer = try await mine.post(
                        Self.path,
                        "[{\"name\":\"a\",\"_embedded\":{\"contacts\":[{\"name\":\"Хорошая\"}]}},{\"_embedded\":{\(embedded)}}]"
                    )
                    #expect(answer.status == 400, "\(embedded) \(answer.text)")
                    #expect(
                        answer.at("validation-errors.0.errors.0.path") == .string(path),
                        "\(answer.text)")
                    #expect(answer.at("validation-errors.0.request_id") == .string("1"))
                }
                let tooMany = Array(repeating: "{}", count: 51).joined(separator: ",")
                #expect(try await mine.post(Self.path, "[\(tooMany)]").status == 400)
                let wrongStage =
                    "[{\"status_id\":77,\"_embedded\":{\"contacts\":[{\"name\":\"Х\"}]}}]"
                #expect(try await mine.post(Self.path, wrongStage).status == 400)
                #expect(try await mine.get("/api/v4/contacts").status == 204)
                #expect(try await mine.get("/api/v4/leads").status == 204)
            }
        }

        @Test("takes the right to add each of the three")
        func rights() async throws {
            try await withLiveWorld { world in
                let body = "[{\"_embedded\":{\"contacts\":[{\"name\":\"Анна\"}]}}]"
                let seller = world.a.api(world.a.seller)
                let all: [String: Reach] = ["view": .own, "add": .all]
                try await world.a.setRights(Rights(["deal": all]))
                #expect(try await seller.post(Self.path, body).status == 403)
                try await world.a.setRights(Rights(["contact": all]))
                #expect(try await seller.post(Self.path, body).status == 403)
                let administrator = world.a.api(world.a.administrator)
                #expect(try await administrator.get("/api/v4/contacts").status == 204)
                try await world.a.setRights(Rights(["deal": all, "contact": all]))
                #expect(try await seller.post(Self.path, body).status == 200)
            }
        }
    }
}
