import Postgres
package import Vocabulary

/// An event of one tenant with its place in the tenant's stream.
package struct Published: Sendable, Hashable {
    /// Counts from 1 without a gap, in the order of publishing.
    package let streamNo: Int64
    package let eventID: String
    package let type: String
    package let subject: Subject
    package let entityID: Int64
    package let actorID: Int64
    /// JSON object `{"owner_id", "patch"}`.
    package let payload: String
    package let createdAt: Moment

    /// The columns that `init(row:)` reads, of `outbox` named o and `events` named e.
    static let columns: PostgresStatement = """
        o.stream_no, o.event_id, o.topic, o.entity_type, o.entity_id, e.actor_id, o.payload::text, o.created_at
        """

    init(row: PostgresRow) throws {
        let (streamNo, eventID, type, entity, entityID, actorID, payload, at) = try row.decode(
            Int64.self, String.self, String.self, String.self, Int64.self, Int64.self, String.self,
            Moment.self)
        self.streamNo = streamNo
        self.eventID = eventID
        self.type = type
        subject = Subject(rawValue: entity)
        self.entityID = entityID
        self.actorID = actorID
        self.payload = payload
        createdAt = at
    }
}
