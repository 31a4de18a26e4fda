import Outbox
import Postgres
import Tenancy
import Vocabulary
import Web

extension Notes {
    /// One change of a note; nil parts stay as they are.
    struct Change: Sendable {
        let id: Int64
        let entityID: Int64?
        let kind: NoteKind?
        let params: JSONValue?
        let ownerID: Int64?

        /// - Parameter kinds: what the notes are now, by id.
        init?(
            _ reader: inout FieldReader, id: Int64?, entityID: Int64?, kinds: [Int64: NoteKind]
        ) {
            if id == nil { reader.require("id") }
            let id = id ?? reader.id("id")
            self.entityID = entityID ?? reader.id("entity_id")
            ownerID = reader.id("responsible_user_id")
            let name = reader.string("note_type")
            kind = name.flatMap { NoteKind.named($0) }
            if name != nil, kind == nil { reader.refuse(FieldRefusal.notAChoice("note_type")) }
            // A note that is not there is refused when it is written.
            let known = kind ?? id.flatMap { kinds[$0] }
            if var inner = reader.object("params"), let known {
                params = known.read(&inner)
            } else {
                params = nil
            }
            guard let id else { return nil }
            self.id = id
        }
    }

    /// The note's author may change it, and who may edit the card. What really changed is in the
    /// log, as it was and as it is.
    ///
    /// - Throws: `NotFound` when one of them does not exist for this actor; `BatchRefusal` naming
    ///   the items whose new owner does not work here.
    static func change(
        _ items: [(requestID: String, change: Change)], of entity: EntityType, actor: Actor,
        at: Moment, in transaction: TenantTransaction
    ) async throws -> [(id: Int64, entityID: Int64)] {
        let changes = items.map(\.change)
        let rules = try await CardRules.load(
            entity, needsFields: false, ownerIDs: changes.compactMap(\.ownerID), in: transaction)
        let refused = items.compactMap { item -> BatchRefusal.Item? in
            var refusals: [any Refusal] = []
            rules.check(ownerID: item.change.ownerID, refusals: &refusals)
            return refusals.isEmpty ? nil : .init(requestID: item.requestID, refusals: refusals)
        }
        if !refused.isEmpty { throw BatchRefusal(refused) }
        let ids = changes.map(\.id)
        let before = try await states(ids, entity, in: transaction)
        let rows = try await transaction.query(update(changes, entity, actor: actor, at: at))
        guard rows.count == Set(ids).count else { throw NotFound() }
        let after = try await states(ids, entity, in: transaction)
        let events = Set(ids).sorted().compactMap { id -> RecordEvent? in
            guard let old = before[id], let new = after[id], old.value != new.value else {
                return nil
            }
            return new.event("note_changed", entity, before: old.value, after: new.value)
        }
        if !events.isEmpty {
            _ = try await transaction.query(Outbox.append(events.drafts(by: actor, at: at)))
        }
        return changes.map { ($0.id, after[$0.id]?.entityID ?? 0) }
    }

    /// Who may edit the card may pin its notes.
    ///
    /// - Parameter card: the card it must be on; nil: any.
    /// - Throws: `NotFound` when there is no such note that this actor may pin.
    static func pin(
        _ id: Int64, _ isPinned: Bool, on entity: EntityType, card: Int64?, actor: Actor,
        at: Moment, in transaction: TenantTransaction
    ) async throws {
        guard let note = try await states([id], entity, in: transaction)[id] else {
            throw NotFound()
        }
        let rows = try await transaction.query(
            """
            UPDATE notes AS n
            SET is_pinned = \(isPinned), version = n.version + 1
            FROM \(ident: entity.table) AS c
            WHERE n.id = \(id) AND n.entity_type = \(entity.rawValue) AND n.deleted_at IS NULL
                AND n.entity_id = COALESCE(\(card)::bigint, n.entity_id) AND c.id = n.entity_id
                AND c.deleted_at IS NULL AND \(actor.owners(.edit, entity).condition("c"))
            RETURNING n.id
            """)
        if rows.isEmpty { throw NotFound() }
        if note.isPinned == isPinned { return }
        func value(_ isPinned: Bool) -> JSONValue {
            .made([("id", .int(id)), ("is_pinned", .bool(isPinned))])
        }
        let event = note.event(
            isPinned ? "note_pinned" : "note_unpinned", entity, before: value(!isPinned),
            after: value(isPinned))
        _ = try await transaction.query(Outbox.append([event].drafts(by: actor, at: at)))
    }

    /// A note as the log tells of it.
    private struct State {
        let id: Int64
        let entityID: Int64
        /// The card's.
        let ownerID: Int64
        let isPinned: Bool
        let value: JSONValue

        func event(
            _ type: String, _ entity: EntityType, before: JSONValue, after: JSONValue
        ) -> RecordEvent {
            RecordEvent(
                type, entity, entityID, ownerID: ownerID,
                before: .array([.made([("note", before)])]),
                after: .array([.made([("note", after)])]))
        }
    }

    private static func states(
        _ ids: [Int64], _ entity: EntityType, in transaction: TenantTransaction
    ) async throws -> [Int64: State] {
        let rows = try await transaction.query(
            """
            SELECT n.id, n.entity_id, c.owner_id, n.is_pinned, json_build_object('id', n.id,
                'note_type', n.kind, 'params', n.params, 'responsible_user_id', n.owner_id)::text
            FROM notes AS n
            JOIN \(ident: entity.table) AS c ON c.id = n.entity_id
            WHERE n.id = ANY(\(ids)) AND n.entity_type = \(entity.rawValue) AND n.deleted_at IS NULL
            ORDER BY n.id
            FOR UPDATE OF n
            """)
        var states: [Int64: State] = [:]
        for row in rows {
            let (id, card, owner, isPinned, text) = try row.decode(
                Int64.self, Int64.self, Int64.self, Bool.self, String.self)
            states[id] = State(
                id: id, entityID: card, ownerID: owner, isPinned: isPinned,
                value: try JSONParser.parse(Array(text.utf8)))
        }
        return states
    }

    static func update(
        _ changes: [Change], _ entity: EntityType, actor: Actor, at: Moment
    ) -> PostgresStatement {
        """
        UPDATE notes AS n
        SET kind = COALESCE(w.kind, n.kind), params = COALESCE(w.params, n.params),
            owner_id = COALESCE(w.owner_id, n.owner_id), version = n.version + 1,
            updated_at = \(at), updated_by = \(actor.userID)
        FROM unnest(\(changes.map(\.id)), \(changes.map(\.entityID)), \(changes.map { $0.kind?.name }),
            \(changes.map { $0.params?.text })::text[]::jsonb[], \(changes.map(\.ownerID)))
            AS w (id, entity_id, kind, params, owner_id),
            \(ident: entity.table) AS c
        WHERE n.id = w.id AND n.entity_type = \(entity.rawValue) AND n.deleted_at IS NULL
            AND n.entity_id = COALESCE(w.entity_id, n.entity_id)
            AND c.id = n.entity_id AND c.deleted_at IS NULL AND \(actor.owners(.view, entity).condition("c"))
            AND (n.created_by = \(actor.userID) OR \(actor.owners(.edit, entity).condition("c")))
        RETURNING n.id, n.entity_id
        """
    }
}
