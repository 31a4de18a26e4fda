import Outbox
import Postgres
import Records
package import Tenancy
package import Vocabulary
import Web

/// What is to be done, by whom and until when, usually for a deal.
package enum TaskVerbs {
    /// Writes new tasks with their events and keeps `next_task_at` of their cards, in the caller's
    /// transaction.
    ///
    /// - Returns: their ids, in the order of the drafts.
    /// - Throws: a refusal when the actor may not add; `BatchRefusal` naming every item that
    ///   cannot be taken.
    package static func create(
        _ drafts: [TaskDraft], actor: Actor, at: Moment, in transaction: TenantTransaction
    ) async throws -> [Int64] {
        guard actor.owners(.add, .task) != .these([]) else { throw FieldRefusal.noRight }
        let rules = try await CardRules.load(
            .task, needsFields: false, ownerIDs: drafts.compactMap(\.ownerID),
            authorIDs: drafts.flatMap(\.authorIDs), in: transaction)
        let cards = try await TaskCards.lock(
            seen: drafts.compactMap(\.end), actor: actor, in: transaction)
        try check(drafts, rules, cards)
        let rows = try await transaction.query(insert(drafts, actor: actor, at: at))
        let ids = try rows.map { try $0.decode(0, as: Int64.self) }.sorted()
        let next = try await cards.refresh(in: transaction)
        let events = zip(ids, drafts).map { id, draft in
            event(
                "task_added", id, of: draft.end, ownerID: draft.ownerID ?? actor.userID, cards, next
            )
        }
        _ = try await transaction.query(Outbox.append(events.drafts(by: actor, at: at)))
        return ids
    }

    static func check(
        _ drafts: [TaskDraft], _ rules: CardRules, _ cards: TaskCards
    ) throws(BatchRefusal) {
        var refused: [BatchRefusal.Item] = []
        var seen: Set<Int64> = []
        for draft in drafts {
            var refusals: [any Refusal] = []
            rules.check(ownerID: draft.ownerID, refusals: &refusals)
            rules.check(authorID: draft.createdBy, "created_by", refusals: &refusals)
            rules.check(authorID: draft.updatedBy, "updated_by", refusals: &refusals)
            if let end = draft.end, cards.owner(end) == nil {
                refusals.append(FieldRefusal.notAChoice("entity_id"))
            }
            // Two changes of one task in one request have no order.
            if let id = draft.id, !seen.insert(id).inserted {
                refusals.append(FieldRefusal.notAChoice("id"))
            }
            if !refusals.isEmpty {
                refused.append(.init(requestID: draft.requestID, refusals: refusals))
            }
        }
        if !refused.isEmpty { throw BatchRefusal(refused) }
    }

    /// The log has the task; the screens are told by its card, which then shows its next task anew.
    static func event(
        _ type: String, _ id: Int64, of card: Links.Ends?, ownerID: Int64, _ cards: TaskCards,
        _ next: [Links.Ends: JSONValue], before: JSONValue = .array([]),
        after: JSONValue = .array([])
    ) -> RecordEvent {
        guard let card else {
            return RecordEvent(type, .task, id, ownerID: ownerID, before: before, after: after)
        }
        return RecordEvent(
            type, .task, id, ownerID: cards.owner(card) ?? ownerID, before: before, after: after,
            patch: .made([("next_task", next[card] ?? .null)]), card: card)
    }

    /// Identity values are given out after the ORDER BY, so ascending ids are the order of the
    /// drafts.
    private static func insert(_ drafts: [TaskDraft], actor: Actor, at: Moment) -> PostgresStatement
    {
        let completed = drafts.map { $0.isCompleted == true }
        return """
            INSERT INTO tasks (text, due_at, entity_type, entity_id, kind_id, owner_id, duration_s, result,
                completed_at, created_by, updated_by, created_at, updated_at)
            SELECT w.text, w.due_at, w.entity_type, w.entity_id, w.kind_id, w.owner_id, w.duration_s::int, w.result,
                CASE WHEN w.is_completed THEN \(at) END, w.created_by, w.updated_by, w.created_at, w.updated_at
            FROM unnest(\(drafts.map { $0.text ?? "" }), \(drafts.map { $0.dueAt ?? at }),
                \(drafts.map { $0.end?.entity.rawValue }), \(drafts.map { $0.end?.id }),
                \(drafts.map { $0.kindID ?? 1 }), \(drafts.map { $0.ownerID ?? actor.userID }),
                \(drafts.map { $0.duration_s ?? 0 }), \(drafts.map(\.result)), \(completed),
                \(drafts.map { $0.createdBy ?? actor.userID }), \(drafts.map { $0.updatedBy ?? actor.userID }),
                \(drafts.map { $0.createdAt ?? at }), \(drafts.map { $0.updatedAt ?? $0.createdAt ?? at }))
                WITH ORDINALITY AS w (text, due_at, entity_type, entity_id, kind_id, owner_id, duration_s, result,
                    is_completed, created_by, updated_by, created_at, updated_at, place)
            ORDER BY w.place
            RETURNING id
            """
    }
}

extension TaskDraft {
    /// The card it names, if any.
    var end: Links.Ends? {
        if case .on(let entity, let id) = card { return .init(entity, id) }
        return nil
    }
}
