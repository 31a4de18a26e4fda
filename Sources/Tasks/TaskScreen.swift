import Hummingbird
import Postgres
import Records
import Tenancy
import Vocabulary
import Web

/// `/ui/tasks`: what is overdue, due today, tomorrow and later, and what is done today.
struct TaskScreen: Sendable {
    /// Tasks of one group that are shown; the counts tell of more.
    private static let group_max = 200

    func add(to ui: RouterGroup<TenantContext>) {
        ui.get("/tasks") { request, context in
            let whose = try Query(request).string("whose") ?? "mine"
            guard let rows = Whose(rawValue: whose) else { throw FieldRefusal.notAChoice("whose") }
            return Response.one(
                try await context.tenant.query(
                    Self.statement(rows, actor: context.actor, now: context.now)), hal: false)
        }
    }

    enum Whose: String, Sendable, CaseIterable {
        /// I am to do them; I gave them to others; every task that I may see.
        case mine, given, all
    }

    /// One row of JSON. Days are the tenant's.
    static func statement(_ whose: Whose, actor: Actor, now: Moment) -> PostgresStatement {
        """
        WITH zone AS (
            SELECT COALESCE((SELECT s.time_zone FROM settings AS s), 'UTC') AS name
        ), today AS (
            SELECT name, (\(now) AT TIME ZONE name)::date AS day FROM zone
        ), grouped AS (
            SELECT t.id, CASE
                WHEN t.completed_at IS NOT NULL THEN 'done_today'
                WHEN t.due_at < \(now) THEN 'overdue'
                WHEN (t.due_at AT TIME ZONE today.name)::date = today.day THEN 'today'
                WHEN (t.due_at AT TIME ZONE today.name)::date = today.day + 1 THEN 'tomorrow'
                ELSE 'later' END AS part
            FROM tasks AS t CROSS JOIN today
            WHERE t.deleted_at IS NULL AND \(actor.owners(.view, .task).condition("t")) AND \(rows(whose, actor))
                AND (t.completed_at IS NULL
                    OR t.completed_at >= today.day::timestamp AT TIME ZONE today.name)
        ), numbered AS (
            SELECT g.id, g.part,
                row_number() OVER (PARTITION BY g.part ORDER BY t.due_at, t.id) AS place
            FROM grouped AS g JOIN tasks AS t ON t.id = g.id
        )
        SELECT json_build_object(
            'groups', json_build_object('overdue', \(group("overdue", actor)), 'today', \(group("today", actor)),
                'tomorrow', \(group("tomorrow", actor)), 'later', \(group("later", actor)),
                'done_today', \(group("done_today", actor))),
            'counts', (SELECT json_build_object(
                'overdue', count(*) FILTER (WHERE part = 'overdue'),
                'today', count(*) FILTER (WHERE part = 'today'),
                'tomorrow', count(*) FILTER (WHERE part = 'tomorrow'),
                'later', count(*) FILTER (WHERE part = 'later'),
                'done_today', count(*) FILTER (WHERE part = 'done_today')) FROM grouped),
            'views', (SELECT json_build_object(
                \(count(.mine, actor)), \(count(.given, actor)), \(count(.all, actor)))
                FROM tasks AS t
                WHERE t.deleted_at IS NULL AND t.completed_at IS NULL
                    AND \(actor.owners(.view, .task).condition("t"))))::text
        """
    }

    private static func rows(_ whose: Whose, _ actor: Actor) -> PostgresStatement {
        switch whose {
        case .mine: "t.owner_id = \(actor.userID)"
        case .given: "(t.created_by = \(actor.userID) AND t.owner_id <> \(actor.userID))"
        case .all: "true"
        }
    }

    private static func count(_ whose: Whose, _ actor: Actor) -> PostgresStatement {
        "\(whose.rawValue)::text, count(*) FILTER (WHERE \(rows(whose, actor)))"
    }

    private static func group(_ part: String, _ actor: Actor) -> PostgresStatement {
        """
        COALESCE((SELECT json_agg(\(TaskItem.sql("t", seenBy: actor)) ORDER BY n.place)
            FROM numbered AS n JOIN tasks AS t ON t.id = n.id
            WHERE n.part = \(part) AND n.place <= \(group_max)), '[]')
        """
    }
}
