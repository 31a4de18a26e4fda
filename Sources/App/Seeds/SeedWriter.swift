import Foundation
import Postgres
import Tenancy
import Vocabulary

/// Writes rows in bulk inside one tenant transaction. Ids come back in the order of `ord`:
/// identity values are given out after the ORDER BY of an INSERT ... SELECT.
struct SeedWriter {
    let transaction: TenantTransaction

    private func json(_ rows: some Encodable) throws -> JSONText {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .useDefaultKeys
        return JSONText(String(decoding: try encoder.encode(rows), as: UTF8.self))
    }

    private func ids(_ rows: PostgresRows) throws -> [Int64] {
        try rows.map { try $0.decode(0, as: Int64.self) }.sorted()
    }

    func companies(_ rows: [CompanyRow]) async throws -> [Int64] {
        try ids(
            await transaction.query(
                """
                INSERT INTO companies (name, owner_id, fields, created_by, updated_by, created_at, updated_at)
                SELECT name, owner, fields, owner, owner, to_timestamp(at), to_timestamp(at)
                FROM jsonb_to_recordset(\(try json(rows)))
                    AS r (ord int, name text, owner bigint, fields jsonb, at bigint)
                ORDER BY ord
                RETURNING id
                """))
    }

    func contacts(_ rows: [ContactRow]) async throws -> [Int64] {
        try ids(
            await transaction.query(
                """
                INSERT INTO contacts (name, first_name, last_name, owner_id, company_id, fields,
                    created_by, updated_by, created_at, updated_at)
                SELECT name, first, last, owner, company, fields,
                    owner, owner, to_timestamp(at), to_timestamp(at)
                FROM jsonb_to_recordset(\(try json(rows)))
                    AS r (ord int, name text, first text, last text, owner bigint, company bigint,
                        fields jsonb, at bigint)
                ORDER BY ord
                RETURNING id
                """))
    }

    func deals(_ rows: [DealRow]) async throws -> [Int64] {
        try ids(
            await transaction.query(
                """
                INSERT INTO deals (name, pipeline_id, stage_id, stage_entered_at, amount_minor, owner_id,
                    company_id, loss_reason_id, channel, expected_close_on, fields, tag_ids, next_task_at,
                    created_by, updated_by, created_at, updated_at, closed_at)
                SELECT name, pipeline, stage, to_timestamp(entered), amount, owner,
                    company, reason, channel, "closeOn"::date, fields, tags, to_timestamp("nextTask"),
                    owner, owner, to_timestamp(at), to_timestamp(updated), to_timestamp(closed)
                FROM jsonb_to_recordset(\(try json(rows)))
                    AS r (ord int, name text, pipeline bigint, stage bigint, entered bigint, amount bigint,
                        owner bigint, company bigint, reason bigint, channel text, "closeOn" text,
                        fields jsonb, tags bigint[], "nextTask" bigint, at bigint, updated bigint,
                        closed bigint)
                ORDER BY ord
                RETURNING id
                """))
    }

    func spans(_ rows: [SpanRow]) async throws {
        _ = try await transaction.query(
            """
            INSERT INTO stage_spans (deal_id, pipeline_id, stage_id, entered_at, entered_by, left_at, left_by)
            SELECT deal, pipeline, stage, to_timestamp(entered), "enteredBy", to_timestamp("left"), "leftBy"
            FROM jsonb_to_recordset(\(try json(rows)))
                AS r (deal bigint, pipeline bigint, stage bigint, entered bigint, "enteredBy" bigint,
                    "left" bigint, "leftBy" bigint)
            """)
    }

    func links(_ rows: [LinkRow]) async throws {
        _ = try await transaction.query(
            """
            INSERT INTO deal_contacts (deal_id, contact_id, is_main)
            SELECT deal, contact, true
            FROM jsonb_to_recordset(\(try json(rows))) AS r (deal bigint, contact bigint)
            """)
    }

    func tasks(_ rows: [TaskRow]) async throws {
        _ = try await transaction.query(
            """
            INSERT INTO tasks (text, kind_id, owner_id, entity_type, entity_id, due_at, result, completed_at,
                created_by, updated_by, created_at, updated_at)
            SELECT text, kind, owner, 'deal', deal, to_timestamp(due), result, to_timestamp(completed),
                owner, owner, to_timestamp(at), to_timestamp(coalesce(completed, at))
            FROM jsonb_to_recordset(\(try json(rows)))
                AS r (text text, kind bigint, owner bigint, deal bigint, due bigint, result text,
                    completed bigint, at bigint)
            """)
    }

    func notes(_ rows: [NoteRow]) async throws {
        _ = try await transaction.query(
            """
            INSERT INTO notes (entity_type, entity_id, kind, params, owner_id, created_by, updated_by,
                created_at, updated_at)
            SELECT 'deal', deal, 'common', jsonb_build_object('text', text), owner, owner, owner,
                to_timestamp(at), to_timestamp(at)
            FROM jsonb_to_recordset(\(try json(rows)))
                AS r (deal bigint, text text, owner bigint, at bigint)
            """)
    }

    func events(_ rows: [EventRow]) async throws {
        _ = try await transaction.query(
            """
            INSERT INTO events (id, type, entity_type, entity_id, actor_id, before, after, created_at)
            SELECT id, type, 'deal', deal, actor, before, after, to_timestamp(at)
            FROM jsonb_to_recordset(\(try json(rows)))
                AS r (id text, type text, deal bigint, actor bigint, before jsonb, after jsonb, at bigint)
            """)
    }
}
