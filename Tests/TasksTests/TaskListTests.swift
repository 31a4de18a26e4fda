import Contacts
import Records
import Tasks
import Testing
import Vocabulary
import VoronkaTesting
import Web

/// A task as the oracle knows it.
private struct Model {
    var id: Int64 = 0
    let owner: Int64
    let kind: Int64
    let due: Int64
    let updated: Int64
    let isDone: Bool
    let card: Int64?

    init(_ cards: [Int64], _ random: inout SeededRandom) {
        owner = random.one(of: [1, 2, 3])
        kind = random.one(of: [1, 2])
        due = now.seconds + Int64.random(in: -20...20, using: &random) * 100
        updated = now.seconds - Int64.random(in: 0...20, using: &random) * 100
        isDone = random.chance(0.4)
        card = random.chance(0.7) ? random.one(of: cards) : nil
    }

    var json: String {
        let card = card.map { ",\"entity_id\":\($0),\"entity_type\":\"contacts\"" } ?? ""
        return """
            {"text":"т","complete_till":\(due),"task_type_id":\(kind),"responsible_user_id":\(owner),
            "updated_at":\(updated),"is_completed":\(isDone)\(card)}
            """
    }
}

private typealias Part = (text: String, holds: (Model) -> Bool)

@Suite("the list of tasks")
struct TaskListTests {
    private func part(
        _ kind: Int, _ models: [Model], _ cards: [Int64], _ random: inout SeededRandom
    ) -> Part {
        switch kind {
        case 0:
            let ids = random.some(of: models.map(\.id), max: 30)
            return (Spelling.ids("filter[id]", ids, &random), { ids.contains($0.id) })
        case 1:
            let ids = random.some(of: [1, 2, 3] as [Int64])
            return (
                Spelling.ids("filter[responsible_user_id]", ids, &random),
                { ids.contains($0.owner) }
            )
        case 2:
            let isDone = random.chance(0.5)
            let word = random.one(of: isDone ? ["1", "true"] : ["0", "false"])
            let key = random.one(of: ["filter[is_completed]", "filter[is_completed][]"])
            return ("\(key)=\(word)", { $0.isDone == isDone })
        case 3:
            let kinds = random.some(of: [1, 2] as [Int64], max: 2)
            let key = random.one(of: ["filter[task_type]", "filter[task_type_id]"])
            return (Spelling.ids(key, kinds, &random), { kinds.contains($0.kind) })
        case 4:
            let wanted = random.some(of: cards)
            return (
                "filter[entity_type]=contacts&"
                    + Spelling.ids("filter[entity_id]", wanted, &random),
                { $0.card.map(wanted.contains) ?? false }
            )
        case 5:
            let from = now.seconds - Int64.random(in: 0...2_000, using: &random)
            return ("filter[updated_at][from]=\(from)", { $0.updated >= from })
        default:
            let to = now.seconds + Int64.random(in: -2_000...2_000, using: &random)
            return ("filter[complete_till][to]=\(to)", { $0.due <= to })
        }
    }

    @Test("filters, orders and pages as a naive list does", arguments: [31, 32] as [UInt64])
    func property(seed: UInt64) async throws {
        try await withTenants { world in
            var random = SeededRandom(seed)
            let company = try await world.a.furnish()
            let neighbour = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let theirs = api(world.b, as: neighbour.administrator)
            let made = try await mine.post(
                "/api/v4/contacts",
                "[{\"name\":\"а\"},{\"name\":\"б\"},{\"name\":\"в\"},{\"name\":\"г\"}]")
            let cards = made.at("_embedded.contacts")?.array?.compactMap { $0.at("id")?.int } ?? []
            var models = (0..<80).map { _ in Model(cards, &random) }
            let written = try await mine.post(
                "/api/v4/tasks", "[\(models.map(\.json).joined(separator: ","))]")
            let ids = written.at("_embedded.tasks")?.array?.compactMap { $0.at("id")?.int } ?? []
            try #require(ids.count == models.count, "\(written.text)")
            for (index, id) in ids.enumerated() { models[index].id = id }
            for _ in 0..<40 {
                let kinds = Array(0...6).shuffled(using: &random)
                    .prefix(Int.random(in: 0...3, using: &random))
                var used: [Part] = []
                for kind in kinds { used.append(part(kind, models, cards, &random)) }
                let isByID = random.chance(0.5)
                let isAscending = random.chance(0.5)
                let order = isByID ? "id" : "complete_till"
                let limit = Int.random(in: 1...40, using: &random)
                let texts =
                    used.map(\.text) + [
                        "limit=\(limit)", "order[\(order)]=\(isAscending ? "asc" : "desc")",
                    ]
                let query = "/api/v4/tasks?" + texts.shuffled(using: &random).joined(separator: "&")
                let wanted = models.filter { model in used.allSatisfy { $0.holds(model) } }
                    .sorted { a, b in
                        let keys = isByID ? (0, 0) : (a.due, b.due)
                        let isBefore = keys.0 == keys.1 ? a.id < b.id : keys.0 < keys.1
                        return isBefore == isAscending
                    }
                let found = try await mine.walk(query, named: "tasks")
                #expect(
                    found.compactMap { $0.at("id")?.int } == wanted.map(\.id), "\(seed) \(query)")
                #expect(try await theirs.get(query).status == 204)
            }
        }
    }

    @Test("a type of task that nobody has is refused, and filters want their whole pair")
    func refusals() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            _ = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let answer = try await mine.post(
                "/api/v4/tasks", "[{\"text\":\"x\",\"complete_till\":1,\"task_type_id\":77}]")
            #expect(
                answer.at("validation-errors.0.errors.0.path") == .string("task_type_id"),
                "\(answer.text)")
            #expect(try await mine.get("/api/v4/tasks?filter[entity_id]=5").status == 400)
            #expect(
                try await mine.get("/api/v4/tasks?filter[updated_at][from]=9223372036854775807")
                    .status
                    == 204)
        }
    }
}
