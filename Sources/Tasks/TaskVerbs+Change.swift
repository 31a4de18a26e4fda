import Outbox
import Postgres
import Records
package import Tenancy
package import Vocabulary
import Web

/// The client's version of the task is not the current one.
package struct StaleTask: Error, Sendable {
    package let id: Int64
}

extension TaskVerbs {
    /// Changes tasks that the actor may edit (complete, reopen, postpone, assign …), with their
    /// events, and keeps
    /// `next_task_at` of the cards they leave and come to; in the caller's transaction.
    ///
    /// - Parameter version: what the client has seen (If-Match); only for a single draft.
    /// - Returns: their new versions, in the order of the drafts.
    /// - Throws: `NotFound` or `BatchRefusal` for ids that do not exist for this actor;
    ///   `StaleTask`.
    package static func change(
        _ drafts: [TaskDraft], version: Int64? = nil, actor: Actor, at: Moment,
        in transaction: TenantTransaction
    ) async throws -> [Int64] {
        let current = try await lock(drafts.compactMap(\.id), actor: actor, in: transaction)
        try await checkFound(drafts, current, actor: actor, in: transaction)
        if let version, let id = drafts.first?.id, let task = current[id], task.version != version {
            throw StaleTask(id: id)
        }
        let rules = try await CardRules.load(
            .task, needsFields: false, ownerIDs: drafts.compactMap(\.ownerID),
            authorIDs: drafts.flatMap(\.authorIDs), in: transaction)
        let cards = try await TaskCards.lock(
            seen: drafts.compactMap(\.end), touched: current.values.compactMap(\.card),
            actor: actor,
            in: transaction)
        try check(drafts, rules, cards)
        let changed = drafts.compactMap { draft in
            draft.id.flatMap { current[$0] }.map { ChangedTask(draft: draft, old: $0, at: at) }
        }
        let rows = try await transaction.query(update(changed, actor: actor, at: at))
        var versions: [Int64: Int64] = [:]
        for row in rows {
            let (id, version) = try row.decode(Int64.self, Int64.self)
            versions[id] = version
        }
        let next = try await cards.refresh(in: transaction)
        let events = changed.flatMap { $0.events(cards, next) }
        _ = try await transaction.query(Outbox.append(events.drafts(by: actor, at: at)))
        return changed.map { versions[$0.old.id] ?? 0 }
    }

    /// A row as it is before the change.
    struct Current: Sendable {
        let id: Int64
        let version: Int64
        let text: String
        let kindID: Int64
        let ownerID: Int64
        let card: Links.Ends?
        let dueAt: Moment
        let result: String?
        let completedAt: Moment?
        let duration_s: Int64
    }

    private static func lock(
        _ ids: [Int64], actor: Actor, in transaction: TenantTransaction
    ) async throws -> [Int64: Current] {
        let rows = try await transaction.query(
            """
            SELECT t.id, t.version, t.text, t.kind_id, t.owner_id, t.entity_type, t.entity_id, t.due_at,
                t.result, t.completed_at, t.duration_s
            FROM tasks AS t
            WHERE t.id = ANY(\(ids)) AND t.deleted_at IS NULL AND \(actor.owners(.edit, .task).condition("t"))
            ORDER BY t.id
            FOR UPDATE OF t
            """)
        var tasks: [Int64: Current] = [:]
        for row in rows {
            let (id, version, text, kind, owner, entity, card, due, result, completed, duration) =
                try row.decode(
                    Int64.self, Int64.self, String.self, Int64.self, Int64.self, String?.self,
                    Int64?.self,
                    Moment.self, String?.self, Moment?.self, Int64.self)
            let end = entity.flatMap { EntityType(rawValue: $0) }.flatMap { kind in
                card.map { Links.Ends(kind, $0) }
            }
            tasks[id] = Current(
                id: id, version: version, text: text, kindID: kind, ownerID: owner, card: end,
                dueAt: due,
                result: result, completedAt: completed, duration_s: duration)
        }
        return tasks
    }

    /// A task that the actor sees but may not edit is no secret to him: that is a 403.
    private static func checkFound(
        _ drafts: [TaskDraft], _ current: [Int64: Current], actor: Actor,
        in transaction: TenantTransaction
    ) async throws {
        let missing = drafts.filter { $0.id.map { current[$0] == nil } ?? true }
        if missing.isEmpty { return }
        let ids = Set(missing.compactMap(\.id))
        let seen = try await Links.lock(
            .task, ids.sorted(), owners: actor.owners(.view, .task), in: transaction)
        if seen.count == ids.count { throw FieldRefusal.noRight }
        if drafts.count == 1 { throw NotFound() }
        throw BatchRefusal(
            missing.map {
                .init(requestID: $0.requestID, refusals: [FieldRefusal.notAChoice("id")])
            })
    }

