import Postgres
import Records
import Vocabulary

extension Board {
    /// The figures over the board, of the deals that its filter lets through; null where there is
    /// nothing to compare with. One JSON text.
    ///
    /// The forecast weighs each open deal by the probability of its stage. "Expected" is what is
    /// already won this month and the weighed amounts of the open deals that should close within
    /// it. The goal is the company's.
    var figures: PostgresStatement {
        let days = Self.lookBack_days
        return """
            WITH chosen AS (
                SELECT id FROM pipelines
                WHERE NOT is_archived AND (id = \(pipelineID) OR (\(pipelineID) = 0 AND is_main))
            ), month AS (
                SELECT date_trunc('month', \(now)::timestamptz, \(timeZone)::text) AS starts,
                    (date_trunc('month', \(now)::timestamptz AT TIME ZONE \(timeZone)::text)
                        + interval '1 month')::date AS ends_on
            ), pending AS (
                SELECT COALESCE(sum(d.amount_minor), 0)::bigint AS amount_minor, count(*) AS count,
                    COALESCE(sum(d.amount_minor::numeric * s.probability / 100), 0)::bigint AS forecast_minor,
                    COALESCE(sum(d.amount_minor::numeric * s.probability / 100) FILTER (
                        WHERE d.expected_close_on < (SELECT ends_on FROM month)), 0)::bigint AS expected_minor
                FROM deals AS d
                JOIN stages AS s ON s.pipeline_id = d.pipeline_id AND s.id = d.stage_id
                WHERE d.pipeline_id = (SELECT id FROM chosen) AND s.kind IN ('open', 'incoming')
                    AND d.deleted_at IS NULL AND \(actor.owners(.view, .deal).condition("d"))
                    \(filter.condition)
            ), done AS (
                SELECT d.stage_id = 142 AS is_won, d.amount_minor, d.closed_at,
                    extract(epoch FROM d.closed_at - d.created_at) / 86400 AS days,
                    d.closed_at >= \(now)::timestamptz - make_interval(days => \(days)::integer) AS is_recent
                FROM deals AS d
                WHERE d.pipeline_id = (SELECT id FROM chosen) AND d.stage_id IN (142, 143)
                    AND d.closed_at >= \(now)::timestamptz - make_interval(days => \(2 * days)::integer)
                    AND d.deleted_at IS NULL AND \(actor.owners(.view, .deal).condition("d"))
                    \(filter.condition)
            ), rates AS (
                SELECT
                    100.0 * count(*) FILTER (WHERE is_won AND is_recent)
                        / nullif(count(*) FILTER (WHERE is_recent), 0) AS rate,
                    100.0 * count(*) FILTER (WHERE is_won AND NOT is_recent)
                        / nullif(count(*) FILTER (WHERE NOT is_recent), 0) AS rate_before,
                    avg(days) FILTER (WHERE is_won AND is_recent) AS days,
                    avg(days) FILTER (WHERE is_won AND NOT is_recent) AS days_before,
                    COALESCE(sum(amount_minor) FILTER (
                        WHERE is_won AND closed_at >= (SELECT starts FROM month)), 0)::bigint AS won_minor
                FROM done
            )
            SELECT json_build_object('open_amount_minor', o.amount_minor, 'open_count', o.count,
                'forecast_minor', o.forecast_minor, 'forecast_delta_pct', NULL,
                'win_rate_pct', round(r.rate, 1)::float8,
                'win_rate_delta_pp', round(r.rate - r.rate_before, 1)::float8,
                'cycle_days', round(r.days, 1)::float8,
                'cycle_delta_days', round(r.days - r.days_before, 1)::float8,
                'goal_minor', COALESCE((SELECT month_goal_minor FROM settings), 0),
                'won_minor', r.won_minor, 'expected_minor', r.won_minor + o.expected_minor)::text
            FROM pending AS o
            CROSS JOIN rates AS r
            """
    }
}
