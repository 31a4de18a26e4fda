import Hummingbird
import Postgres
import Records
import Tenancy
import Vocabulary
import Web

/// `/ui/deals/{id}`: everything the card's page shows, in one round trip.
extension Deals {
    func addScreenRoutes(_ ui: RouterGroup<TenantContext>) {
        ui.get("deals/:id") { try await screen($1) }
        ui.post("undo/:event") { try await undoOne($1) }
    }

    private func screen(_ context: TenantContext) async throws -> Response {
        let id = try context.id()
        let screen = DealScreen(id: id, actor: context.actor, now: context.now)
        let found = try await context.tenant.pipeline([
            screen.deal, screen.spans, screen.neighbours,
            TaskItem.open(of: .deal, id: id, seenBy: context.actor),
            Feed.page(of: .deal, id: id, actor: context.actor),
            Feed.pinned(of: .deal, id: id, actor: context.actor),
        ])
        guard let row = found[0].first, let feed = found[4].first else { throw NotFound() }
        let spans = try found[1].one()
        let neighbours = found[2].first?.text(0)
        let tasks = try found[3].one().text(0)
        let pinned = try found[5].one().text(0)
        return .json(hal: false) {
            $0.field("deal", json: row.text(0))
            $0.field("contacts", json: row.text(1))
            $0.field("company", json: row.text(2))
            $0.field("spans", json: spans.text(0))
            $0.field("usual_days", json: spans.text(1))
            $0.field("neighbours", json: neighbours)
            $0.field("feed", json: feed.text(0))
            $0.field("feed_before", feed.text(1))
            $0.field("pinned", json: pinned)
            $0.field("tasks", json: tasks)
        }.tagged(version: try row.decode(3, as: Int64.self))
    }
}

/// The statements of a deal's page.
struct DealScreen: Sendable {
    let id: Int64
    let actor: Actor
    let now: Moment

    /// The usual time in a stage is the median over this many days.
    static let usual_days: Int64 = 365
    /// Contacts shown on the page.
    static let contacts_max: Int64 = 50

    private var owners: Owners { actor.owners(.view, .deal) }

    /// The deal, its contacts and its company as JSON, and its version.
    var deal: PostgresStatement {
        """
        SELECT json_build_object(\(DealCard.members(for: actor, at: now)), 'fields', d.fields,
                'expected_close_on', d.expected_close_on, 'loss_reason_id', d.loss_reason_id,
                'closed_at', extract(epoch FROM d.closed_at)::bigint, 'created_by', d.created_by)::text,
            (\(contacts))::text, (\(company))::text, d.version
        FROM deals AS d
        \(DealCard.joins(actor))
        WHERE d.id = \(id) AND d.deleted_at IS NULL AND \(owners.condition("d"))
        """
    }

    private var contacts: PostgresStatement {
        """
        SELECT COALESCE(json_agg(x.item ORDER BY x.is_main DESC, x.id), '[]')
        FROM (
            SELECT p.id, y.is_main, json_build_object('id', p.id, 'name', p.name, 'is_main', y.is_main,
                'phones', \(CustomFields.multitextSQL(.contact, code: "'PHONE'", alias: "p")),
                'emails', \(CustomFields.multitextSQL(.contact, code: "'EMAIL'", alias: "p")),
                'fields', p.fields, 'deals_count', z.count, 'won_minor', z.won_minor,
                'since', extract(epoch FROM p.created_at)::bigint) AS item
            FROM deal_contacts AS y
            JOIN contacts AS p ON p.id = y.contact_id AND p.deleted_at IS NULL
            CROSS JOIN LATERAL (
                SELECT count(*) AS count,
                    COALESCE(sum(e.amount_minor) FILTER (WHERE e.stage_id = 142), 0)::bigint AS won_minor
                FROM deal_contacts AS k
                JOIN deals AS e ON e.id = k.deal_id AND e.deleted_at IS NULL
                WHERE k.contact_id = p.id AND \(owners.condition("e"))) AS z
            WHERE y.deal_id = d.id AND \(actor.owners(.view, .contact).condition("p"))
            ORDER BY y.is_main DESC, p.id
            LIMIT \(Self.contacts_max)
        ) AS x
        """
    }

    private var company: PostgresStatement {
        """
        SELECT json_build_object('id', q.id, 'name', q.name, 'fields', q.fields,
            'phones', \(CustomFields.multitextSQL(.company, code: "'PHONE'", alias: "q")),
            'emails', \(CustomFields.multitextSQL(.company, code: "'EMAIL'", alias: "q")))
        FROM companies AS q
        WHERE q.id = d.company_id AND q.deleted_at IS NULL
            AND \(actor.owners(.view, .company).condition("q"))
        """
    }

    /// Where the deal stood, oldest first, and how many days deals of its pipeline usually stand
    /// in each stage.
    var spans: PostgresStatement {
        """
        SELECT COALESCE((
                SELECT json_agg(json_build_object('stage_id', w.stage_id, 'pipeline_id', w.pipeline_id,
                    'entered_at', extract(epoch FROM w.entered_at)::bigint,
                    'left_at', extract(epoch FROM w.left_at)::bigint, 'by', w.entered_by)
                    ORDER BY w.entered_at, w.id)
                FROM stage_spans AS w WHERE w.deal_id = \(id)), '[]')::text,
            COALESCE((
                SELECT json_object_agg(u.stage_id, u.days)
                FROM (
                    SELECT w.stage_id, round((percentile_cont(0.5) WITHIN GROUP (
                        ORDER BY extract(epoch FROM w.left_at - w.entered_at)) / 86400)::numeric, 1)::float8 AS days
                    FROM stage_spans AS w
                    JOIN deals AS d ON d.id = \(id) AND d.pipeline_id = w.pipeline_id
                    WHERE w.left_at >= \(now)::timestamptz - make_interval(days => \(Self.usual_days)::integer)
                        AND w.stage_id NOT IN (142, 143)
                    GROUP BY w.stage_id
                ) AS u), '{}')::text
        """
    }

    /// The deals before and after this one in its column, as the board orders them.
    var neighbours: PostgresStatement {
        """
        SELECT json_build_object('index', n.place, 'total', n.total, 'previous', n.previous, 'next', n.next)::text
        FROM (
            SELECT d.id, row_number() OVER w AS place, count(*) OVER () AS total,
                lag(d.id) OVER w AS previous, lead(d.id) OVER w AS next
            FROM deals AS d
            JOIN deals AS me ON me.id = \(id) AND me.pipeline_id = d.pipeline_id AND me.stage_id = d.stage_id
            WHERE d.deleted_at IS NULL AND \(owners.condition("d"))
            WINDOW w AS (ORDER BY d.stage_entered_at DESC, d.id)
        ) AS n
        WHERE n.id = \(id)
        """
    }
}
