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

private func api(_ tenant: TestTenant, as actor: Actor) -> TestAPI {
    TestAPI(tenant, as: actor, at: now) { api, ui in
        let services = Services()
        Deals(services: services).addRoutes(api: api, ui: ui)
        Records(services: services).addRoutes(api: api, ui: ui)
    }
}

/// A deal as the oracle knows it.
private struct Model: ListModel {
    var id: Int64 = 0
    let name: String
    let price_minor: Int64
    let stage: Int64
    let owner: Int64
    let created: Int64
    let updated: Int64
    let closed: Int64?
    let channel: String?
    let place: String?
    let size: Int64?

    static let names = ["Стрижка", "Стрижка, укладка", "Макияж 💄", "100% уход", "a_b"]
    static let channels = ["phone", "site", "vk"]
    static let places = ["Сокол", "Таганка, 2 этаж"]

    init(_ stages: [Int64], _ random: inout SeededRandom) {
        name = random.one(of: Self.names)
        price_minor = Int64.random(in: 0...20, using: &random) * 1050
        stage = random.one(of: stages)
        owner = random.one(of: [1, 2, 3])
        created = now.seconds - Int64.random(in: 0...40, using: &random) * 100
        updated = created + Int64.random(in: 0...9, using: &random) * 100
        closed = stage == 142 || stage == 143 ? updated : nil
        channel = random.chance(0.5) ? random.one(of: Self.channels) : nil
        place = random.chance(0.6) ? random.one(of: Self.places) : nil
        size = random.chance(0.6) ? Int64.random(in: 0...9, using: &random) : nil
    }

    func json(place field: Int64, size number: Int64, pipeline: Int64) -> String {
        var fields: [String] = []
        if let place {
            fields.append("{\"field_id\":\(field),\"values\":[{\"value\":\"\(place)\"}]}")
        }
        if let size { fields.append("{\"field_id\":\(number),\"values\":[{\"value\":\(size)}]}") }
        let close = closed.map { ",\"closed_at\":\($0)" } ?? ""
        let channel = channel.map { ",\"channel\":\"\($0)\"" } ?? ""
        return """
            {"name":"\(name)","price_with_minor_units":\(Double(price_minor) / 100),"status_id":\(stage),
            "pipeline_id":\(pipeline),"responsible_user_id":\(owner),"created_at":\(created),
            "updated_at":\(updated)\(close)\(channel),"custom_fields_values":[\(fields.joined(separator: ","))]}
            """
    }
}

private struct Parts {
    let models: [Model]
    let pipelineID: Int64
    let stages: [Int64]
    let placeField: Int64
    let sizeField: Int64

    private func range(_ span: ClosedRange<Int64>, _ random: inout SeededRandom) -> (Int64?, Int64?)
    {
        let ends = [Int64.random(in: span, using: &random), Int64.random(in: span, using: &random)]
            .sorted()
        return random.one(of: [(ends[0], ends[1]), (ends[0], nil), (nil, ends[1])])
    }

    private func within(_ value: Int64?, _ range: (Int64?, Int64?)) -> Bool {
        guard let value else { return false }
        return value >= range.0 ?? .min && value <= range.1 ?? .max
    }

    static let kinds = 11

