import Outbox
import Postgres
import Records
import Tenancy
import Vocabulary
import Web

/// The deals, contacts and companies that tasks hang on. They are locked before a task is written,
/// so that
/// `next_task_at` is counted by one writer at a time.
struct TaskCards: Sendable {
    private(set) var owners: [Links.Ends: Int64] = [:]

    /// - Parameters:
    ///   - seen: must be visible to the actor; who is missing afterwards is not.
    ///   - touched: only lose a task; the actor need not see them.
    static func lock(
        seen: [Links.Ends], touched: [Links.Ends] = [], actor: Actor,
        in transaction: TenantTransaction
    ) async throws -> TaskCards {
        var cards = TaskCards()
        // Always in this order, so that two writers never wait for one another.
        for kind in EntityType.cards {
            let wanted = Set(seen.filter { $0.entity == kind }.map(\.id))
            let others = Set(touched.filter { $0.entity == kind }.map(\.id)).subtracting(wanted)
            if wanted.isEmpty && others.isEmpty { continue }
            let reach = actor.owners(.view, kind)
            let rows = try await transaction.query(
                """
                SELECT c.id, c.owner_id
                FROM \(ident: kind.table) AS c
                WHERE (c.id = ANY(\(wanted.sorted())) AND c.deleted_at IS NULL AND \(reach.condition("c")))
                    OR c.id = ANY(\(others.sorted()))
                ORDER BY c.id
                FOR NO KEY UPDATE OF c
                """)
            for row in rows {
                let (id, owner) = try row.decode(Int64.self, Int64.self)
                cards.owners[.init(kind, id)] = owner
            }
        }
        return cards
    }

    func owner(_ card: Links.Ends) -> Int64? { owners[card] }

    /// Counts `next_task_at` anew and gives each card's next open task as the screens show it.
    func refresh(in transaction: TenantTransaction) async throws -> [Links.Ends: JSONValue] {
        var statements: [PostgresStatement] = []
        let kinds = EntityType.cards.filter { kind in owners.keys.contains { $0.entity == kind } }
        for kind in kinds {
            let ids = owners.keys.filter { $0.entity == kind }.map(\.id).sorted()
            statements.append(TaskItem.refreshNext(of: kind, ids: ids))
            statements.append(Self.next(of: kind, ids: ids))
        }
        if statements.isEmpty { return [:] }
        let results = try await transaction.pipeline(statements)
        var next: [Links.Ends: JSONValue] = [:]
        for (place, kind) in kinds.enumerated() {
            for row in results[place * 2 + 1] {
                let (card, id, text, due) = try row.decode(
                    Int64.self, Int64.self, String.self, Moment.self)
                next[.init(kind, card)] = .made([
                    ("id", .int(id)), ("text", .string(text)), ("due_at", .int(due.seconds)),
                ])
            }
        }
        return next
    }

    private static func next(of kind: EntityType, ids: [Int64]) -> PostgresStatement {
        """
        SELECT DISTINCT ON (t.entity_id) t.entity_id, t.id, t.text, t.due_at
        FROM tasks AS t
        WHERE t.entity_type = \(kind.rawValue) AND t.entity_id = ANY(\(ids))
            AND t.completed_at IS NULL AND t.deleted_at IS NULL
        ORDER BY t.entity_id, t.due_at, t.id
        """
    }
}
