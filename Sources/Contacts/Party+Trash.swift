import Outbox
import Postgres
import Records
package import Tenancy
package import Vocabulary

extension Party {
    /// Puts a contact or company into the trash; its tasks, notes and links stay with it.
    /// - Throws: `NotFound` when it does not exist for this actor; a refusal when he may not
    ///   delete it.
    package func trash(
        _ id: Int64, actor: Actor, at: Moment, in transaction: TenantTransaction
    ) async throws {
        try await setDeleted(id, to: at, actor: actor, at: at, in: transaction)
    }

    /// Takes it out of the trash again.
    package func restore(
        _ id: Int64, actor: Actor, at: Moment, in transaction: TenantTransaction
    ) async throws {
        try await setDeleted(id, to: nil, actor: actor, at: at, in: transaction)
    }

    private func setDeleted(
        _ id: Int64, to deletedAt: Moment?, actor: Actor, at: Moment,
        in transaction: TenantTransaction
    ) async throws {
        let rows = try await transaction.query(
            """
            UPDATE \(ident: table) AS c
            SET deleted_at = \(deletedAt), version = c.version + 1, updated_at = \(at), updated_by = \(actor.userID)
            WHERE c.id = \(id) AND (c.deleted_at IS NULL) = \(deletedAt != nil)
                AND \(actor.owners(.delete, entity).condition("c"))
            RETURNING c.owner_id
            """)
        guard let owner = try rows.first?.decode(0, as: Int64.self) else {
            if deletedAt == nil { throw NotFound() }
            throw try await Links.refusal(entity, [id], actor: actor, in: transaction)
        }
        let type = "\(entity.singular)_" + (deletedAt == nil ? "restored" : "deleted")
        let event = RecordEvent(type, entity, id, ownerID: owner)
        _ = try await transaction.query(Outbox.append([event].drafts(by: actor, at: at)))
    }
}
