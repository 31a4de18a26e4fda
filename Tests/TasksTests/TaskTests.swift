import Contacts
import HTTPTypes
import Postgres
import Records
import Tasks
import Tenancy
import Testing
import Vocabulary
import VoronkaTesting
import Web

let now = Moment(seconds: 1_790_000_000)

func api(_ tenant: TestTenant, as actor: Actor) -> TestAPI {
    TestAPI(tenant, as: actor, at: now) { api, ui in
        let services = Services()
        Tasks(services: services).addRoutes(api: api, ui: ui)
        Contacts(services: services).addRoutes(api: api, ui: ui)
        Records(services: services).addRoutes(api: api, ui: ui)
    }
}

@Suite("tasks")
struct TaskTests {
    @Test("a task is made, shown, completed with a result and reopened, and its card follows")
    func life() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let neighbour = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let card = try #require(
                try await mine.post("/api/v4/contacts", "[{\"name\":\"Анна\"}]").at(
                    "_embedded.contacts.0.id")?.int)
            let due = now.seconds + 3600
            let created = try await mine.post(
                "/api/v4/tasks",
                "[{\"text\":\"Позвонить\",\"complete_till\":\(due),\"entity_id\":\(card),\"entity_type\":\"contacts\",\"request_id\":\"r\"}]"
            )
            #expect(created.status == 200, "\(created.text)")
            #expect(created.at("_embedded.tasks.0.request_id") == .string("r"))
            let id = try #require(created.at("_embedded.tasks.0.id")?.int)
            #expect(
                try await mine.get("/api/v4/contacts/\(card)").at("closest_task_at") == .int(due))
            let screen = try await mine.get("/ui/tasks")
            #expect(screen.at("groups.today.0.entity.name") == .string("Анна"), "\(screen.text)")
            let done = try await mine.patch(
                "/api/v4/tasks/\(id)",
                "{\"is_completed\":true,\"result\":{\"text\":\"Дозвонился\"}}")
            #expect(done.status == 200, "\(done.text)")
            let one = try await mine.get("/api/v4/tasks/\(id)")
            #expect(one.at("is_completed") == .bool(true))
            #expect(one.at("result.text") == .string("Дозвонился"))
            #expect(try await mine.get("/api/v4/contacts/\(card)").at("closest_task_at") == .null)
            #expect(try await mine.get("/ui/tasks?whose=all").at("counts.done_today") == .int(1))
            let feed = try await mine.get("/ui/contacts/\(card)/feed")
            #expect(
                feed.at("items")?.array?.contains { $0.at("kind") == .string("task_done") } == true,
                "\(feed.text)")
            _ = try await mine.patch(
                "/api/v4/tasks", "[{\"id\":\(id),\"is_completed\":0,\"complete_till\":\(due + 60)}]"
            )
            #expect(try await mine.get("/api/v4/tasks/\(id)").at("result") == .array([]))
            #expect(
                try await mine.get("/api/v4/contacts/\(card)").at("closest_task_at")
                    == .int(due + 60))
            let list = try await mine.get(
                "/api/v4/tasks?filter[is_completed][]=0&filter[entity_type]=contacts&filter[entity_id]=\(card)&order[complete_till]=desc"
            )
            #expect(list.at("_embedded.tasks.0.id") == .int(id), "\(list.text)")
            let events = try await mine.get(
                "/api/v4/events?filter[entity]=task&filter[entity_id]=\(id)")
            let types = Set(
                events.at("_embedded.events")?.array?.compactMap { $0.at("type")?.string } ?? [])
            #expect(
                types == [
                    "task_added", "task_completed", "task_result_added", "task_reopened",
                    "task_deadline_changed",
                ])

            let theirs = api(world.b, as: neighbour.administrator)
            #expect(try await theirs.get("/api/v4/tasks/\(id)").status == 204)
            #expect(try await theirs.patch("/api/v4/tasks/\(id)", "{\"text\":\"x\"}").status == 404)
            let foreign = try await theirs.post(
                "/api/v4/tasks",
                "[{\"text\":\"x\",\"complete_till\":\(due),\"entity_id\":\(card),\"entity_type\":\"contacts\"}]"
            )
            #expect(
                foreign.at("validation-errors.0.errors.0.path") == .string("entity_id"),
                "\(foreign.text)")
            #expect(try await mine.delete("/api/v4/tasks/\(id)").status == 204)
            #expect(try await mine.get("/api/v4/contacts/\(card)").at("closest_task_at") == .null)
        }
    }

    @Test("the screen's events of a task go by its card")
    func stream() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let mine = api(world.a, as: company.administrator)
            let card = try #require(
                try await mine.post("/api/v4/contacts", "[{\"name\":\"Анна\"}]").at(
                    "_embedded.contacts.0.id")?.int)
            _ = try await mine.post(
                "/api/v4/tasks",
                "[{\"text\":\"Позвонить\",\"complete_till\":\(now.seconds),\"entity_id\":\(card),\"entity_type\":\"contacts\"}]"
            )
            let row = try await world.a.database.query(
                """
                SELECT o.entity_type, o.entity_id, o.payload->'patch'->'next_task'->>'text', e.entity_type
                FROM outbox AS o JOIN events AS e ON e.id = o.event_id WHERE o.topic = 'task_added'
                """
            ).one()
            let (kind, id, text, logged) = try row.decode(
                String.self, Int64.self, String.self, String.self)
            #expect(kind == "contact" && id == card && text == "Позвонить" && logged == "task")
        }
    }

    @Test("a seller touches his own tasks only, and what he may not see does not exist for him")
    func rights() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let rights = Rights(["task": ["view": .own, "edit": .own, "add": .all]])
            func seller(_ id: Int64) -> Actor {
                Actor(
                    userID: id, name: "", language: .ru, isAdministrator: false, rights: rights,
                    groupMemberIDs: [id])
            }
            let ilya = api(world.a, as: seller(2))
            let maria = api(world.a, as: seller(3))
            let id = try #require(
                try await ilya.post(
                    "/api/v4/tasks", "[{\"text\":\"Моё\",\"complete_till\":\(now.seconds)}]"
                )
                .at("_embedded.tasks.0.id")?.int)
            #expect(try await ilya.get("/api/v4/tasks/\(id)").status == 200)
            #expect(try await maria.get("/api/v4/tasks/\(id)").status == 204)
            #expect(try await maria.get("/api/v4/tasks").status == 204)
            #expect(try await maria.patch("/api/v4/tasks/\(id)", "{\"text\":\"x\"}").status == 404)
            #expect(try await maria.delete("/api/v4/tasks/\(id)").status == 404)
            #expect(try await ilya.delete("/api/v4/tasks/\(id)").status == 403)
            let none = Actor(
                userID: 2, name: "", language: .ru, isAdministrator: false, rights: Rights([:]),
                groupMemberIDs: [2])
            let refused = try await api(world.a, as: none).post(
                "/api/v4/tasks", "[{\"text\":\"x\",\"complete_till\":1}]")
            #expect(refused.status == 403)
            _ = company
        }
    }

    @Test("whatever is done to tasks, next_task_at is the earliest open one of each card")
    func nextTask() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let actor = company.administrator
            let database = world.a.database
            let cards = try await database.transaction {
                try await Party.contact.create(
                    (0..<3).map { PartyDraft(name: "Карточка \($0)") }, actor: actor, at: now,
                    in: $0)
            }
            var random = Seeded(state: 7)
            var ids: [Int64] = []
            for _ in 0..<60 {
                try await database.transaction { transaction in
                    switch Int.random(in: 0..<5, using: &random) {
                    case 0, 1:
                        var draft = TaskDraft(
                            text: "Задача",
                            dueAt: now.adding(seconds: Int64.random(in: 0..<1000, using: &random)))
                        if let card = cards.randomElement(using: &random) {
                            draft.card = .on(.contact, card)
                        }
                        ids += try await TaskVerbs.create(
                            [draft], actor: actor, at: now, in: transaction)
                    case 2:
                        guard let id = ids.randomElement(using: &random) else { return }
                        var draft = TaskDraft(id: id)
                        draft.isCompleted = Bool.random(using: &random)
                        _ = try await TaskVerbs.change(
                            [draft], actor: actor, at: now, in: transaction)
                    case 3:
                        guard let id = ids.randomElement(using: &random) else { return }
                        var draft = TaskDraft(id: id)
                        draft.dueAt = now.adding(
                            seconds: Int64.random(in: 0..<1000, using: &random))
                        draft.card =
                            cards.randomElement(using: &random).map { .on(.contact, $0) } ?? .none
                        _ = try await TaskVerbs.change(
                            [draft], actor: actor, at: now, in: transaction)
                    default:
                        guard ids.count > 5, let place = ids.indices.randomElement(using: &random)
                        else { return }
                        try await TaskVerbs.trash(
                            ids.remove(at: place), actor: actor, at: now, in: transaction)
                    }
                }
                let wrong = try await database.query(
                    """
                    SELECT count(*) FROM contacts AS c
                    WHERE c.next_task_at IS DISTINCT FROM (SELECT min(t.due_at) FROM tasks AS t
                        WHERE t.entity_type = 'contact' AND t.entity_id = c.id
                            AND t.completed_at IS NULL AND t.deleted_at IS NULL)
                    """)
                #expect(try wrong.one().decode(0, as: Int.self) == 0)
            }
        }
    }

    @Test("input that cannot be a task names its fields")
    func badInput() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let mine = api(world.a, as: company.administrator)
            for (body, path) in [
                ("[{\"complete_till\":1}]", "text"), ("[{\"text\":\"x\"}]", "complete_till"),
                ("[{\"text\":\"   \",\"complete_till\":1}]", "text"),
                ("[{\"text\":\"x\",\"complete_till\":\"завтра\"}]", "complete_till"),
                ("[{\"text\":\"x\",\"complete_till\":253402300800000}]", "complete_till"),
                ("[{\"text\":\"x\",\"complete_till\":1,\"entity_id\":5}]", "entity_type"),
                (
                    "[{\"text\":\"x\",\"complete_till\":1,\"entity_id\":5,\"entity_type\":\"tasks\"}]",
                    "entity_type"
                ),
                (
                    "[{\"text\":\"x\",\"complete_till\":1,\"responsible_user_id\":77}]",
                    "responsible_user_id"
                ),
                (
                    "[{\"text\":\"\(String(repeating: "я", count: 5000))\",\"complete_till\":1}]",
                    "text"
                ),
            ] {
                let answer = try await mine.post("/api/v4/tasks", body)
                #expect(answer.status == 400, "\(answer.text)")
                #expect(
                    answer.at("validation-errors.0.errors.0.path") == .string(path),
                    "\(answer.text)")
            }
            for path in [
                "/api/v4/tasks?filter[id]=x", "/api/v4/tasks?page=0",
                "/api/v4/tasks?filter[entity_id]=1",
            ] {
                #expect(try await mine.get(path).status == 400, "\(path)")
            }
        }
    }
}

/// A small generator with a seed, so that a failure can be had again.
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
