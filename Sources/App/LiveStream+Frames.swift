import Hummingbird
import NIOCore
import Outbox
import Vocabulary
import Web

extension LiveStream {
    /// How much of an event someone is told.
    enum Sight: Sendable {
        case none
        /// The record was just given to someone whose records he may not see: it must vanish from
        /// his screen, and what it says now is not for him.
        case lost
        case whole
    }

    /// By the record's owner, who is in the payload. What says no owner is for those who see
    /// everything.
    static func sight(
        of payload: String, by actorID: Int64, about subject: Subject, for actor: Actor
    ) -> Sight {
        let entity: EntityType
        switch subject {
        case .record(let record): entity = record
        case .setup(let setup): return actor.sees(setup) ? .whole : .none
        case .unknown: return actor.isAdministrator ? .whole : .none
        }
        switch actor.owners(.view, entity) {
        case .everyone: return .whole
        case .these(let ids):
            guard let payload = try? JSONParser.parse(Array(payload.utf8)).object else {
                return .none
            }
            let owner = payload["owner_id"]?.int
            if owner.map(ids.contains) ?? (actorID == actor.userID) { return .whole }
            let previous = payload["previous_owner_id"]?.int
            return actorID == actor.userID || previous.map(ids.contains) ?? false
                ? .lost : .none
        }
    }

    /// `id`, `event` and one line of data.
    ///
    /// - Parameters:
    ///   - isTelling: else it says which record it is and no more.
    ///   - seesTasks: whether the card's next task is his to see, whosever it is. Else the page
    ///     asks.
    static func frame(_ event: Published, isTelling: Bool, seesTasks: Bool) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("no", event.streamNo)
            writer.field("type", event.type)
            writer.field("entity", event.subject.rawValue)
            writer.field("id", event.entityID)
            writer.field("actor_id", event.actorID)
            writer.field("at", event.createdAt.seconds)
            writer.field("event_id", event.eventID)
            writer.field(
                "patch", json: isTelling ? patch(event.payload, seesTasks: seesTasks) : "{}")
        }
        return "id: \(event.streamNo)\nevent: change\ndata: \(String(buffer: writer.buffer))\n\n"
    }

    /// The payload's `patch`, without reading it: PostgreSQL writes jsonb on one line.
    private static func patch(_ payload: String, seesTasks: Bool) -> String {
        guard let value = try? JSONParser.parse(Array(payload.utf8)).object?["patch"] else {
            return "{}"
        }
        var writer = JSONWriter()
        if !seesTasks, var members = value.object {
            members["next_task"] = nil
            writer.value(.object(members))
        } else {
            writer.value(value)
        }
        return String(buffer: writer.buffer)
    }
}
