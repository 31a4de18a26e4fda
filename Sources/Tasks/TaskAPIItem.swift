import Postgres
import Records
import Vocabulary

/// A task as amoCRM's API shows it, built by PostgreSQL. The row is called `c`, its owner's
/// membership `m`.
struct TaskAPIItem: Sendable {
    let tenantID: Int64
    let baseURL: String

    var sql: PostgresStatement {
        """
        json_build_object('id', c.id, 'created_by', c.created_by, 'updated_by', c.updated_by,
            'created_at', extract(epoch FROM c.created_at)::bigint,
            'updated_at', extract(epoch FROM c.updated_at)::bigint,
            'responsible_user_id', c.owner_id, 'group_id', COALESCE(m.group_id, 0),
            'entity_id', c.entity_id, 'entity_type', \(pluralSQL("c.entity_type")),
            'duration', c.duration_s, 'is_completed', c.completed_at IS NOT NULL,
            'task_type_id', c.kind_id, 'text', c.text,
            'result', CASE WHEN c.result IS NULL THEN '[]'::json
                ELSE json_build_object('text', c.result) END,
            'complete_till', extract(epoch FROM c.due_at)::bigint,
            'account_id', \(tenantID)::bigint, 'version', c.version,
            '_links', json_build_object('self', json_build_object(
                'href', \(baseURL + "/api/v4/tasks/")::text || c.id)))
        """
    }
}
