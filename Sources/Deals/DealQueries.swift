import Postgres
import Records
import Vocabulary
import Web

/// A deal as amoCRM's API shows it ("lead"), built by PostgreSQL. The row is called `d`.
struct LeadItem: Sendable {
    let tenantID: Int64
    let baseURL: String
    let with: Set<String>

    var sql: PostgresStatement {
        """
        json_build_object('id', d.id, 'name', d.name, 'price', d.amount_minor / \(Money.minorPerUnit),
            'price_with_minor_units', round(d.amount_minor / 100.0, 2),
            'responsible_user_id', d.owner_id, 'group_id', COALESCE(m.group_id, 0),
            'status_id', d.stage_id, 'pipeline_id', d.pipeline_id, 'loss_reason_id', d.loss_reason_id,
            'created_by', d.created_by, 'updated_by', d.updated_by,
            'created_at', extract(epoch FROM d.created_at)::bigint,
            'updated_at', extract(epoch FROM d.updated_at)::bigint,
            'closed_at', extract(epoch FROM d.closed_at)::bigint,
            'closest_task_at', extract(epoch FROM d.next_task_at)::bigint,
            'is_deleted', d.deleted_at IS NOT NULL,
            'custom_fields_values', \(CustomFields.valuesSQL(.deal, alias: "d")),
            'score', NULL, 'account_id', \(tenantID)::bigint, 'labor_cost', NULL, 'version', d.version,
            '_links', \(link("leads", "d.id")),
            '_embedded', json_build_object('tags', \(Tags.listSQL(alias: "d")),
                'companies', CASE WHEN d.company_id IS NULL THEN '[]'::json ELSE json_build_array(
                    json_build_object('id', d.company_id, '_links', \(link("companies", "d.company_id")))) END
                \(contacts) \(lossReason)))
        """
    }

    private var contacts: PostgresStatement {
        guard with.contains("contacts") else { return "" }
        return """
            , 'contacts', COALESCE((
                SELECT json_agg(json_build_object('id', l.contact_id, 'is_main', l.is_main,
                    '_links', \(link("contacts", "l.contact_id"))) ORDER BY l.is_main DESC, l.contact_id)
                FROM deal_contacts AS l
                WHERE l.deal_id = d.id), '[]')
            """
    }

    private var lossReason: PostgresStatement {
        guard with.contains("loss_reason") else { return "" }
        return """
            , 'loss_reason', COALESCE((
                SELECT json_agg(json_build_object('id', r.id, 'name', r.name, 'sort', r.sort,
                    'created_at', extract(epoch FROM r.created_at)::bigint,
                    'updated_at', extract(epoch FROM r.updated_at)::bigint,
                    '_links', \(link("leads/loss_reasons", "r.id"))))
                FROM loss_reasons AS r
                WHERE r.id = d.loss_reason_id), '[]')
            """
    }

    private func link(_ path: String, _ id: PostgresStatement) -> PostgresStatement {
        """
        json_build_object('self', json_build_object('href', \
        \(baseURL + "/api/v4/" + path + "/")::text || \(id)))
        """
    }
}

enum DealQueries {
    /// One deal that the actor may see: its JSON and its version.
    static func one(_ id: Int64, as item: LeadItem, for owners: Owners) -> PostgresStatement {
        """
        SELECT \(item.sql), d.version
        FROM deals AS d
        LEFT JOIN members AS m ON m.user_id = d.owner_id
        WHERE d.id = \(id) AND d.deleted_at IS NULL AND \(owners.condition("d"))
        """
    }

    /// A page of the list: the JSON array and how many rows it has; one more row than `limit` is
    /// looked for.
    static func list(
        _ filter: DealFilter, as item: LeadItem, for owners: Owners, limit: Int, offset: Int
    ) -> PostgresStatement {
        """
        WITH page AS (
            SELECT d.id, row_number() OVER (\(filter.order)) AS place
            FROM deals AS d
            WHERE \(filter.trash) AND \(owners.condition("d")) \(filter.condition)
            \(filter.order)
            LIMIT \(Int64(limit + 1)) OFFSET \(Int64(offset))
        )
        SELECT json_agg(\(item.sql) ORDER BY page.place)
            FILTER (WHERE page.place <= \(Int64(offset + limit))), count(*)
        FROM page
        JOIN deals AS d ON d.id = page.id
        LEFT JOIN members AS m ON m.user_id = d.owner_id
        """
    }
}

/// amoCRM's filters and orders of the list of leads (amocrm-api 5.2).
struct DealFilter: Sendable {
    private(set) var condition: PostgresStatement = ""
    private(set) var order: PostgresStatement = "ORDER BY d.id"
    /// `with=only_deleted`: what lies in the trash instead of what does not.
    let trash: PostgresStatement

    /// - Parameter fields: the company's; only needed when `FieldFilter.isNeeded`.
    init(_ query: Query, _ fields: CustomFields? = nil, timeZone: String) throws {
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
        if let names = query.list("filter[name]") {
            condition = "\(condition) AND d.name = ANY(\(names))"
        }
        if let range = try query.range("filter[price]") {
            let whole = Money.minorPerUnit
            if let from = range.from {
                condition = "\(condition) AND d.amount_minor / \(whole) >= \(from)"
            }
            if let to = range.to {
                condition = "\(condition) AND d.amount_minor / \(whole) <= \(to)"
            }
        }
        for (key, name) in Self.moments {
            guard let range = try query.range("filter[\(key)]") else { continue }
            if let from = range.from {
                condition = "\(condition) AND d.\(name) >= to_timestamp(\(from))"
            }
            if let to = range.to {
                condition = "\(condition) AND d.\(name) < to_timestamp(\(to) + 1)"
            }
        }
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
