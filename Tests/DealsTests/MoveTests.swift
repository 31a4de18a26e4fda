import Outbox
import Postgres
import Records
import Tenancy
import Testing
import Vocabulary
import VoronkaTesting
import Web

@testable import Deals

/// A deal of company a, and what it takes to move it.
private struct Table: Sendable {
    let world: World
    let company: TestTenant.Company
    let deals = Deals(services: Services())
    let now = Moment(seconds: 1_790_000_000)

    func create(_ items: [DealItem], by actor: Actor? = nil) async throws -> [WrittenDeal] {
        try await deals.create(
            items.enumerated().map { .init(requestID: String($0), value: $1) },
            by: actor ?? company.administrator, in: world.a.database, now: now)
    }

    func update(
        _ item: DealItem, by actor: Actor? = nil, ifMatch: Int64? = nil, after seconds: Int64 = 60
    ) async throws -> WrittenDeal {
        try await deals.update(
            [.init(requestID: "0", value: item)], ifMatch: ifMatch, isSingle: true,
            by: actor ?? company.administrator, in: world.a.database,
            now: now.adding(seconds: seconds))[0]
    }

    func count(_ statement: PostgresStatement) async throws -> Int64 {
        try await world.a.database.query(statement).one().decode(0, as: Int64.self)
    }
}

private func item(_ change: (inout DealItem) -> Void) -> DealItem {
    var reader = FieldReader(JSONObject())
    var item = DealItem(&reader, isUpdate: false)
    change(&item)
    return item
}

private func withDeals(_ body: @Sendable (Table) async throws -> Void) async throws {
    try await withTenants { world in
        let company = try await world.a.furnish()
        _ = try await world.b.furnish()
        try await body(Table(world: world, company: company))
    }
}

