package import Vocabulary

/// Something that happened, ready to be written to the log and to the outbox in the transaction
/// that did it.
package struct EventDraft: Sendable, Hashable {
    /// A ULID.
    package let id: String
    /// amoCRM's key, e.g. `lead_status_changed`.
    package let type: String
    package let entity: Subject
    package let entityID: Int64
    /// 0: the machine.
    package let actorID: Int64
    /// JSON arrays of amoCRM's value objects.
    package let before: String
    package let after: String
    /// The event that this one takes back.
    package let undoes: String?
    package let at: Moment
    /// What subscribers choose by; today the type.
    package let topic: String
    /// JSON object for screens and webhooks: `{"owner_id": 1, "patch": {...}}`.
    package let payload: String
    /// The card on whose screens it shows, when that is not the record itself: a task's deal. The
    /// log keeps `entity`, the outbox and the stream go by this one.
    package let cardEntity: Subject
    package let cardID: Int64

    package init(
        id: String, type: String, entity: Subject, entityID: Int64, actorID: Int64,
        before: String,
        after: String, undoes: String?, at: Moment, topic: String, payload: String,
        card: (entity: EntityType, id: Int64)? = nil
    ) {
        self.id = id
        self.type = type
        self.entity = entity
        self.entityID = entityID
        self.actorID = actorID
        self.before = before
        self.after = after
        self.undoes = undoes
        self.at = at
        self.topic = topic
        self.payload = payload
        cardEntity = card.map { .record($0.entity) } ?? entity
        cardID = card?.id ?? entityID
    }
}
