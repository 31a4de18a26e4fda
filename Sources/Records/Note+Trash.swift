import Outbox
import Postgres
import Tenancy
import Vocabulary
import Web

extension Notes {
    /// Puts a note into the trash, with its event. Its author may, and who may edit the card.
    ///
    /// - Throws: `NotFound` when it does not exist for this actor, or is in the trash already.
    static func trash(
        _ id: Int64, of entity: EntityType, actor: Actor, at: Moment,
        in transaction: TenantTransaction
    ) async throws {
        try await setDeleted(id, to: at, of: entity, actor: actor, at: at, in: transaction)
    }

    /// Takes it out of the trash again.
    ///
    /// - Throws: `NotFound` when it does not exist for this actor, or is not in the trash.
    static func restore(
        _ id: Int64, of entity: EntityType, actor: Actor, at: Moment,
        in transaction: TenantTransaction
    ) async throws {
        try await setDeleted(id, to: nil, of: entity, actor: actor, at: at, in: transaction)
    }

    private static func setDeleted(
        _ id: Int64, to deletedAt: Moment?, of entity: EntityType, actor: Actor, at: Moment,
        in transaction: TenantTransaction
    ) async throws {
        let rows = try await transaction.query(
            """
            UPDATE notes AS n
            SET deleted_at = \(deletedAt), version = n.version + 1
            FROM \(ident: entity.table) AS c
            WHERE n.id = \(id) AND n.entity_type = \(entity.rawValue)
                AND (n.deleted_at IS NULL) = \(deletedAt != nil)
                AND c.id = n.entity_id AND c.deleted_at IS NULL
                AND \(actor.owners(.view, entity).condition("c"))
                AND (n.created_by = \(actor.userID) OR \(actor.owners(.edit, entity).condition("c")))
            RETURNING n.entity_id, c.owner_id
            """)
        guard let row = rows.first else { throw NotFound() }
        let (card, owner) = try row.decode(Int64.self, Int64.self)
        let note: JSONValue = .array([.made([("note", .made([("id", .int(id))]))])])
        let event = RecordEvent(
            deletedAt == nil ? "note_restored" : "note_deleted", entity, card, ownerID: owner,
            before: deletedAt == nil ? .array([]) : note,
            after: deletedAt == nil ? note : .array([]))
        _ = try await transaction.query(Outbox.append([event].drafts(by: actor, at: at)))
    }
}
