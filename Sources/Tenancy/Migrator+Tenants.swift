import Logging
import Postgres
import Synchronization

extension Migrator {
    /// Connections that migrate the companies of one cell at the same time.
    static let connections_max = 4
    /// How long a step waits for a lock before it gives way to the requests and is tried again.
    static let lockTimeout_ms = 2_000
    static let lockAttempts_max = 5

    typealias Skipped = (slug: String, reason: String)

    /// Companies of one cell over a few connections; gives those that had to be skipped.
    func migrate(_ tenants: [Tenant], in cell: Cell) async -> [Skipped] {
        let queue = Queue(tenants)
        return await withTaskGroup(of: [Skipped].self) { group in
            for _ in 0..<min(Self.connections_max, tenants.count) {
                group.addTask { await work(queue, in: cell) }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
    }

    private func work(_ queue: Queue, in cell: Cell) async -> [Skipped] {
        var skipped: [Skipped] = []
        // After a failure a new session: the old one may be broken.
        while let first = queue.next() {
            var current = first
            do {
                try await PostgresSession.withSession(url: logins.migrator(of: cell)) { session in
                    try await migrate(current, session)
                    while let next = queue.next() {
                        current = next
                        try await migrate(current, session)
                    }
                }
            } catch {
                logger.error(
                    "a tenant keeps its old schema",
                    metadata: ["tenant": "\(current.slug)", "error": "\(error)"])
                skipped.append((current.slug, "\(error)"))
            }
        }
        return skipped
    }

    private func migrate(_ tenant: Tenant, _ session: PostgresSession) async throws {
        let key = tenant.schemaKey.rawValue
        // The schema itself is right: a killed migration of another database may not have told the
        // control row.
        let done = try await session.script(
            """
            SET LOCAL ROLE \(DatabaseLogins.owner);
            SELECT max(version) FROM \(key).schema_migrations;
            """
        ).one().decode(0, as: Int32.self)
        if done > tenant.schemaVersion { try await note(done, tenant) }
        for file in self.tenant.after(done) {
            try await migrate(tenant, file, session)
            if !tenant.cell.isHome { try await note(file.version, tenant) }
        }
    }

    private func note(_ version: Int32, _ tenant: Tenant) async throws {
        try await PostgresSession.withSession(url: logins.migrator) {
            _ = try await $0.script(
                "SET LOCAL ROLE \(DatabaseLogins.owner);\n" + noted(version, tenant))
        }
    }

    private func noted(_ version: Int32, _ tenant: Tenant) -> String {
        "UPDATE control.tenants SET schema_version = \(version) WHERE id = \(tenant.id);"
    }

    private func migrate(
        _ tenant: Tenant, _ file: Migrations.File, _ session: PostgresSession
    ) async throws {
        let script = """
            SET LOCAL ROLE \(DatabaseLogins.owner);
            SET LOCAL search_path = \(tenant.schemaKey.rawValue), pg_temp;
            SET LOCAL lock_timeout = \(Self.lockTimeout_ms);
            \(file.sql)
            INSERT INTO schema_migrations (version, name) VALUES (\(file.version), '\(file.name)');
            \(tenant.cell.isHome ? noted(file.version, tenant) : "")
            """
        for attempt in 1... {
            do {
                _ = try await session.script(script)
                return
            } catch {
                guard error.isLockTimeout, attempt < Self.lockAttempts_max else { throw error }
            }
        }
    }
}

/// Who is still to be migrated.
private final class Queue: Sendable {
    private let tenants: Mutex<ArraySlice<Tenant>>

    init(_ tenants: [Tenant]) { self.tenants = Mutex(tenants[...]) }

    func next() -> Tenant? { tenants.withLock { $0.popFirst() } }
}
