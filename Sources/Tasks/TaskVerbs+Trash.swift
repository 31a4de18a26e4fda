import Outbox
import Postgres
import Records
package import Tenancy
package import Vocabulary

extension TaskVerbs {
    /// Puts a task into the trash.
    /// - Throws: `NotFound` when it does not exist for this actor; a refusal when he may not
    ///   delete it.
    package static func trash(
        _ id: Int64, actor: Actor, at: Moment, in transaction: TenantTransaction
    ) async throws {
        let rows = try await transaction.query(
            """
            UPDATE tasks AS t
            SET deleted_at = \(at), version = t.version + 1, updated_at = \(at), updated_by = \(actor.userID)
            WHERE t.id = \(id) AND t.deleted_at IS NULL AND \(actor.owners(.delete, .task).condition("t"))
            RETURNING t.owner_id, t.entity_type, t.entity_id
            """)
        guard let row = rows.first else {
            throw try await Links.refusal(.task, [id], actor: actor, in: transaction)
        }
        let (owner, word, cardID) = try row.decode(Int64.self, String?.self, Int64?.self)
        let card = word.flatMap { EntityType(rawValue: $0) }.flatMap { kind in
            cardID.map { Links.Ends(kind, $0) }
        }
        let cards = try await TaskCards.lock(
            seen: [], touched: card.map { [$0] } ?? [], actor: actor, in: transaction)
        let next = try await cards.refresh(in: transaction)
        let event = Self.event("task_deleted", id, of: card, ownerID: owner, cards, next)
        _ = try await transaction.query(Outbox.append([event].drafts(by: actor, at: at)))
    }
}
