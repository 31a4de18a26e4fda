import Outbox
import Postgres
import Records
package import Tenancy
package import Vocabulary
import Web

extension Deals {
    /// Puts a deal into the trash; its tasks, notes, contacts and spans stay with it.
    ///
    /// - Throws: `NotFound` when it does not exist for this actor; a refusal when he may not
    ///   delete it.
    package func trash(
        _ id: Int64, by actor: Actor, at now: Moment, in transaction: TenantTransaction
    ) async throws {
        try await setDeleted(id, to: now, by: actor, at: now, in: transaction)
    }

    /// Takes it out of the trash again, to the stage in which it was.
    package func restore(
        _ id: Int64, by actor: Actor, at now: Moment, in transaction: TenantTransaction
    ) async throws {
        try await setDeleted(id, to: nil, by: actor, at: now, in: transaction)
    }

    private func setDeleted(
        _ id: Int64, to deletedAt: Moment?, by actor: Actor, at now: Moment,
        in transaction: TenantTransaction
    ) async throws {
        let rows = try await transaction.query(
            """
            UPDATE deals AS d
            SET deleted_at = \(deletedAt), version = d.version + 1, updated_at = \(now),
                updated_by = \(actor.userID)
            WHERE d.id = \(id) AND (d.deleted_at IS NULL) = \(deletedAt != nil)
                AND \(actor.owners(.delete, .deal).condition("d"))
            RETURNING d.owner_id, d.version
            """)
        guard let row = rows.first else {
            if deletedAt == nil { throw NotFound() }
            throw try await Links.refusal(.deal, [id], actor: actor, in: transaction)
        }
        let (owner, version) = try row.decode(Int64.self, Int64.self)
        let event = RecordEvent(
            deletedAt == nil ? "lead_restored" : "lead_deleted", .deal, id, ownerID: owner,
            patch: .made([("version", .int(version)), ("is_deleted", .bool(deletedAt != nil))]))
        _ = try await transaction.query(Outbox.append([event].drafts(by: actor, at: now)))
    }
}
