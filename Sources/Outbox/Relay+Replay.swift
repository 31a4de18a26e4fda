import Postgres
import Synchronization
package import Tenancy
import Vocabulary

extension Relay {
    /// How long a published event can still be resumed from.
    package static let retention_s: Int64 = 3 * 86_400

    /// The published events after a number, oldest first, and the newest number; events nil: too
    /// far back, the screen must reload and go on from the newest. Subscribe to the feed first, so
    /// that nothing falls between the two.
    package func replay(
        _ database: TenantDatabase, after streamNo: Int64
    ) async throws -> (events: [Published]?, newest: Int64) {
        let (events, newest) = try await events(database, after: streamNo)
        // From here on the feed sees a gap that another server leaves.
        shown.withLock { shown in
            if shown[database.tenant.id] == nil { shown[database.tenant.id] = newest }
        }
        return (events, newest)
    }

    /// events: nil when some are gone already, or too many, or the number was never given out.
    func events(
        _ database: TenantDatabase, after streamNo: Int64
    ) async throws -> (events: [Published]?, newest: Int64) {
        let rows = try await database.pipeline([
            """
            SELECT coalesce((SELECT min(stream_no) FROM outbox), last_no + 1), last_no
            FROM outbox_stream
            """,
            """
            SELECT \(Published.columns)
            FROM outbox AS o
            JOIN events AS e ON e.id = o.event_id
            WHERE o.stream_no > \(streamNo)
            ORDER BY o.stream_no
            LIMIT \(Int32(LiveFeed.bufferedEvents_max + 1))
            """,
        ])
        let (oldest, last) = try rows[0].one().decode(Int64.self, Int64.self)
        let events = try rows[1].map { try Published(row: $0) }
        // The second statement may see a later state than the first.
        let newest = max(last, events.last?.streamNo ?? 0)
        let isKnown = streamNo >= oldest - 1 && streamNo <= newest
        guard isKnown, events.count <= LiveFeed.bufferedEvents_max else { return (nil, newest) }
        return (events, newest)
    }
}
