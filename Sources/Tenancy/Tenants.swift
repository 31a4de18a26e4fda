import Foundation
package import Logging
package import Postgres
import ServiceLifecycle
import Synchronization

/// The directory of tenants and the pools that reach them: of each cell one for requests and a
/// small one for long work, opened when first used.
package final class Tenants: Service, Sendable {
    /// For how long a found tenant is believed; a suspension takes effect within it.
    static let remembered_ms: Int64 = 1_000
    /// How many names and numbers of tenants.
    static let remembered_max = 10_000
    /// Connections of one cell for long work; those for requests are a setting.
    static let longConnections_max = 2
    /// Long work may wait for its turn.
    static let longAcquireTimeout_ms = 60_000

    /// The control tables, under their own login.
    package let control: PostgresPool
    private let logins: DatabaseLogins
    private let connections: Int
    private let neededVersion: Int32
    private let logger: Logger
    private let known = Mutex<[String: Known]>([:])
    private let cells = Mutex<[Door: PostgresPool]>([:])

    private struct Known {
        let tenant: Tenant?
        let until: ContinuousClock.Instant
    }

    private struct Door: Hashable {
        let cell: Cell
        let work: TenantDatabase.Work
    }

    /// - Parameters:
    ///   - connections: for requests, to each cell.
    ///   - neededVersion: of the tenants' schemas; a tenant that is behind is refused with 503.
    package init(
        logins: DatabaseLogins, connections: Int, neededVersion: Int32 = 0, logger: Logger
    ) {
        self.logins = logins
        self.connections = connections
        self.neededVersion = neededVersion
        self.logger = logger
        control = PostgresPool(
            configuration: .init(url: logins.control, maxConnections: 4), logger: logger)
    }

    /// Until the graceful shutdown; then drains every pool.
    package func run() async throws {
        try? await gracefulShutdown()
        await shutdown()
    }

    func shutdown() async {
        let pools = cells.withLock { Array($0.values) } + [control]
        await withTaskGroup(of: Void.self) { group in
            for pool in pools { group.addTask { await pool.shutdown() } }
        }
    }

    /// nil: there is no such tenant (never was, or it is deleted).
    package func find(slug: String) async throws -> Tenant? {
        try await find(
            Self.key(slug: slug),
            "SELECT \(Tenant.columns) FROM control.tenants WHERE slug = \(slug)")
    }

    package func find(id: Int64) async throws -> Tenant? {
        try await find(
            Self.key(id: id), "SELECT \(Tenant.columns) FROM control.tenants WHERE id = \(id)")
    }

    private static func key(slug: String) -> String { "s:" + slug }
    private static func key(id: Int64) -> String { "i:\(id)" }

    /// All that can be served, for sweeps.
    package func active() async throws -> [Tenant] {
        try await control.query(
            """
            SELECT \(Tenant.columns)
            FROM control.tenants
            WHERE state = 'active' AND schema_version >= \(neededVersion)
            ORDER BY id
            """
        ).map { try Tenant(row: $0) }
    }

    package func forgetAll() {
        known.withLock { $0.removeAll() }
    }

    package func database(
        of tenant: Tenant, for work: TenantDatabase.Work = .requests
    ) -> TenantDatabase {
        TenantDatabase(tenant: tenant, pool: pool(of: tenant.cell, for: work), work: work)
    }

    /// Of each pool that was opened: `control`, `c1` for requests to the first cell, `c1_long` for
    /// long work there.
    package var pools: [(name: String, figures: PostgresPool.Figures)] {
        let opened = cells.withLock { $0 }.map { door, pool in
            (
                name: door.work == .requests ? "c\(door.cell.id)" : "c\(door.cell.id)_long",
                figures: pool.figures
            )
        }
        return [(name: "control", figures: control.figures)] + opened.sorted { $0.name < $1.name }
    }

    func pool(of cell: Cell, for work: TenantDatabase.Work) -> PostgresPool {
        cells.withLock { cells in
            let door = Door(cell: cell, work: work)
            if let pool = cells[door] { return pool }
            var configuration = PostgresPool.Configuration(url: logins.tenants(of: cell))
            switch work {
            case .requests: configuration.maxConnections = connections
            case .longWork:
                configuration.maxConnections = Self.longConnections_max
                configuration.acquireTimeout_ms = Self.longAcquireTimeout_ms
            }
            let pool = PostgresPool(configuration: configuration, logger: logger)
            cells[door] = pool
            return pool
        }
    }

    private func find(_ key: String, _ statement: PostgresStatement) async throws -> Tenant? {
        let now = ContinuousClock.now
        if let found = known.withLock({ $0[key] }), found.until > now {
            return try current(found.tenant)
        }
        var tenant = try await control.query(statement).first.map { try Tenant(row: $0) }
        if tenant?.state == .deleted || tenant?.state == .provisioning { tenant = nil }
        let fresh = Known(tenant: tenant, until: now + .milliseconds(Self.remembered_ms))
        known.withLock { known in
            if known.count >= Self.remembered_max { known.removeAll() }
            known[key] = fresh
            // A request asks by both: by the host's name, and by the account in the credential.
            if let tenant {
                known[Self.key(slug: tenant.slug)] = fresh
                known[Self.key(id: tenant.id)] = fresh
            }
        }
        return try current(tenant)
    }

    private func current(_ tenant: Tenant?) throws -> Tenant? {
        if let tenant, tenant.schemaVersion < neededVersion { throw TenantBehind() }
        return tenant
    }
}
