import Postgres
import Tenancy
import Vocabulary

/// Ids of what a demo company is set up with.
struct SeedSetup: Sendable {
    var pipelines: [(id: Int64, stages: [Int64])] = []
    var lossReasons: [Int64] = []
    var tags: [String: Int64] = [:]
    /// By entity and name; predefined fields by code.
    var fields: [String: Int64] = [:]
    var options: [String: [Int64]] = [:]

    static func write(
        _ company: DemoCompany, in transaction: TenantTransaction
    ) async throws -> SeedSetup {
        var setup = SeedSetup()
        _ = try await transaction.query(
            """
            INSERT INTO settings (name, subtitle, month_goal_minor)
            VALUES (\(company.name), \(company.subtitle), \(Int64(company.monthGoal) * Money.minorPerUnit))
            ON CONFLICT (only_row) DO UPDATE
            SET name = excluded.name, subtitle = excluded.subtitle,
                month_goal_minor = excluded.month_goal_minor
            """)
        for (place, pipeline) in company.pipelines.enumerated() {
            setup.pipelines.append(
                try await Starter.pipeline(
                    named: pipeline.name, color: pipeline.color, isMain: place == 0,
                    sort: 10 * (place + 1),
                    stages: pipeline.stages.map {
                        .init(
                            name: $0.name, hue: $0.hue, color: $0.color,
                            probability: $0.probability, rotDays: $0.rotDays)
                    }, .ru, in: transaction))
        }
        setup.lossReasons = try await Starter.lossReasons(company.lossReasons, in: transaction)
        try await Starter.predefinedFields(.ru, in: transaction)
        for row in try await transaction.query(
            "SELECT entity_type, code, id FROM custom_fields WHERE is_predefined")
        {
            let (entity, code, id) = try row.decode(String.self, String.self, Int64.self)
            setup.fields["\(entity).\(code)"] = id
        }
        for (place, field) in company.fields.enumerated() {
            try await setup.add(field, sort: 100 + place, in: transaction)
        }
        for tag in company.tags {
            let rows = try await transaction.query(
                """
                INSERT INTO tags (entity_type, name, color)
                VALUES ('deal', \(tag.name), \(tag.color))
                RETURNING id
                """)
            setup.tags[tag.name] = try rows.first?.decode(0, as: Int64.self)
        }
        return setup
    }

    private mutating func add(
        _ field: DemoCompany.Field, sort: Int, in transaction: TenantTransaction
    ) async throws {
        let rows = try await transaction.query(
            """
            INSERT INTO custom_fields (entity_type, name, kind, sort)
            VALUES (\(field.entity), \(field.name), \(field.kind), \(Int32(sort)))
            RETURNING id
            """)
        guard let id = try rows.first?.decode(0, as: Int64.self) else { return }
        fields["\(field.entity).\(field.name)"] = id
        let made = try await transaction.query(
            """
            INSERT INTO custom_field_options (field_id, value, sort)
            SELECT \(id), value, place
            FROM unnest(\(field.options)) WITH ORDINALITY AS option (value, place)
            ORDER BY place
            RETURNING id
            """)
        options["\(field.entity).\(field.name)"] = try made.map { try $0.decode(0, as: Int64.self) }
            .sorted()
    }
}