    func part(_ kind: Int, _ random: inout SeededRandom) -> ListPart<Model> {
        let field = "filter[custom_fields_values]"
        let times = (now.seconds - 4_000)...(now.seconds + 900)
        switch kind {
        case 0:
            let ids = random.some(of: models.map(\.id), max: 40)
            return (Spelling.ids("filter[id]", ids, &random), { ids.contains($0.id) })
        case 1:
            let names = random.some(of: Model.names)
            return (Spelling.texts("filter[name]", names), { names.contains($0.name) })
        case 2:
            let range = range(0...250, &random)
            return (Spelling.range("filter[price]", range), { within($0.price_minor / 100, range) })
        case 3:
            let wanted = random.some(of: stages)
            let pairs = wanted.enumerated().map { place, stage in
                "filter[statuses][\(place)][pipeline_id]=\(pipelineID)&filter[statuses][\(place)][status_id]=\(stage)"
            }
            return (pairs.joined(separator: "&"), { wanted.contains($0.stage) })
        case 4:
            let owners = random.some(of: [1, 2, 3] as [Int64])
            return (
                Spelling.ids("filter[responsible_user_id]", owners, &random),
                { owners.contains($0.owner) }
            )
        case 5:
            let range = range(times, &random)
            return (Spelling.range("filter[created_at]", range), { within($0.created, range) })
        case 6:
            let range = range(times, &random)
            return (Spelling.range("filter[updated_at]", range), { within($0.updated, range) })
        case 7:
            let range = range(times, &random)
            return (Spelling.range("filter[closed_at]", range), { within($0.closed, range) })
        case 8:
            let channels = random.some(of: Model.channels)
            return (
                Spelling.texts("filter[channel]", channels),
                { $0.channel.map(channels.contains) ?? false }
            )
        case 9:
            let places = random.some(of: Model.places, max: 2)
            return (
                Spelling.texts("\(field)[\(placeField)]", places),
                { $0.place.map(places.contains) ?? false }
            )
        default:
            let range = range(0...9, &random)
            return (Spelling.range("\(field)[\(sizeField)]", range), { within($0.size, range) })
        }
    }
}

