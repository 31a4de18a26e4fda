import Postgres
import Tenancy
import Testing
import VoronkaTesting

@testable import Outbox

@Suite("Delivering to subscribers")
struct DeliveryTests {
    @Test("Every event once and in order, from where the cursor stands")
    func inOrder() async throws {
        try await withTenants { world in
            let recorder = Recorder()
            let relay = world.relay(subscribers: [recorder])
            try await world.a.happen(1, 2, 1)
            try await world.b.happen(1)
            try await relay.publish(world.a.tenant)
            try await relay.deliver(world.a.tenant)
            try await relay.deliver(world.a.tenant)
            #expect(recorder.got == [1, 2, 3])
        }
    }

    @Test("A stuck delivery holds back only its own deal, and the deal's events keep their order")
    func stuck() async throws {
        try await withTenants { world in
            let clock = StillClock()
            let recorder = Recorder()
            let relay = world.relay(subscribers: [recorder], time: clock.source)
            recorder.fail(for: [1])
            try await world.a.happen(1, 2, 1, 3)
            try await relay.publish(world.a.tenant)
            try await relay.deliver(world.a.tenant)
            #expect(recorder.got == [2, 4])

            recorder.fail(for: [])
            try await relay.deliver(world.a.tenant)
            #expect(recorder.got == [2, 4], "its back-off is not over")
            try await world.a.happen(1)
            try await relay.publish(world.a.tenant)
            clock.advance(seconds: Deliveries.backoff_s(afterAttempts: 1))
            try await relay.deliver(world.a.tenant)
            #expect(recorder.got == [2, 4, 1, 3, 5])
            #expect(try await world.a.number("SELECT count(*) FROM outbox_retries") == 0)
        }
    }

    @Test("After too many failures a delivery is dead and its deal goes on")
    func dead() async throws {
        try await withTenants { world in
            let clock = StillClock()
            let recorder = Recorder()
            let relay = world.relay(subscribers: [recorder], time: clock.source)
            recorder.fail(for: [1])
            try await world.a.happen(1)
            try await relay.publish(world.a.tenant)
            for _ in 1...Deliveries.attempts_max {
                try await relay.deliver(world.a.tenant)
                clock.advance(seconds: Deliveries.backoff_s_max)
            }
            #expect(
                try await world.a.number("SELECT count(*) FROM outbox_retries WHERE is_dead") == 1)
            recorder.fail(for: [])
            try await world.a.happen(1)
            try await relay.publish(world.a.tenant)
            try await relay.deliver(world.a.tenant)
            #expect(recorder.got == [2])
        }
    }

    @Test("Only the server with the lease delivers; another takes over when it is silent")
    func lease() async throws {
        try await withTenants { world in
            let clock = StillClock()
            let first = Recorder()
            let second = Recorder()
            let one = world.relay(subscribers: [first], name: "one", time: clock.source)
            let two = world.relay(subscribers: [second], name: "two", time: clock.source)
            try await world.a.happen(1)
            try await one.publish(world.a.tenant)
            try await one.deliver(world.a.tenant)
            try await world.a.happen(2)
            try await two.publish(world.a.tenant)
            try await two.deliver(world.a.tenant)
            #expect(first.got == [1])
            #expect(second.got == [])
            clock.advance(seconds: Lease.duration_s)
            try await two.deliver(world.a.tenant)
            #expect(second.got == [2])
        }
    }

    @Test("A back-off doubles and has an end")
    func backoff() {
        #expect((1...4).map { Deliveries.backoff_s(afterAttempts: $0) } == [5, 10, 20, 40])
        #expect(Deliveries.backoff_s(afterAttempts: .max) == Deliveries.backoff_s_max)
    }
}
