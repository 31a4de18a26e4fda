import Foundation
package import Logging
package import Postgres
import ServiceLifecycle
import Synchronization

/// The directory of tenants and the pools that reach them.
package final class Tenants: Service, Sendable {
    /// For how long a found tenant is believed; a suspension takes effect within it.
    static let remembered_ms: Int64 = 1_000
    /// For how many tenants.
    static let remembered_max = 10_000

    /// The control tables, under their own login.
    package let control: PostgresPool
    private let cell: PostgresPool
    private let known = Mutex<[String: Known]>([:])

    private struct Known {
        let tenant: Tenant?
        let until: ContinuousClock.Instant
    }

    package init(logins: DatabaseLogins, connections: Int, logger: Logger) {
        control = PostgresPool(
            configuration: .init(url: logins.control, maxConnections: 4), logger: logger)
        cell = PostgresPool(
            configuration: .init(url: logins.cell, maxConnections: connections), logger: logger)
    }

    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.control.run() }
            group.addTask { try await self.cell.run() }
            try await group.waitForAll()
        }
    }

    /// nil: there is no such tenant (never was, or it is deleted).
    package func find(slug: String) async throws -> Tenant? {
        try await find(
            "s:" + slug, "SELECT \(Tenant.columns) FROM control.tenants WHERE slug = \(slug)")
    }

    package func find(id: Int64) async throws -> Tenant? {
        try await find("i:\(id)", "SELECT \(Tenant.columns) FROM control.tenants WHERE id = \(id)")
    }

    /// All that can be served, for sweeps.
    package func active() async throws -> [Tenant] {
        try await control.query(
            "SELECT \(Tenant.columns) FROM control.tenants WHERE state = 'active' ORDER BY id"
        ).map { try Tenant(row: $0) }
    }

    package func forgetAll() {
        known.withLock { $0.removeAll() }
    }

    package func database(of tenant: Tenant) -> TenantDatabase {
        TenantDatabase(tenant: tenant, pool: cell)
    }

    private func find(_ key: String, _ statement: PostgresStatement) async throws -> Tenant? {
        let now = ContinuousClock.now
        if let found = known.withLock({ $0[key] }), found.until > now { return found.tenant }
        var tenant = try await control.query(statement).first.map { try Tenant(row: $0) }
        if tenant?.state == .deleted || tenant?.state == .provisioning { tenant = nil }
        let fresh = Known(tenant: tenant, until: now + .milliseconds(Self.remembered_ms))
        known.withLock { known in
            if known.count >= Self.remembered_max { known.removeAll() }
            known[key] = fresh
        }
        return tenant
    }
}
