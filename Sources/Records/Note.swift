import Outbox
import Postgres
package import Tenancy
package import Vocabulary
package import Web

/// A remark, a call, a message on a card.
package struct NoteDraft: Sendable {
    package var entityID: Int64
    let kind: NoteKind
    let params: JSONValue
    var ownerID: Int64?
    var createdBy: Int64?
    var createdAt: Moment?
    var updatedAt: Moment?

    /// Reads one item of a POST.
    package init?(_ reader: inout FieldReader, entityID: Int64?) {
        if entityID == nil { reader.require("entity_id") }
        reader.require("note_type")
        let id = entityID ?? reader.id("entity_id")
        ownerID = reader.id("responsible_user_id")
        createdBy = reader.int64("created_by", in: 0 ... .max)
        createdAt = reader.moment("created_at")
        updatedAt = reader.moment("updated_at")
        guard let name = reader.string("note_type") else { return nil }
        guard let kind = NoteKind.named(name) else {
            reader.refuse(FieldRefusal.notAChoice("note_type"))
            return nil
        }
        reader.require("params")
        guard let id, var inner = reader.object("params") else { return nil }
        self.entityID = id
        self.kind = kind
        params = kind.read(&inner)
    }

    /// A plain remark.
    package init(text: String, on entityID: Int64, ownerID: Int64? = nil, at: Moment? = nil) {
        self.entityID = entityID
        self.ownerID = ownerID
        createdAt = at
        updatedAt = at
        kind =
            NoteKind.named("common")
            ?? NoteKind(name: "common", event: "common_note_added", params: [])
        params = .made([("text", .string(text))])
    }
}

package enum Notes {
    /// Writes notes on cards that the actor may see, with their events, in the caller's
    /// transaction.
    ///
    /// - Returns: their ids, in the order of the drafts.
    /// - Throws: `BatchRefusal` naming the items whose card does not exist for this actor, whose
    ///   owner does not work here, or whose author never did.
    package static func add(
        _ drafts: [(requestID: String, note: NoteDraft)], to entity: EntityType, actor: Actor,
        at: Moment,
        in transaction: TenantTransaction
    ) async throws -> [Int64] {
        let cards = try await Links.lock(
            entity, drafts.map(\.note.entityID), owners: actor.owners(.view, entity),
            in: transaction)
        let rules = try await CardRules.load(
            entity, needsFields: false, ownerIDs: drafts.compactMap(\.note.ownerID),
            authorIDs: drafts.compactMap(\.note.createdBy), in: transaction)
        let refused = drafts.compactMap { draft -> BatchRefusal.Item? in
            var refusals: [any Refusal] = []
            rules.check(ownerID: draft.note.ownerID, refusals: &refusals)
            rules.check(authorID: draft.note.createdBy, "created_by", refusals: &refusals)
            if cards[.init(entity, draft.note.entityID)] == nil {
                refusals.append(FieldRefusal.notAChoice("entity_id"))
            }
            return refusals.isEmpty ? nil : .init(requestID: draft.requestID, refusals: refusals)
        }
        if !refused.isEmpty { throw BatchRefusal(refused) }
        let rows = try await transaction.query(
            insert(drafts.map(\.note), entity, actor: actor, at: at))
        let ids = try rows.map { try $0.decode(0, as: Int64.self) }.sorted()
        let events = zip(drafts, ids).map { draft, id in
            RecordEvent(
                draft.note.kind.event, entity, draft.note.entityID,
                ownerID: cards[.init(entity, draft.note.entityID)] ?? 0,
                after: .array([.made([("note", .made([("id", .int(id))]))])]))
        }
        _ = try await transaction.query(Outbox.append(events.drafts(by: actor, at: at)))
        return ids
    }

    /// Identity values are given out after the ORDER BY, so ascending ids are the order of the
    /// drafts.
    static func insert(
        _ notes: [NoteDraft], _ entity: EntityType, actor: Actor, at: Moment
    ) -> PostgresStatement {
        """
        INSERT INTO notes (entity_type, entity_id, kind, params, owner_id, created_by, updated_by,
            created_at, updated_at)
        SELECT \(entity.rawValue), w.entity_id, w.kind, w.params, w.owner_id, w.created_by, \(actor.userID),
            w.created_at, w.updated_at
        FROM unnest(\(notes.map(\.entityID)), \(notes.map(\.kind.name)),
            \(notes.map(\.params.text))::text[]::jsonb[], \(notes.map { $0.ownerID ?? actor.userID }),
            \(notes.map { $0.createdBy ?? actor.userID }), \(notes.map { $0.createdAt ?? at }),
            \(notes.map { $0.updatedAt ?? $0.createdAt ?? at }))
            WITH ORDINALITY AS w (entity_id, kind, params, owner_id, created_by, created_at, updated_at, place)
        ORDER BY w.place
        RETURNING id
        """
    }

    /// A note as amoCRM's API shows it, built by PostgreSQL. The row is called `c`.
    static func item(
        _ entity: EntityType, tenantID: Int64, baseURL: String, withPin: Bool
    ) -> PostgresStatement {
        let pin: PostgresStatement = withPin ? "'is_pinned', c.is_pinned," : ""
        return """
            json_build_object('id', c.id, 'entity_id', c.entity_id, 'created_by', c.created_by,
                'updated_by', c.updated_by, 'created_at', extract(epoch FROM c.created_at)::bigint,
                'updated_at', extract(epoch FROM c.updated_at)::bigint, 'responsible_user_id', c.owner_id,
                'group_id', COALESCE((SELECT m.group_id FROM members AS m WHERE m.user_id = c.owner_id), 0),
                'note_type', c.kind, 'params', c.params, \(pin) 'account_id', \(tenantID)::bigint,
                '_links', json_build_object('self', json_build_object('href',
                    \(baseURL + "/api/v4/" + entity.plural + "/")::text || c.entity_id || '/notes/' || c.id)))
            """
    }
}
