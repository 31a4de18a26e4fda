import Foundation
import Identity
import Postgres
package import Tenancy
import Vocabulary

/// A company of a test: always one of two.
package struct TestTenant: Sendable {
    package let tenant: Tenant
    package let database: TenantDatabase

    /// Unlike any other.
    static func slug() -> String { "test-" + UUID().uuidString.lowercased().prefix(12) }
}

/// Two companies that know nothing of each other. What a test does in one must never be felt in
/// the other.
package struct World: Sendable {
    package let a: TestTenant
    package let b: TestTenant
    package let tenants: Tenants
}

/// Worlds at the same time; each holds a few connections.
private let worlds = Turnstile(places: 6)

/// Runs a test with two companies as if just made, which are gone afterwards.
package func withTenants(_ body: @Sendable (World) async throws -> Void) async throws {
    let shared = try await TestDatabase.shared()
    try await inWorldPlace { try await withWorld(shared, body) }
}

/// Waits for one of the places.
func inWorldPlace(_ body: () async throws -> Void) async throws {
    try await worlds.enter()
    do {
        try await body()
    } catch {
        await worlds.leave()
        throw error
    }
    await worlds.leave()
}

private func withWorld(
    _ shared: TestDatabase, _ body: @Sendable (World) async throws -> Void
) async throws {
    try await shared.companies.withTwo { a, b in
        let tenants = Tenants(logins: shared.logins, connections: 4, logger: shared.logger)
        let world = World(
            a: TestTenant(tenant: a, database: tenants.database(of: a)),
            b: TestTenant(tenant: b, database: tenants.database(of: b)), tenants: tenants)
        let outcome: Result<Void, any Error> = await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await tenants.run() }
            defer { group.cancelAll() }
            do { return .success(try await body(world)) } catch { return .failure(error) }
        }
        try outcome.get()
    }
}

/// Lets so many through at a time; the others wait their turn.
private actor Turnstile {
    private var places: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(places: Int) { self.places = places }

    func enter() async throws {
        if places > 0 {
            places -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    func leave() {
        if waiting.isEmpty { places += 1 } else { waiting.removeFirst().resume() }
    }
}
