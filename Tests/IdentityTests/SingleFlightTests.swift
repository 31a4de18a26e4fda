import Synchronization
import Testing
import Vocabulary
import Web

@testable import Identity

private struct Broken: Error {}

/// A reading that ends when it is told to, and counts how often it began.
private final class Reading: Sendable {
    private let began = Mutex(0)
    private let gate = AsyncStream<Void>.makeStream()

    var count: Int { began.withLock { $0 } }

    func open() { gate.continuation.finish() }

    func read() async throws -> Int {
        let number = began.withLock { count in
            count += 1
            return count
        }
        for await _ in gate.stream {}
        return number
    }
}

@Suite("Callers at the same time")
struct SingleFlightTests {
    @Test("share one reading of the same thing, and none of another's")
    func shared() async throws {
        let flights = SingleFlight<String, Int>()
        let one = Reading()
        let other = Reading()
        // Each runs here until it waits, so that all have asked before anything is answered.
        let callers = (0..<5).map { _ in
            Task.immediate { try await flights.value(for: "a") { try await one.read() } }
        }
        let stranger = Task.immediate {
            try await flights.value(for: "b") { try await other.read() }
        }
        one.open()
        other.open()
        for caller in callers { #expect(try await caller.value == 1) }
        #expect(try await stranger.value == 1)
        #expect(one.count == 1)
        #expect(other.count == 1)
        #expect(try await flights.value(for: "a") { try await one.read() } == 2)
    }

    @Test("share its failure, and the next one reads again")
    func failure() async throws {
        let flights = SingleFlight<String, Int>()
        let reading = Reading()
        let callers = (0..<3).map { _ in
            Task.immediate {
                try await flights.value(for: "a") {
                    _ = try await reading.read()
                    throw Broken()
                }
            }
        }
        reading.open()
        for caller in callers {
            await #expect(throws: Broken.self) { try await caller.value }
        }
        #expect(reading.count == 1)
        #expect(try await flights.value(for: "a") { 7 } == 7)
    }

    @Test("on two companies' hosts with one cookie: only its own lets it in")
    func twoHosts() async throws {
        try await withIdentity { world in
            try await world.member("anna", of: world.a)
            let identity = world.identity
            for _ in 0..<5 {
                let secret = try await world.signIn("anna", at: world.a)
                let callers = [world.b, world.a, world.b, world.a].map { tenant in
                    Task.immediate {
                        try await identity.authenticate(cookie: secret, tenant: tenant)
                    }
                }
                for (place, caller) in callers.enumerated() {
                    if place % 2 == 1 {
                        #expect(try await caller.value.tenant == world.a)
                    } else {
                        await #expect(throws: Unauthenticated.self) { try await caller.value }
                    }
                }
            }
        }
    }
}
