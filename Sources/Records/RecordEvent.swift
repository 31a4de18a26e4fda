package import Outbox
package import Vocabulary
package import Web

/// Something that happened to a record or to how the company is set up, before it has a key and a
/// time.
package struct RecordEvent: Sendable {
    /// amoCRM's key, e.g. `contact_added`.
    package let type: String
    package let subject: Subject
    package let entityID: Int64
    /// Arrays of amoCRM's value objects.
    package let before: JSONValue
    package let after: JSONValue
    /// Whose record it is: who may not see the record is not told of it.
    /// nil: nobody's.
    package let ownerID: Int64?
    /// The columns that changed, as the screens name them.
    package let patch: JSONValue
    /// The card on whose screens it shows, when that is not the record itself: a task's deal.
    package let card: Links.Ends?

    package init(
        _ type: String, _ entity: EntityType, _ entityID: Int64, ownerID: Int64,
        before: JSONValue = .array([]), after: JSONValue = .array([]),
        patch: JSONValue = .object([:]),
        card: Links.Ends? = nil
    ) {
        self.type = type
        subject = .record(entity)
        self.entityID = entityID
        self.ownerID = ownerID
        self.before = before
        self.after = after
        self.patch = patch
        self.card = card
    }

    package init(
        _ type: String, _ setup: Setup, _ id: Int64, before: JSONValue, after: JSONValue
    ) {
        self.type = type
        subject = .setup(setup)
        entityID = id
        self.before = before
        self.after = after
        ownerID = nil
        patch = .object([:])
        card = nil
    }

    private var owner: [(String, JSONValue)] { ownerID.map { [("owner_id", .int($0))] } ?? [] }

    package func draft(by actorID: Int64, at: Moment) -> EventDraft {
        EventDraft(
            id: ULID.make(at: at), type: type, entity: subject, entityID: entityID,
            actorID: actorID,
            before: before.text, after: after.text, undoes: nil, at: at, topic: type,
            payload: JSONValue.made(owner + [("patch", patch)]).text,
            card: card.map { ($0.entity, $0.id) })
    }
}

extension [RecordEvent] {
    package func drafts(by actor: Actor, at: Moment) -> [EventDraft] {
        map { $0.draft(by: actor.userID, at: at) }
    }
}
