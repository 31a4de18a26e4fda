import Testing
import Vocabulary
import VoronkaTesting
import Web

@Suite("the screen of tasks")
struct TaskScreenTests {
    @Test("each view says how many open tasks it holds, whichever is shown")
    func views() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let neighbour = try await world.b.furnish()
            let mine = api(world.a, as: company.administrator)
            let due = now.seconds + 60
            let made = try await mine.post(
                "/api/v4/tasks",
                """
                [{"text":"Себе","complete_till":\(due),"responsible_user_id":1},
                 {"text":"Илье","complete_till":\(due),"responsible_user_id":2},
                 {"text":"Марии","complete_till":\(due),"responsible_user_id":3},
                 {"text":"Сделано","complete_till":\(due),"responsible_user_id":3,"is_completed":true}]
                """)
            #expect(made.status == 200, "\(made.text)")
            for (whose, shown) in [("mine", 1), ("given", 2), ("all", 3)] {
                let screen = try await mine.get("/ui/tasks?whose=\(whose)")
                #expect(screen.at("views.mine") == .int(1), "\(screen.text)")
                #expect(screen.at("views.given") == .int(2))
                #expect(screen.at("views.all") == .int(3))
                let open = ["overdue", "today", "tomorrow", "later"].reduce(0) {
                    $0 + (screen.at("groups.\($1)")?.array?.count ?? 0)
                }
                #expect(open == shown, "\(whose)")
            }
            let theirs = try await api(world.b, as: neighbour.administrator).get(
                "/ui/tasks?whose=all")
            #expect(theirs.at("views.all") == .int(0))
        }
    }
}