@Suite("the list of deals")
struct LeadListTests {
    @Test("filters, orders and pages as a naive list does", arguments: [11, 12, 13] as [UInt64])
    func property(seed: UInt64) async throws {
        try await withTenants { world in
            var random = SeededRandom(seed)
            let company = try await world.a.furnish()
            let neighbour = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let fields = try await mine.post(
                "/api/v4/leads/custom_fields",
                """
                [{"name":"Место","type":"select","enums":[{"value":"Сокол"},{"value":"Таганка, 2 этаж"}]},
                 {"name":"Размер","type":"numeric"}]
                """)
            let place = try #require(
                fields.at("_embedded.custom_fields.0.id")?.int, "\(fields.text)")
            let size = try #require(fields.at("_embedded.custom_fields.1.id")?.int)
            let stages = company.stageIDs + [142, 143]
            let models = (0..<120).map { _ in Model(stages, &random) }
            let bodies = models.map {
                $0.json(place: place, size: size, pipeline: company.pipelineID)
            }
            let oracle = try await ListOracle("leads", models, bodies, by: mine)
            let parts = Parts(
                models: oracle.models, pipelineID: company.pipelineID, stages: stages,
                placeField: place, sizeField: size)
            let broken = try await oracle.broken(
                for: mine, neighbour: api(world.b, as: neighbour.administrator), &random,
                kinds: Parts.kinds, orders: ["created_at": \.created, "updated_at": \.updated]
            ) { parts.part($0, &$1) }
            #expect(broken.isEmpty, "\(seed): \(broken.joined(separator: "\n"))")
        }
    }

    @Test("a seller's list and search hold his own deals alone")
    func rights() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            _ = try await world.b.furnish()
            let items = (0..<30).map {
                "{\"name\":\"Сделка \($0)\",\"responsible_user_id\":\($0 % 3 + 1)}"
            }
            let administrator = api(world.a, as: company.administrator)
            _ = try await administrator.post("/api/v4/leads", "[\(items.joined(separator: ","))]")
            let his = try await api(world.a, as: company.seller).walk(
                "/api/v4/leads?limit=4", named: "leads")
            #expect(his.count == 10)
            #expect(his.allSatisfy { $0.at("responsible_user_id") == .int(2) })
            let query = "/api/v4/leads?query=" + "Сделка".encoded() + "&limit=7"
            #expect(
                try await api(world.a, as: company.seller).walk(query, named: "leads").count == 10)
        }
    }

    @Test("a filter for a field that does not exist finds nothing, and so does a far moment")
    func unknown() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            _ = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            _ = try await mine.post("/api/v4/leads", "[{\"name\":\"Сделка\"}]")
            for filter in [
                "custom_fields_values][999]=1", "custom_fields_values][x][from]=1",
                "created_at][from]=9223372036854775807", "created_at][to]=-9223372036854775808",
                "price][from]=9223372036854775807", "loss_reason_id]=1", "channel]=nothing",
            ] {
                let answer = try await mine.get("/api/v4/leads?filter[\(filter)")
                #expect(answer.status == 204, "\(filter): \(answer.text)")
            }
            #expect(try await mine.get("/api/v4/leads?page=100000&limit=250").status == 400)
            #expect(try await mine.get("/api/v4/leads?page=400&limit=250").status == 204)
        }
    }

    @Test("If-Modified-Since gives what changed after it, and 304 when nothing did")
    func modifiedSince() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            _ = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            _ = try await mine.post(
                "/api/v4/leads",
                "[{\"name\":\"a\",\"updated_at\":1789999000},{\"name\":\"b\",\"updated_at\":1789999100}]"
            )
            func since(_ date: String) async throws -> TestAPI.Answer {
                try await mine.call(.get, "/api/v4/leads", headers: [.ifModifiedSince: date])
            }
            // 1789999050
            let changed = try await since("Mon, 21 Sep 2026 13:57:30 GMT")
            #expect(changed.at("_embedded.leads")?.array?.count == 1, "\(changed.text)")
            #expect(changed.at("_embedded.leads.0.name") == .string("b"))
            let none = try await since("Mon, 21 Sep 2026 13:58:20 GMT")
            #expect(none.status == 304 && none.text.isEmpty)
            #expect(try await since("yesterday").at("_embedded.leads")?.array?.count == 2)
        }
    }

    @Test("one deal is the very deal of the list, whatever hangs on it")
    func oneAsListed() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            _ = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let made = try await mine.post(
                "/api/v4/leads/custom_fields", "[{\"name\":\"Зал\",\"type\":\"text\"}]")
            let field = try #require(made.at("_embedded.custom_fields.0.id")?.int, "\(made.text)")
            let rows = try await world.a.database.query(
                """
                INSERT INTO companies (name, owner_id, deleted_at)
                VALUES ('ООО «Лён»', 1, NULL), ('Ушла', 1, now()), ('Своя', 2, NULL)
                RETURNING id
                """)
            let companies = try rows.map { try $0.decode(0, as: Int64.self) }
            let value = "{\"field_id\":\(field),\"values\":[{\"value\":\"Малый «А»\"}]}"
            let fields = "\"custom_fields_values\":[\(value)]"
            let tags = "\"tags\":[{\"name\":\"vip\"},{\"name\":\"срочно\"}]"
            var bodies = ["{}", "{\(fields)}", "{\"_embedded\":{\(tags)}}"]
            for _ in companies { bodies += ["{}", "{\(fields),\"_embedded\":{\(tags)}}"] }
            let leads = try await mine.post("/api/v4/leads", "[\(bodies.joined(separator: ","))]")
            let ids = try #require(leads.at("_embedded.leads")?.array, "\(leads.text)")
                .compactMap { $0.at("id")?.int }
            for (place, id) in ids.dropFirst(3).enumerated() {
                _ = try await world.a.database.query(
                    """
                    UPDATE deals SET company_id = \(companies[place / 2]), owner_id = 2
                    WHERE id = \(id)
                    """)
            }
            for actor in [company.administrator, company.seller] {
                let reader = api(world.a, as: actor)
                let list = try await reader.get("/api/v4/leads?limit=250")
                let listed = try #require(list.at("_embedded.leads")?.array, "\(list.text)")
                #expect(listed.count == (actor.isAdministrator ? ids.count : ids.count - 3))
                for lead in listed {
                    let id = try #require(lead.at("id")?.int)
                    let one = try await reader.get("/api/v4/leads/\(id)")
                    #expect(one.json == lead, "\(one.text)")
                    #expect(one.headers[.eTag] == "\"v1\"")
                }
            }
        }
    }
}
