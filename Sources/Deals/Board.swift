import Postgres
import Records
import Vocabulary

/// What the board of one pipeline shows one actor. All statements go out in one pipeline.
struct Board: Sendable {
    /// 0: the main one.
    let pipelineID: Int64
    let view: BoardView
    let filter: BoardFilter
    let actor: Actor
    let now: Moment
    let timeZone: String

    /// Cards of one column that come at once; the rest comes when the column is scrolled.
    static let cards_max: Int64 = 50
    /// Days that the rates look back; they are compared with as many days before.
    static let lookBack_days: Int64 = 90

    private var owners: Owners { actor.owners(.view, .deal) }

    private var chosen: PostgresStatement {
        """
        chosen AS (
            SELECT id FROM pipelines
            WHERE NOT is_archived AND (id = \(pipelineID) OR (\(pipelineID) = 0 AND is_main))
        )
        """
    }

    /// Columns with their counts and sums over all deals, and the first cards of each open one by
    /// the index
    /// `deals_stage`. One row: the pipeline, the number of the stream, the columns; no row: no
    /// such pipeline.
    var columns: PostgresStatement {
        """
        WITH \(chosen), totals AS (
            SELECT d.stage_id, count(*) AS count, sum(d.amount_minor)::bigint AS amount_minor
            FROM deals AS d
            WHERE d.pipeline_id = (SELECT id FROM chosen) AND d.deleted_at IS NULL
                AND \(owners.condition("d")) AND \(view.condition(actor.userID, now)) \(filter.condition)
            GROUP BY d.stage_id
        ), reached AS (
            \(reached)
        )
        SELECT p.id, (SELECT last_no FROM outbox_stream), (
            SELECT json_agg(json_build_object('id', s.id, 'count', COALESCE(n.count, 0),
                'amount_minor', COALESCE(n.amount_minor, 0), 'conversion_pct', CASE
                    WHEN s.kind IN ('won', 'lost') OR r.entered IS NULL THEN NULL
                    ELSE round(100.0 * r.advanced / r.entered)::bigint END,
                'cards', COALESCE(k.cards, '[]'::json), 'next', k.next) ORDER BY s.sort, s.id)
            FROM stages AS s
            LEFT JOIN totals AS n ON n.stage_id = s.id
            LEFT JOIN reached AS r ON r.stage_id = s.id
            LEFT JOIN LATERAL (\(cards(after: nil, of: "s.kind IN ('open', 'incoming')"))) AS k ON true
            WHERE s.pipeline_id = p.id)::text
        FROM chosen AS p
        """
    }

    /// Of the deals that left a stage lately: how many went on to a later one, not back and not
    /// lost.
    private var reached: PostgresStatement {
        """
        SELECT x.stage_id, count(*) AS entered, count(*) FILTER (WHERE x.advanced) AS advanced
        FROM (
            SELECT w.stage_id, EXISTS (
                SELECT FROM stage_spans AS f
                JOIN stages AS t ON t.pipeline_id = f.pipeline_id AND t.id = f.stage_id
                WHERE f.deal_id = w.deal_id AND f.entered_at >= w.left_at AND f.pipeline_id = w.pipeline_id
                    AND t.sort > b.sort AND t.kind <> 'lost') AS advanced
            FROM stage_spans AS w
            JOIN stages AS b ON b.pipeline_id = w.pipeline_id AND b.id = w.stage_id
            JOIN deals AS d ON d.id = w.deal_id
            WHERE w.pipeline_id = (SELECT id FROM chosen) AND d.deleted_at IS NULL
                AND w.left_at >= \(now)::timestamptz - make_interval(days => \(Self.lookBack_days)::integer)
                AND \(owners.condition("d"))
        ) AS x
        GROUP BY x.stage_id
        """
    }

    /// Cards of the column `s` and the cursor of its next ones (null: that was all).
    func cards(
        after cursor: Cursor?, of stage: PostgresStatement = "true"
    ) -> PostgresStatement {
        """
        SELECT json_agg(\(DealCard.sql(for: actor, at: now)) ORDER BY g.place)
                FILTER (WHERE g.place <= \(Self.cards_max)) AS cards,
            max((extract(epoch FROM d.stage_entered_at) * 1000000)::bigint::text || '-' || d.id)
                FILTER (WHERE g.place = \(Self.cards_max) AND g.found > \(Self.cards_max)) AS next
        FROM (
            SELECT f.id, row_number() OVER (ORDER BY f.stage_entered_at DESC, f.id) AS place,
                count(*) OVER () AS found
            FROM (
                SELECT d.id, d.stage_entered_at
                FROM deals AS d
                WHERE \(stage) AND d.pipeline_id = s.pipeline_id AND d.stage_id = s.id AND d.deleted_at IS NULL
                    AND \(owners.condition("d")) AND \(view.condition(actor.userID, now)) \(Self.after(cursor))
                    \(filter.condition)
                ORDER BY d.stage_entered_at DESC, d.id
                LIMIT \(Self.cards_max + 1)
            ) AS f
        ) AS g
        JOIN deals AS d ON d.id = g.id
        \(DealCard.linked(actor))
        """
    }

    /// One column of the board from a cursor on: the cards and the next cursor.
    func column(_ stageID: Int64, after cursor: Cursor?) -> PostgresStatement {
        """
        WITH \(chosen)
        SELECT COALESCE(k.cards, '[]'::json)::text, k.next
        FROM stages AS s
        JOIN chosen ON chosen.id = s.pipeline_id
        LEFT JOIN LATERAL (\(cards(after: cursor))) AS k ON true
        WHERE s.id = \(stageID)
        """
    }

    private static func after(_ cursor: Cursor?) -> PostgresStatement {
        guard let cursor else { return "" }
        let at = Moment(microseconds: cursor.at_us)
        return """
            AND d.stage_entered_at <= \(at) AND (d.stage_entered_at < \(at) OR d.id > \(cursor.id))
            """
    }

    /// How many open deals each tab would show: one JSON array.
    var views: PostgresStatement {
        var list: PostgresStatement = ""
        for (place, view) in BoardView.allCases.enumerated() {
            if place > 0 { list.append(", ") }
            list.append(
                """
                json_build_object('key', \(view.rawValue)::text, 'count',
                    count(*) FILTER (WHERE \(view.condition(actor.userID, now))))
                """)
        }
        return """
            WITH \(chosen)
            SELECT json_build_array(\(list))::text
            FROM deals AS d
            WHERE d.pipeline_id = (SELECT id FROM chosen) AND d.deleted_at IS NULL AND d.closed_at IS NULL
                AND \(owners.condition("d")) \(filter.condition)
            """
    }

    /// Where the next cards of a column begin.
    struct Cursor: Sendable, Hashable {
        let at_us: Int64
        let id: Int64

        /// nil: not a cursor of ours.
        init?(_ text: String) {
            let parts = text.split(separator: "-")
            guard parts.count == 2, let at = Int64(parts[0]), at < 1 << 58, let id = Int64(parts[1])
            else { return nil }
            at_us = at
            self.id = id
        }
    }
}
