import Logging
import Postgres
import Synchronization
package import Tenancy
import Vocabulary

extension Relay {
    /// How long a round over all tenants takes, looking for events whose wake-up was lost, due
    /// retries and old rows. All at once they would read every tenant's catalogue at once.
    static let sweepRound_s: Int64 = 600
    /// Between two tenants; so that a small instance is through sooner.
    static let sweepPause_ms_max: Int64 = 1_000
    /// Between two tenants, however many there are: a round then takes longer.
    static let sweepPause_ms_min: Int64 = 20
    /// The rest between two rounds.
    package static let sweepRest_s = 30

    /// Old rows removed at a time.
    static let cleanUp_max: Int32 = 5_000

    /// A wake-up can be lost with the server that should have sent it; the events are not.
    func sweepUntilCancelled(rest: Duration) async {
        while !Task.isCancelled {
            do { try await sweepRound() } catch is CancellationError { return } catch {
                logger.warning("cannot sweep the outboxes", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: rest)
        }
    }

    /// Of a cell that is down one tenant is tried, and the others in the next round.
    private func sweepRound() async throws {
        let all = try await tenants.active()
        figures.keep(all)
        let pause_ms = Self.sweepPause_ms(tenants: all.count)
        var down: Set<Cell> = []
        for tenant in all where !down.contains(tenant.cell) {
            let isReachable = await attempt("cannot sweep", tenant.id) {
                try await self.sweep(tenant)
            }
            if !isReachable { down.insert(tenant.cell) }
            try await Task.sleep(for: .milliseconds(pause_ms))
        }
    }

    static func sweepPause_ms(tenants count: Int) -> Int64 {
        let share = sweepRound_s * 1_000 / Int64(max(count, 1))
        return min(max(share, sweepPause_ms_min), sweepPause_ms_max)
    }

    /// On the connections for long work: where nothing waits, no request is in the way.
    private func sweep(_ tenant: Tenant) async throws {
        if try await hasWork(tenant) { wake(tenant) }
        look(tenant)
        while try await cleanUp(tenant) == Int(Self.cleanUp_max) {}
    }

    /// An announcement is lost with the server that should have made it: what it had numbered is
    /// on no screen here.
    private func look(_ tenant: Tenant) {
        guard feed.hasListeners(tenantID: tenant.id),
            let position = shown.withLock({ $0[tenant.id] })
        else { return }
        announced(tenant, from: position + 1)
    }

    /// Is there an event without a number, or one that a subscriber should have by now?
    func hasWork(_ tenant: Tenant) async throws -> Bool {
        let names = subscribers.map(\.name)
        return try await tenants.database(of: tenant, for: .longWork).query(
            """
            SELECT EXISTS (SELECT FROM outbox WHERE stream_no IS NULL)
                OR EXISTS (
                    SELECT FROM unnest(\(names)) AS s (name)
                    CROSS JOIN outbox_stream
                    LEFT JOIN outbox_cursors AS c ON c.subscriber = s.name
                    WHERE coalesce(c.position, 0) < last_no
                )
                OR EXISTS (
                    SELECT FROM outbox_retries
                    WHERE subscriber = ANY(\(names)) AND NOT is_dead AND next_at <= \(time.now())
                )
            """
        ).one().decode(0, as: Bool.self)
    }

    /// Removes published rows that nobody can resume from and nobody waits for.
    @discardableResult
    package func cleanUp(_ tenant: Tenant) async throws -> Int {
        let names = subscribers.map(\.name)
        let before = time.now().adding(seconds: -Self.retention_s)
        return try await tenants.database(of: tenant, for: .longWork).query(
            """
            DELETE FROM outbox
            WHERE id IN (
                SELECT o.id
                FROM outbox AS o
                WHERE o.stream_no IS NOT NULL AND o.created_at < \(before)
                    AND NOT EXISTS (
                        SELECT FROM unnest(\(names)) AS s (name)
                        LEFT JOIN outbox_cursors AS c ON c.subscriber = s.name
                        WHERE coalesce(c.position, 0) < o.stream_no
                    )
                    AND NOT EXISTS (SELECT FROM outbox_retries AS r WHERE r.stream_no = o.stream_no)
                ORDER BY o.id
                LIMIT \(Self.cleanUp_max)
            )
            """
        ).affected
    }
}
