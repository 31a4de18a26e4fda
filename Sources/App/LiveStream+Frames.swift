import Hummingbird
import NIOCore
import Outbox
import Vocabulary
import Web

extension LiveStream {
    /// By the record's owner, who is in the payload. What says no owner is for those who see
    /// everything.
    static func maySee(_ event: Published, _ actor: Actor) -> Bool {
        switch actor.owners(.view, event.entityType) {
        case .everyone: return true
        case .these(let ids):
            if event.actorID == actor.userID { return true }
            guard let payload = try? JSONParser.parse(Array(event.payload.utf8)).object,
                let owner = payload["owner_id"]?.int
            else { return false }
            // A record that was just taken away from someone must vanish from his screen, too.
            let previous = payload["previous_owner_id"]?.int
            return ids.contains(owner) || previous.map(ids.contains) ?? false
        }
    }

    /// `id`, `event` and one line of data.
    static func frame(_ event: Published) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("no", event.streamNo)
            writer.field("type", event.type)
            writer.field("entity", event.entityType.rawValue)
            writer.field("id", event.entityID)
            writer.field("actor_id", event.actorID)
            writer.field("at", event.createdAt.seconds)
            writer.field("event_id", event.eventID)
            writer.field("patch", json: patch(event.payload))
        }
        return "id: \(event.streamNo)\nevent: change\ndata: \(String(buffer: writer.buffer))\n\n"
    }

    /// The payload's `patch`, without reading it: PostgreSQL writes jsonb on one line.
    private static func patch(_ payload: String) -> String {
        guard let value = try? JSONParser.parse(Array(payload.utf8)).object?["patch"] else {
            return "{}"
        }
        var writer = JSONWriter()
        writer.value(value)
        return String(buffer: writer.buffer)
    }
}
