import Contacts
import Records
import Tasks
import Testing
import Vocabulary
import VoronkaTesting
import Web

/// A task as the oracle knows it.
private struct Model: ListModel {
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

@Suite("the list of tasks")
struct TaskListTests {
    private func part(
        _ kind: Int, _ models: [Model], _ cards: [Int64], _ random: inout SeededRandom
    ) -> ListPart<Model> {
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
            let models = (0..<80).map { _ in Model(cards, &random) }
            let oracle = try await ListOracle("tasks", models, models.map(\.json), by: mine)
            let broken = try await oracle.broken(
                for: mine, neighbour: theirs, &random, kinds: 7, orders: ["complete_till": \.due]
            ) { part($0, oracle.models, cards, &$1) }
            #expect(broken.isEmpty, "\(seed): \(broken.joined(separator: "\n"))")
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