    private static func update(
        _ tasks: [ChangedTask], actor: Actor, at: Moment
    ) -> PostgresStatement {
        """
        UPDATE tasks AS t
        SET text = w.text, due_at = w.due_at, entity_type = w.entity_type, entity_id = w.entity_id,
            kind_id = w.kind_id, owner_id = w.owner_id, duration_s = w.duration_s::int, result = w.result,
            completed_at = CASE WHEN w.is_completed THEN COALESCE(t.completed_at, \(at)) END,
            version = t.version + 1, updated_at = w.updated_at, updated_by = w.updated_by
        FROM unnest(\(tasks.map(\.old.id)), \(tasks.map(\.text)), \(tasks.map(\.dueAt)),
            \(tasks.map { $0.card?.entity.rawValue }), \(tasks.map { $0.card?.id }), \(tasks.map(\.kindID)),
            \(tasks.map(\.ownerID)), \(tasks.map { $0.draft.duration_s ?? $0.old.duration_s }),
            \(tasks.map(\.result)), \(tasks.map(\.isCompleted)), \(tasks.map { $0.draft.updatedAt ?? at }),
            \(tasks.map { $0.draft.updatedBy ?? actor.userID }))
            AS w (id, text, due_at, entity_type, entity_id, kind_id, owner_id, duration_s, result, is_completed,
                updated_at, updated_by)
        WHERE t.id = w.id
        RETURNING t.id, t.version
        """
    }
}

/// A task as it was, and as it will be.
struct ChangedTask: Sendable {
    let draft: TaskDraft
    let old: TaskVerbs.Current
    let at: Moment

    var text: String { draft.text ?? old.text }
    var dueAt: Moment { draft.dueAt ?? old.dueAt }
    var kindID: Int64 { draft.kindID ?? old.kindID }
    var ownerID: Int64 { draft.ownerID ?? old.ownerID }
    var isCompleted: Bool { draft.isCompleted ?? (old.completedAt != nil) }
    /// A reopened task has no result, unless one is given.
    var result: String? {
        if let result = draft.result { return result.isEmpty ? nil : result }
        return draft.isCompleted == false ? nil : old.result
    }
    var card: Links.Ends? {
        switch draft.card {
        case .unsaid: old.card
        case .none: nil
        case .on(let entity, let id): .init(entity, id)
        }
    }

    /// amoCRM's events: one for each thing that really changed.
    func events(_ cards: TaskCards, _ next: [Links.Ends: JSONValue]) -> [RecordEvent] {
        func pair(_ key: String, _ member: String, _ value: JSONValue) -> JSONValue {
            .array([.made([(key, .made([(member, value)]))])])
        }
        var list: [(String, JSONValue, JSONValue)] = []
        if text != old.text {
            list.append(
                (
                    "task_text_changed", pair("task", "text", .string(old.text)),
                    pair("task", "text", .string(text))
                ))
        }
        if kindID != old.kindID {
            list.append(
                (
                    "task_type_changed", pair("task_type", "id", .int(old.kindID)),
                    pair("task_type", "id", .int(kindID))
                ))
        }
        if dueAt != old.dueAt {
            list.append(
                (
                    "task_deadline_changed",
                    pair("task_deadline", "timestamp", .int(old.dueAt.seconds)),
                    pair("task_deadline", "timestamp", .int(dueAt.seconds))
                ))
        }
        if ownerID != old.ownerID {
            list.append(
                (
                    "entity_responsible_changed", pair("responsible_user", "id", .int(old.ownerID)),
                    pair("responsible_user", "id", .int(ownerID))
                ))
        }
        if let result, result != old.result {
            // amoCRM keeps a result as a note; ours is on the task, whose id stands for it.
            let note: JSONValue = .made([("id", .int(old.id)), ("text", .string(result))])
            list.append(
                ("task_result_added", .array([]), .array([.made([("note", note)])])))
        }
        if isCompleted != (old.completedAt != nil) {
            list.append((isCompleted ? "task_completed" : "task_reopened", .array([]), .array([])))
        }
        var events = list.map { type, before, after in
            TaskVerbs.event(
                type, old.id, of: card, ownerID: ownerID, cards, next, before: before, after: after)
        }
        // The card that the task left shows another next task now.
        if let left = old.card, left != card {
            events.append(
                TaskVerbs.event("task_unlinked", old.id, of: left, ownerID: ownerID, cards, next))
        }
        return events
    }
}
