import Postgres
import Tenancy
import Vocabulary

/// Brings the published events of a tenant to one subscriber: new ones from its cursor on, failed
/// ones when their back-off is over. Needs the tenant's lease, for two at a time would deliver
/// twice and out of order.
struct Deliveries: Sendable {
    /// Events fetched at a time.
    static let batch_max: Int32 = 100
    /// Failures after which a delivery is dead: kept for the operator, no longer in the way of its
    /// card.
    static let attempts_max: Int32 = 8
    static let backoff_s_min: Int64 = 5
    static let backoff_s_max: Int64 = 3_600
    /// Of the words of a failure that are kept.
    static let error_characters_max = 500

    let database: TenantDatabase
    let subscriber: any Subscriber
    let time: TimeSource

    private struct Card: Hashable {
        let subject: Subject
        let id: Int64

        init(_ event: Published) {
            subject = event.subject
            id = event.entityID
        }
    }

    /// - Parameter renew: called before every batch; false: the lease is lost, stop.
    func run(renew: () async throws -> Bool) async throws {
        while try await renew(), try await retryDue() > 0 {}
        while try await renew(), try await deliverNew() == Int(Self.batch_max) {}
    }

    /// How long after its n-th failure a delivery waits.
    static func backoff_s(afterAttempts attempts: Int32) -> Int64 {
        min(backoff_s_max, backoff_s_min << Int64(min(max(attempts, 1) - 1, 20)))
    }

    // MARK: New events

    private func deliverNew() async throws -> Int {
        let rows = try await database.query(
            """
            SELECT \(Published.columns), EXISTS (
                SELECT FROM outbox_retries AS r
                WHERE r.subscriber = \(subscriber.name) AND r.entity_type = o.entity_type
                    AND r.entity_id = o.entity_id AND NOT r.is_dead
            ) AS is_held
            FROM outbox AS o
            JOIN events AS e ON e.id = o.event_id
            WHERE o.stream_no > coalesce(
                (SELECT position FROM outbox_cursors WHERE subscriber = \(subscriber.name)), 0)
            ORDER BY o.stream_no
            LIMIT \(Self.batch_max)
            """)
        var held: Set<Card> = []
        var after: [PostgresStatement] = []
        var last: Int64 = 0
        for row in rows {
            let event = try Published(row: row)
            let card = Card(event)
            last = event.streamNo
            if try row.decode("is_held", as: Bool.self) { held.insert(card) }
            if held.contains(card) {
                after.append(wait(event, attempts: 0, until: time.now(), error: nil))
            } else if let failure = await attempt(event) {
                held.insert(card)
                after.append(
                    wait(
                        event, attempts: 1,
                        until: time.now().adding(seconds: Self.backoff_s(afterAttempts: 1)),
                        error: failure))
            }
        }
        guard !rows.isEmpty else { return 0 }
        after.append(
            """
            INSERT INTO outbox_cursors (subscriber, position)
            VALUES (\(subscriber.name), \(last))
            ON CONFLICT (subscriber) DO UPDATE
            SET position = greatest(outbox_cursors.position, EXCLUDED.position)
            """)
        _ = try await database.pipeline(after)
        return rows.count
    }

    private func wait(
        _ event: Published, attempts: Int32, until: Moment, error: String?
    ) -> PostgresStatement {
        """
        INSERT INTO outbox_retries
            (subscriber, stream_no, entity_type, entity_id, attempts, next_at, last_error)
        VALUES (\(subscriber.name), \(event.streamNo), \(event.subject.rawValue), \(event.entityID),
            \(attempts), \(until), \(error))
        ON CONFLICT (subscriber, stream_no) DO NOTHING
        """
    }

    // MARK: Failed ones

    /// The oldest waiting delivery of every card whose time has come; gives how many were settled
    /// for good.
    private func retryDue() async throws -> Int {
        let rows = try await database.query(
            """
            SELECT \(Published.columns), r.attempts
            FROM (
                SELECT DISTINCT ON (entity_type, entity_id) stream_no, attempts, next_at
                FROM outbox_retries
                WHERE subscriber = \(subscriber.name) AND NOT is_dead
                ORDER BY entity_type, entity_id, stream_no
            ) AS r
            JOIN outbox AS o ON o.stream_no = r.stream_no
            JOIN events AS e ON e.id = o.event_id
            WHERE r.next_at <= \(time.now())
            ORDER BY o.stream_no
            LIMIT \(Self.batch_max)
            """)
        var settled = 0
        for row in rows {
            let event = try Published(row: row)
            let attempts = try row.decode("attempts", as: Int32.self) + 1
            if let failure = await attempt(event) {
                let isDead = attempts >= Self.attempts_max
                let next = time.now().adding(seconds: Self.backoff_s(afterAttempts: attempts))
                _ = try await database.query(
                    """
                    UPDATE outbox_retries
                    SET attempts = \(attempts), next_at = \(next), is_dead = \(isDead),
                        last_error = \(failure)
                    WHERE subscriber = \(subscriber.name) AND stream_no = \(event.streamNo)
                    """)
                if isDead { settled += 1 }
            } else {
                settled += 1
                _ = try await database.query(
                    """
                    DELETE FROM outbox_retries
                    WHERE subscriber = \(subscriber.name) AND stream_no = \(event.streamNo)
                    """)
            }
        }
        return settled
    }

    /// nil: delivered; otherwise the words of the failure.
    private func attempt(_ event: Published) async -> String? {
        do {
            try await subscriber.deliver(event, in: database)
            return nil
        } catch {
            let text = String(describing: error).replacing("\0", with: "")
            return String(text.prefix(Self.error_characters_max))
        }
    }
}
