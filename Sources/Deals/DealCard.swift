import Postgres
import Records
import Vocabulary

/// A deal as the board shows it.
enum DealCard {
    /// The row `d` with its stage `s`, main contact `c` and company `o`; see `joins`.
    static func sql(for actor: Actor, at now: Moment) -> PostgresStatement {
        "json_build_object(\(members(for: actor, at: now)))"
    }

    /// The same without the object around it, for cards that say more.
    static func members(for actor: Actor, at now: Moment) -> PostgresStatement {
        """
        'id', d.id, 'name', d.name, 'pipeline_id', d.pipeline_id, 'stage_id', d.stage_id,
        'amount_minor', d.amount_minor, 'owner_id', d.owner_id,
        'contact', CASE WHEN c.id IS NULL THEN NULL ELSE json_build_object('id', c.id, 'name', c.name) END,
        'company', CASE WHEN o.id IS NULL THEN NULL ELSE json_build_object('id', o.id, 'name', o.name) END,
        'channel', d.channel, 'tags', \(Tags.listSQL(alias: "d")),
        'next_task', CASE WHEN d.next_task_at IS NULL THEN NULL ELSE (
            SELECT json_build_object('id', t.id, 'text', t.text,
                'due_at', extract(epoch FROM t.due_at)::bigint)
            FROM tasks AS t
            WHERE t.entity_type = 'deal' AND t.entity_id = d.id AND t.completed_at IS NULL
                AND t.deleted_at IS NULL AND \(actor.owners(.view, .task).condition("t"))
            ORDER BY t.due_at, t.id LIMIT 1) END,
        'stage_entered_at', extract(epoch FROM d.stage_entered_at)::bigint,
        'created_at', extract(epoch FROM d.created_at)::bigint,
        'updated_at', extract(epoch FROM d.updated_at)::bigint, 'version', d.version,
        'is_rotting', COALESCE(d.closed_at IS NULL
            AND d.stage_entered_at < \(now)::timestamptz - make_interval(days => s.rot_days), false)
        """
    }

    /// Who may not see the contact or the company sees a card without.
    static func joins(_ actor: Actor) -> PostgresStatement {
        """
        JOIN stages AS s ON s.pipeline_id = d.pipeline_id AND s.id = d.stage_id
        \(linked(actor))
        """
    }

    /// `joins` without the stage.
    static func linked(_ actor: Actor) -> PostgresStatement {
        """
        LEFT JOIN deal_contacts AS l ON l.deal_id = d.id AND l.is_main
        LEFT JOIN contacts AS c ON c.id = l.contact_id AND c.deleted_at IS NULL
            AND \(actor.owners(.view, .contact).condition("c"))
        LEFT JOIN companies AS o ON o.id = d.company_id AND o.deleted_at IS NULL
            AND \(actor.owners(.view, .company).condition("o"))
        """
    }

    /// Cards by id, in the order of the ids; who is missing is not there for this actor.
    static func statement(_ ids: [Int64], for actor: Actor, at now: Moment) -> PostgresStatement {
        """
        SELECT COALESCE(json_agg(\(sql(for: actor, at: now)) ORDER BY d.id), '[]')
        FROM deals AS d
        \(joins(actor))
        WHERE d.id = ANY(\(ids)) AND d.deleted_at IS NULL AND \(actor.owners(.view, .deal).condition("d"))
        """
    }
}

/// The tabs over the board.
enum BoardView: String, CaseIterable {
    case open, mine
    case noTask = "no_task"
    case overdue
    case big

    /// From here on a deal counts as large, in minor units.
    static let large: Int64 = 30_000_000

    /// Of the row `d`.
    func condition(_ userID: Int64, _ now: Moment) -> PostgresStatement {
        switch self {
        case .open: "true"
        case .mine: "d.owner_id = \(userID)"
        case .noTask: "d.next_task_at IS NULL AND d.closed_at IS NULL"
        case .overdue: "d.next_task_at < \(now) AND d.closed_at IS NULL"
        case .big: "d.amount_minor >= \(Self.large)"
        }
    }
}
