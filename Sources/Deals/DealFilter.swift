import Postgres
import Records
import Vocabulary
import Web

/// amoCRM's filters and orders of the list of leads (amocrm-api 5.2).
struct DealFilter: Sendable {
    private(set) var condition: PostgresStatement = ""
    private(set) var order: PostgresStatement = "ORDER BY d.id"
    /// `with=only_deleted`: what lies in the trash instead of what does not.
    let trash: PostgresStatement

    /// - Parameters:
    ///   - fields: the company's; only needed when `FieldFilter.isNeeded`.
    ///   - modifiedSince: only what changed after it.
    init(
        _ query: Query, _ fields: CustomFields? = nil, timeZone: String,
        modifiedSince: Moment? = nil
    ) throws {
        trash =
            query.with.contains("only_deleted")
            ? "d.deleted_at IS NOT NULL" : "d.deleted_at IS NULL"
        func column(_ key: String, _ test: ([Int64]) -> PostgresStatement) throws {
            if let ids = try query.ids(key) { condition = "\(condition) AND \(test(ids))" }
        }
        try column("filter[id]") { "d.id = ANY(\($0))" }
        try column("filter[pipeline_id]") { "d.pipeline_id = ANY(\($0))" }
        try column("filter[responsible_user_id]") { "d.owner_id = ANY(\($0))" }
        try column("filter[created_by]") { "d.created_by = ANY(\($0))" }
        try column("filter[updated_by]") { "d.updated_by = ANY(\($0))" }
        try column("filter[loss_reason_id]") { "d.loss_reason_id = ANY(\($0))" }
        if let channels = query.list("filter[channel]") {
            condition = "\(condition) AND d.channel = ANY(\(channels))"
        }
        if let names = query.texts("filter[name]") {
            condition = "\(condition) AND d.name = ANY(\(names))"
        }
        try price(query)
        for (key, name) in Self.moments {
            condition.append(
                try MomentFilter.condition(query, "filter[\(key)]", "d.\(name)"))
        }
        if let modifiedSince { condition.append(" AND d.updated_at > \(modifiedSince)") }
        if let fields {
            for filter in FieldFilter.all(query, fields) {
                condition.append(filter.condition(fields, timeZone: timeZone, alias: "d"))
            }
        }
        if let search = SearchCondition(query.string("query") ?? "") {
            condition = "\(condition) AND \(search.sql(alias: "d"))"
        }
        try stages(query)
        sort(query)
    }

    private static let moments: [(String, PostgresStatement)] = [
        ("created_at", "created_at"), ("updated_at", "updated_at"), ("closed_at", "closed_at"),
        ("closest_task_at", "next_task_at"),
    ]

    /// In whole units, as the client sees them; ours below that do not count.
    private mutating func price(_ query: Query) throws {
        guard let range = try query.range("filter[price]") else { return }
        if let from = range.from {
            condition.append(" AND d.amount_minor / \(Money.minorPerUnit) >= \(from)")
        }
        if let to = range.to {
            condition.append(" AND d.amount_minor / \(Money.minorPerUnit) <= \(to)")
        }
    }

    private mutating func stages(_ query: Query) throws {
        let pairs = query.objects("filter[statuses]")
        guard !pairs.isEmpty else { return }
        var pipelines: [Int64] = []
        var stages: [Int64] = []
        for (place, pair) in pairs.enumerated() {
            guard let pipeline = pair["pipeline_id"].flatMap({ Int64($0) }),
                let stage = pair["status_id"].flatMap({ Int64($0) })
            else { throw FieldRefusal.invalidType("filter.statuses.\(place)", "object") }
            pipelines.append(pipeline)
            stages.append(stage)
        }
        condition = """
            \(condition) AND (d.pipeline_id, d.stage_id) IN (
                SELECT s.pipeline_id, s.stage_id FROM unnest(\(pipelines), \(stages)) AS s (pipeline_id, stage_id))
            """
    }

    private mutating func sort(_ query: Query) {
        guard let order = query.order else { return }
        switch (order.field, order.isAscending) {
        case ("created_at", true): self.order = "ORDER BY d.created_at, d.id"
        case ("created_at", false): self.order = "ORDER BY d.created_at DESC, d.id DESC"
        case ("updated_at", true): self.order = "ORDER BY d.updated_at, d.id"
        case ("updated_at", false): self.order = "ORDER BY d.updated_at DESC, d.id DESC"
        case ("id", false): self.order = "ORDER BY d.id DESC"
        default: break
        }
    }
}
