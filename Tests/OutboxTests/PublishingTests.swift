import Postgres
import Tenancy
import Testing
import VoronkaTesting

@testable import Outbox

@Suite("Publishing")
struct PublishingTests {
    @Test("Numbers follow the order of the outbox, without a gap, and stay with their company")
    func order() async throws {
        try await withTenants { world in
            let relay = world.relay()
            try await world.a.happen(7, 8)
            try await world.a.happen(9)
            try await world.b.happen(7)
            #expect(try await relay.publish(world.a.tenant) == 3)
            #expect(try await relay.publish(world.a.tenant) == 0)
            let replayed = try await relay.replay(world.a.database, after: 0).events
            let events = try #require(replayed)
            #expect(events.map(\.streamNo) == [1, 2, 3])
            #expect(events.map(\.entityID) == [7, 8, 9])
            #expect(try await relay.replay(world.b.database, after: 0).events?.isEmpty == true)
            #expect(
                try await world.b.number("SELECT count(*) FROM outbox WHERE stream_no IS NULL") == 1
            )
        }
    }

    @Test("A change that is rolled back leaves no event")
    func rollback() async throws {
        struct Regret: Error {}
        try await withTenants { world in
            await #expect(throws: Regret.self) {
                try await world.a.database.transaction { transaction in
                    _ = try await transaction.query(Outbox.append([TestTenant.draft(of: 1)]))
                    throw Regret()
                }
            }
            let published = try await world.relay().publish(world.a.tenant)
            #expect(published == 0)
        }
    }

    @Test("Two servers publish the same company at once: every number once, none missing")
    func twoServers() async throws {
        try await withTenants { world in
            let one = world.relay(name: "one")
            let two = world.relay(name: "two")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for relay in [one, two] {
                    group.addTask {
                        for deal in 1...20 {
                            try await world.a.happen(Int64(deal))
                            try await relay.publish(world.a.tenant)
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await one.publish(world.a.tenant)
            let replayed = try await two.replay(world.a.database, after: 0).events
            let events = try #require(replayed)
            #expect(events.map(\.streamNo) == Array(1...40))
        }
    }

    @Test("Old rows go once nobody can need them, and resuming from them asks for a reload")
    func cleanUp() async throws {
        try await withTenants { world in
            let clock = StillClock()
            let recorder = Recorder()
            let relay = world.relay(subscribers: [recorder], time: clock.source)
            try await world.a.happen(1, 2)
            try await relay.publish(world.a.tenant)
            clock.advance(seconds: Relay.retention_s + 1)
            #expect(try await relay.cleanUp(world.a.tenant) == 0)
            try await relay.deliver(world.a.tenant)
            #expect(try await relay.cleanUp(world.a.tenant) == 2)
            #expect(try await relay.replay(world.a.database, after: 1).events == nil)
            #expect(try await relay.replay(world.a.database, after: 2).events?.isEmpty == true)
            let ahead = try await relay.replay(world.a.database, after: 3)
            #expect(ahead.events == nil)
            #expect(ahead.newest == 2, "where the screen goes on from")
        }
    }

    @Test("The sweep wakes the relay for what was lost, and for nothing else")
    func sweep() async throws {
        try await withTenants { world in
            let clock = StillClock()
            let recorder = Recorder()
            let relay = world.relay(subscribers: [recorder], time: clock.source)
            let tenant = world.a.tenant
            #expect(try await !relay.hasWork(tenant))
            recorder.fail(for: [2])
            try await world.a.happen(1, 2)
            #expect(try await relay.hasWork(tenant))
            try await relay.publish(tenant)
            #expect(try await relay.hasWork(tenant))
            try await relay.deliver(tenant)
            #expect(try await !relay.hasWork(tenant))
            clock.advance(seconds: Deliveries.backoff_s_min)
            #expect(try await relay.hasWork(tenant))
            recorder.fail(for: [])
            try await relay.deliver(tenant)
            #expect(try await !relay.hasWork(tenant))
            #expect(recorder.got == [1, 2])
            #expect(try await !relay.hasWork(world.b.tenant))
        }
    }

    @Test(
        "A round over all companies is spread over time",
        arguments: [
            (0, 1_000), (1, 1_000), (600, 1_000), (601, 998), (1_000, 600), (30_000, 20),
            (100_000, 20),
        ] as [(Int, Int64)])
    func spread(tenants: Int, pause_ms: Int64) {
        #expect(Relay.sweepPause_ms(tenants: tenants) == pause_ms)
    }
}
