import Contacts
import Postgres
import Records
import Testing
import Vocabulary
import VoronkaTesting
import Web

/// A contact or company as the oracle knows it.
private struct Model: ListModel {
    var id: Int64 = 0
    let name: String
    let owner: Int64
    let author: Int64
    let created: Int64
    let updated: Int64
    let phone: String?

    static let names = ["Анна", "Анна, сестра", "Пётр 100%", "ООО «Ёж»"]
    static let phones = ["+7 900 111-22-33", "+7 900 444-55-66"]

    init(_ random: inout SeededRandom) {
        name = random.one(of: Self.names)
        owner = random.one(of: [1, 2, 3])
        author = random.one(of: [0, 1, 2])
        created = now.seconds - Int64.random(in: 0...30, using: &random) * 100
        updated = created + Int64.random(in: 0...9, using: &random) * 100
        phone = random.chance(0.6) ? random.one(of: Self.phones) : nil
    }

    var json: String {
        let values =
            phone.map { "{\"field_code\":\"PHONE\",\"values\":[{\"value\":\"\($0)\"}]}" } ?? ""
        return """
            {"name":"\(name)","responsible_user_id":\(owner),"created_by":\(author),"created_at":\(created),
            "updated_at":\(updated),"custom_fields_values":[\(values)]}
            """
    }
}

@Suite("the lists of contacts and companies")
struct PartyListTests {
    private func part(
        _ kind: Int, _ models: [Model], phoneField: Int64, _ random: inout SeededRandom
    ) -> ListPart<Model> {
        func span(_ random: inout SeededRandom) -> (Int64?, Int64?) {
            let ends = (0..<2).map { _ in
                now.seconds - Int64.random(in: -900...3_000, using: &random)
            }.sorted()
            return random.one(of: [(ends[0], ends[1]), (ends[0], nil), (nil, ends[1])])
        }
        func within(_ value: Int64, _ range: (Int64?, Int64?)) -> Bool {
            value >= range.0 ?? .min && value <= range.1 ?? .max
        }
        switch kind {
        case 0:
            let ids = random.some(of: models.map(\.id), max: 30)
            return (Spelling.ids("filter[id]", ids, &random), { ids.contains($0.id) })
        case 1:
            let names = random.some(of: Model.names)
            return (Spelling.texts("filter[name]", names), { names.contains($0.name) })
        case 2:
            let ids = random.some(of: [1, 2, 3] as [Int64])
            return (
                Spelling.ids("filter[responsible_user_id]", ids, &random),
                { ids.contains($0.owner) }
            )
        case 3:
            let ids = random.some(of: [0, 1, 2] as [Int64])
            return (Spelling.ids("filter[created_by]", ids, &random), { ids.contains($0.author) })
        case 4:
            let range = span(&random)
            return (Spelling.range("filter[created_at]", range), { within($0.created, range) })
        case 5:
            let range = span(&random)
            return (Spelling.range("filter[updated_at]", range), { within($0.updated, range) })
        case 6:
            let phone = random.one(of: Model.phones)
            return (
                Spelling.texts("filter[custom_fields_values][\(phoneField)]", [phone]),
                { $0.phone == phone }
            )
        default:
            // By its digits, as a person types it.
            let phone = random.one(of: Model.phones)
            return ("query=8" + phone.filter(\.isNumber).dropFirst(), { $0.phone == phone })
        }
    }

    @Test(
        "filter, order and page as a naive list does",
        arguments: [("contacts", 21), ("companies", 22)] as [(String, UInt64)])
    func property(kind: String, seed: UInt64) async throws {
        try await withTenants { world in
            var random = SeededRandom(seed)
            let company = try await world.a.furnish()
            let neighbour = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let theirs = api(world.b, as: neighbour.administrator)
            let fields = try await mine.get("/api/v4/\(kind)/custom_fields")
            let phone = fields.at("_embedded.custom_fields")?.array?
                .first { $0.at("code") == .string("PHONE") }
            let phoneField = try #require(phone?.at("id")?.int, "\(fields.text)")
            let models = (0..<80).map { _ in Model(&random) }
            let oracle = try await ListOracle(kind, models, models.map(\.json), by: mine)
            let broken = try await oracle.broken(
                for: mine, neighbour: theirs, &random, kinds: 8, orders: ["updated_at": \.updated]
            ) { part($0, oracle.models, phoneField: phoneField, &$1) }
            #expect(broken.isEmpty, "\(seed): \(broken.joined(separator: "\n"))")
        }
    }

    @Test("a card in the trash, and one that the reader may not see, are linked to nothing")
    func hidden() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            _ = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let made = try await mine.post("/api/v4/contacts", "[{\"name\":\"Анна\"}]")
            let contact = try #require(made.at("_embedded.contacts.0.id")?.int)
            let firm = try await mine.post("/api/v4/companies", "[{\"name\":\"ООО\"}]")
            let id = try #require(firm.at("_embedded.companies.0.id")?.int)
            _ = try await mine.post(
                "/api/v4/contacts/\(contact)/link",
                "[{\"to_entity_id\":\(id),\"to_entity_type\":\"companies\"}]")
            let path = "/api/v4/contacts/\(contact)"
            #expect(try await mine.get(path).at("_embedded.companies.0.id") == .int(id))
            let reader = Actor(
                userID: 2, name: "Илья", language: .ru, isAdministrator: false,
                rights: Rights(["contact": ["view": .all]]), groupMemberIDs: [2])
            let seen = try await api(world.a, as: reader).get(path)
            #expect(seen.at("_embedded.companies") == .array([]), "\(seen.text)")
            #expect(try await mine.delete("/api/v4/companies/\(id)").status == 204)
            let after = try await mine.get(
                "\(path)?with=leads,customers,catalog_elements,social_profiles")
            for list in ["companies", "leads", "customers", "catalog_elements", "social_profiles"] {
                #expect(after.at("_embedded.\(list)") == .array([]), "\(list): \(after.text)")
            }
        }
    }
}
