-- 10,000 deals of one company, spread over the open stages of its main pipeline. Runs with its search_path.
-- Stages get ids that nothing else has, so that the floor can tell them among logged parameters.
UPDATE stages SET id = id + 4000 WHERE kind = 'open';
INSERT INTO contacts (id, name, first_name, owner_id, created_by, updated_by)
SELECT 1000 + n, 'Контакт ' || n, 'Контакт', (SELECT min(user_id) FROM members), 0, 0
FROM generate_series(0, 1999) AS n;
INSERT INTO deals (id, name, pipeline_id, stage_id, amount_minor, owner_id, channel, stage_entered_at)
SELECT 1000 + n, 'Сделка ' || n, pipeline.id, pipeline.stages[1 + n % cardinality(pipeline.stages)],
    (n % 500 + 1) * 100000, (SELECT min(user_id) FROM members), 'site', now() - n * interval '1 minute'
FROM generate_series(0, 9999) AS n,
    (SELECT p.id, (SELECT array_agg(s.id ORDER BY s.sort) FROM stages AS s
        WHERE s.pipeline_id = p.id AND s.kind = 'open') AS stages
    FROM pipelines AS p WHERE p.is_main) AS pipeline;
INSERT INTO deal_contacts (deal_id, contact_id, is_main)
SELECT 1000 + n, 1000 + n % 2000, true FROM generate_series(0, 9999) AS n;
INSERT INTO stage_spans (deal_id, pipeline_id, stage_id, entered_at, entered_by)
SELECT id, pipeline_id, stage_id, stage_entered_at, 0 FROM deals;
SELECT setval(pg_get_serial_sequence('deals', 'id'), 11000), setval(pg_get_serial_sequence('contacts', 'id'), 3000);
ANALYZE contacts; ANALYZE deals; ANALYZE deal_contacts; ANALYZE stage_spans;