@Suite("A deal")
struct MoveTests {
    @Test("is created with its stage span, event and outbox entry, or not at all")
    func create() async throws {
        try await withDeals { table in
            let written = try await table.create([
                item {
                    $0.name = "Окрашивание"; $0.amount = Money(minor: 1_450_000)
                },
                item { $0.name = "Уход" },
            ])
            #expect(written.count == 2)
            #expect(
                try await table.count("SELECT count(*) FROM stage_spans WHERE left_at IS NULL") == 2
            )
            #expect(
                try await table.count("SELECT count(*) FROM events WHERE type = 'lead_added'") == 2)
            #expect(try await table.count("SELECT count(*) FROM outbox") == 2)
            await #expect(throws: BatchRefusal.self) {
                _ = try await table.create([item { $0.name = "Да" }, item { $0.stageID = 5 }])
            }
            #expect(try await table.count("SELECT count(*) FROM deals") == 2)
            let neighbour = try await table.world.b.database.query("SELECT count(*) FROM deals")
            #expect(try neighbour.one().decode(0, as: Int64.self) == 0)
        }
    }

    @Test("moves to a stage of its pipeline and leaves one closed and one open span")
    func move() async throws {
        try await withDeals { table in
            let deal = try await table.create([item { $0.name = "Сделка" }])[0]
            let target = table.company.stageIDs[2]
            let moved = try await table.update(
                item {
                    $0.id = deal.id; $0.stageID = target
                })
            #expect(moved.version == 2)
            #expect(moved.eventIDs.count == 1)
            let spans = try await table.world.a.database.query(
                """
                SELECT stage_id, left_at IS NULL, extract(epoch FROM left_at - entered_at)::bigint
                FROM stage_spans ORDER BY id
                """
            ).map { try $0.decode(Int64.self, Bool.self, Int64?.self) }
            #expect(spans.count == 2)
            #expect(spans[0].1 == false && spans[0].2 == 60)
            #expect(spans[1].0 == target && spans[1].1)
        }
    }

    @Test("cannot move to a stage that its pipeline does not have")
    func unknownStage() async throws {
        try await withDeals { table in
            let deal = try await table.create([item { $0.name = "Сделка" }])[0]
            let refusal = await #expect(throws: BatchRefusal.self) {
                _ = try await table.update(
                    item {
                        $0.id = deal.id; $0.stageID = 77
                    })
            }
            #expect(refusal?.items.first?.refusals.first?.path == "status_id")
            #expect(try await table.count("SELECT max(version) FROM deals") == 1)
        }
    }

    @Test("is closed when it is won or lost, and open again when it is moved back")
    func closing() async throws {
        try await withDeals { table in
            let deal = try await table.create([item { $0.name = "Сделка" }])[0]
            let reason = try await table.count("SELECT min(id) FROM loss_reasons")
            _ = try await table.update(
                item {
                    $0.id = deal.id; $0.stageID = 143; $0.lossReason = .value(reason)
                })
            #expect(
                try await table.count("SELECT count(*) FROM deals WHERE closed_at IS NOT NULL") == 1
            )
            #expect(try await table.count("SELECT loss_reason_id FROM deals") == reason)
            _ = try await table.update(
                item {
                    $0.id = deal.id; $0.stageID = table.company.stageIDs[0]
                }, after: 120)
            #expect(
                try await table.count(
                    "SELECT count(*) FROM deals WHERE closed_at IS NULL AND loss_reason_id IS NULL")
                    == 1)
        }
    }

    @Test("that was changed meanwhile is refused with If-Match, and merged without")
    func versions() async throws {
        try await withDeals { table in
            let deal = try await table.create([item { $0.name = "Сделка" }])[0]
            _ = try await table.update(
                item {
                    $0.id = deal.id; $0.name = "Другая"
                })
            await #expect(throws: Outdated.self) {
                _ = try await table.update(
                    item {
                        $0.id = deal.id; $0.amount = Money(minor: 5)
                    }, ifMatch: 1)
            }
            let merged = try await table.update(
                item {
                    $0.id = deal.id; $0.amount = Money(minor: 5)
                })
            #expect(merged.version == 3)
        }
    }

    @Test("moved by twenty people at once keeps one open span and an unbroken history")
    func concurrentMoves() async throws {
        try await withDeals { table in
            let deal = try await table.create([item { $0.name = "Сделка" }])[0]
            let stages = table.company.stageIDs
            let moved = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        let target = stages[number % stages.count]
                        return
                            (try? await table.update(
                                item {
                                    $0.id = deal.id; $0.stageID = target
                                })) != nil
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(moved >= 1)
            #expect(
                try await table.count("SELECT count(*) FROM stage_spans WHERE left_at IS NULL") == 1
            )
            let spans = try await table.count("SELECT count(*) FROM stage_spans")
            let events = try await table.count(
                "SELECT count(*) FROM events WHERE type = 'lead_status_changed'")
            #expect(spans == events + 1)
            #expect(try await table.count("SELECT count(*) FROM outbox") == events + 1)
        }
    }

    @Test("of another seller is not found by a seller who may see only his own")
    func rights() async throws {
        try await withDeals { table in
            let deal = try await table.create([item { $0.name = "Моя" }], by: table.company.seller)[
                0]
            await #expect(throws: NotFound.self) {
                _ = try await table.update(
                    item {
                        $0.id = deal.id; $0.name = "Чужая"
                    }, by: table.company.otherSeller)
            }
            _ = try await table.update(
                item {
                    $0.id = deal.id; $0.name = "Всё ещё моя"
                }, by: table.company.seller)
        }
    }

    @Test("of the neighbour's company does not exist")
    func isolation() async throws {
        try await withDeals { table in
            let deal = try await table.create([item { $0.name = "Сделка" }])[0]
            await #expect(throws: NotFound.self) {
                _ = try await table.deals.update(
                    [
                        .init(
                            requestID: "0",
                            value: item {
                                $0.id = deal.id; $0.name = "x"
                            })
                    ],
                    isSingle: true, by: table.company.administrator, in: table.world.b.database,
                    now: table.now)
            }
        }
    }
}
