import Postgres
import Records
import Vocabulary
import Web

/// The filters and order of amoCRM's list of tasks (amocrm-api 11).
enum TaskList {
    /// The rows wanted; the table is called `c`.
    static func rows(
        _ query: Query, actor: Actor, modifiedSince: Moment?
    ) throws -> PostgresStatement {
        var rows: PostgresStatement = """
            tasks AS c WHERE c.deleted_at IS NULL AND \(actor.owners(.view, .task).condition("c"))
            """
        if let ids = try query.ids("filter[id]") { rows.append(" AND c.id = ANY(\(ids))") }
        if let ids = try query.ids("filter[responsible_user_id]") {
            rows.append(" AND c.owner_id = ANY(\(ids))")
        }
        if let ids = try query.ids("filter[created_by]") {
            rows.append(" AND c.created_by = ANY(\(ids))")
        }
        // The official client sends both names.
        for key in ["filter[task_type]", "filter[task_type_id]"] {
            if let ids = try query.ids(key) { rows.append(" AND c.kind_id = ANY(\(ids))") }
        }
        if let words = query.list("filter[is_completed]") {
            let wanted = Set(words.map { $0 == "1" || $0 == "true" })
            if wanted.count == 1 {
                rows.append(" AND (c.completed_at IS NOT NULL) = \(wanted.contains(true))")
            }
        }
        if let words = query.list("filter[entity_type]") {
            let kinds = words.compactMap { EntityType(plural: $0) ?? EntityType(singular: $0) }
            rows.append(" AND c.entity_type = ANY(\(kinds.map(\.rawValue)))")
        }
        if let ids = try query.ids("filter[entity_id]") {
            guard query.has("filter[entity_type]") else {
                throw FieldRefusal.missing("filter[entity_type]")
            }
            rows.append(" AND c.entity_id = ANY(\(ids))")
        }
        rows.append(try MomentFilter.condition(query, "filter[updated_at]", "c.updated_at"))
        rows.append(try MomentFilter.condition(query, "filter[complete_till]", "c.due_at"))
        if let modifiedSince { rows.append(" AND c.updated_at > \(modifiedSince)") }
        let stages = query.objects("filter[lead_statuses]")
        if !stages.isEmpty { rows.append(try onStages(stages)) }
        return rows
    }

    /// Tasks of deals that stand on one of these stages.
    private static func onStages(_ stages: [[String: String]]) throws -> PostgresStatement {
        var pipelines: [Int64] = []
        var ids: [Int64] = []
        for stage in stages {
            guard let pipeline = stage["pipeline_id"].flatMap({ Int64($0) }),
                let id = stage["status_id"].flatMap({ Int64($0) })
            else { throw FieldRefusal.invalidType("filter[lead_statuses]", "int") }
            pipelines.append(pipeline)
            ids.append(id)
        }
        return """
             AND c.entity_type = 'deal' AND EXISTS (SELECT FROM deals AS d
                JOIN unnest(\(pipelines), \(ids)) AS s (pipeline_id, stage_id)
                    ON s.pipeline_id = d.pipeline_id AND s.stage_id = d.stage_id
                WHERE d.id = c.entity_id AND d.deleted_at IS NULL)
            """
    }

    static func order(_ query: Query) -> PostgresStatement {
        switch (query.order?.field, query.order?.isAscending ?? true) {
        case ("created_at", true): "c.created_at, c.id"
        case ("created_at", false): "c.created_at DESC, c.id DESC"
        case ("complete_till", true): "c.due_at, c.id"
        case ("complete_till", false): "c.due_at DESC, c.id DESC"
        case (_, false): "c.id DESC"
        case (_, true): "c.id"
        }
    }
}
