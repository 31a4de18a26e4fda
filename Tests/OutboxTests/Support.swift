import Logging
import Postgres
import Synchronization
import Tenancy
import Vocabulary
import VoronkaTesting

@testable import Outbox

/// A clock that stands still until it is moved.
final class StillClock: Sendable {
    private let moment = Mutex(Moment(seconds: 1_800_000_000))

    var source: TimeSource { TimeSource { self.moment.withLock { $0 } } }
    func advance(seconds: Int64) {
        moment.withLock { $0 = $0.adding(seconds: seconds) }
    }
}

/// Remembers what it got, and fails for the deals it is told to fail for.
final class Recorder: Subscriber {
    struct Broken: Error {}

    let name = "recorder"
    private let state = Mutex((got: [Int64](), broken: Set<Int64>()))

    /// The stream numbers in the order of their delivery.
    var got: [Int64] { state.withLock { $0.got } }
    func fail(for deals: Set<Int64>) { state.withLock { $0.broken = deals } }

    func deliver(_ event: Published, in database: TenantDatabase) async throws {
        try state.withLock { state in
            if state.broken.contains(event.entityID) { throw Broken() }
            state.got.append(event.streamNo)
        }
    }
}

extension World {
    func relay(
        _ feed: LiveFeed = LiveFeed(), subscribers: [any Subscriber] = [], name: String = "one",
        time: TimeSource = .system
    ) -> Relay {
        Relay(
            tenants: tenants, feed: feed, subscribers: subscribers, serverID: name, time: time,
            logger: Logger(label: "test"))
    }
}

extension TestTenant {
    static func draft(of deal: Int64) -> EventDraft {
        let at = Moment(seconds: 1_800_000_000)
        return EventDraft(
            id: ULID.make(at: at), type: "lead_status_changed", entity: .deal, entityID: deal,
            actorID: 1, before: "[]", after: "[]", undoes: nil, at: at,
            topic: "lead_status_changed", payload: #"{"owner_id": 1}"#)
    }

    /// Appends one event for each of these deals, in this order.
    func happen(_ deals: Int64...) async throws {
        _ = try await database.query(Outbox.append(deals.map { Self.draft(of: $0) }))
    }

    func number(_ statement: PostgresStatement) async throws -> Int64 {
        try await database.query(statement).one().decode(0, as: Int64.self)
    }
}

extension LiveFeed.Message {
    /// nil: a reset.
    var number: Int64? {
        if case .change(let event) = self { event.streamNo } else { nil }
    }
}
