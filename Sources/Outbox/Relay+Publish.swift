import Postgres
import Synchronization
package import Tenancy
import Vocabulary

extension Relay {
    /// Events numbered in one statement.
    static let batch_max: Int32 = 500

    /// Publishes all that waits in the tenant's outbox; gives how many events that were.
    @discardableResult
    package func publish(_ tenant: Tenant) async throws -> Int {
        var total = 0
        while true {
            // The lock first, in a statement of its own: the second one then sees what the last
            // holder wrote.
            let results = try await tenants.database(of: tenant).pipeline([
                "SELECT last_no FROM outbox_stream FOR UPDATE",
                """
                WITH waiting AS (
                    SELECT id, row_number() OVER (ORDER BY id) AS place
                    FROM (
                        SELECT id FROM outbox WHERE stream_no IS NULL ORDER BY id LIMIT \(Self.batch_max)
                    ) AS oldest
                ), stream AS (
                    UPDATE outbox_stream
                    SET last_no = last_no + (SELECT count(*) FROM waiting)
                    WHERE EXISTS (SELECT 1 FROM waiting)
                    RETURNING last_no - (SELECT count(*) FROM waiting) AS base
                ), numbered AS (
                    UPDATE outbox
                    SET stream_no = stream.base + waiting.place
                    FROM waiting, stream
                    WHERE outbox.id = waiting.id AND outbox.stream_no IS NULL
                    RETURNING outbox.stream_no, event_id, topic, entity_type, entity_id, payload,
                        outbox.created_at
                )
                SELECT \(Published.columns)
                FROM numbered AS o
                JOIN events AS e ON e.id = o.event_id
                ORDER BY o.stream_no
                """,
            ])
            let events = try results[1].map { try Published(row: $0) }
            if let first = events.first {
                figures.published(events, at: time.now())
                announcements.add(tenantID: tenant.id, first: first.streamNo)
                try await show(tenant, events)
            }
            total += events.count
            if events.count < Int(Self.batch_max) { return total }
        }
    }

    /// Brings what is published to every subscriber, if no other server is at it.
    package func deliver(_ tenant: Tenant) async throws {
        guard !subscribers.isEmpty else { return }
        let database = tenants.database(of: tenant)
        let lease = Lease(database: database, holder: serverID, time: time)
        guard try await lease.take() else { return }
        for subscriber in subscribers {
            try await Deliveries(database: database, subscriber: subscriber, time: time)
                .run { try await lease.take() }
        }
    }

    // MARK: Screens

    /// Our own batch: straight on, unless another server published before it.
    private func show(_ tenant: Tenant, _ events: [Published]) async throws {
        guard feed.hasListeners(tenantID: tenant.id) else {
            shown.withLock { $0[tenant.id] = nil }
            return
        }
        guard let first = events.first, let last = events.last else { return }
        let position = shown.withLock { $0[tenant.id] }
        if let position, first.streamNo != position + 1 {
            return try await show(tenant, announcedFrom: position + 1)
        }
        feed.publish(events, tenantID: tenant.id)
        shown.withLock { $0[tenant.id] = last.streamNo }
    }

    /// What another server published, read from the outbox.
    func show(_ tenant: Tenant, announcedFrom first: Int64) async throws {
        guard feed.hasListeners(tenantID: tenant.id) else {
            shown.withLock { $0[tenant.id] = nil }
            return
        }
        let position = shown.withLock { $0[tenant.id] } ?? first - 1
        guard let events = try await events(tenants.database(of: tenant), after: position).events
        else {
            shown.withLock { $0[tenant.id] = nil }
            return feed.reset(tenantID: tenant.id)
        }
        feed.publish(events, tenantID: tenant.id)
        shown.withLock { $0[tenant.id] = events.last?.streamNo ?? position }
    }
}
