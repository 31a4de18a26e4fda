import Postgres
import Records
import Tenancy
import Vocabulary
import Web

/// What every write checks against, in one round trip with whatever else is read.
struct Company: Sendable {
    let stages: Stages
    let members: Set<Int64>
    let lossReasons: Set<Int64>
    let required: [RequiredField]
    /// Empty unless asked for.
    let fields: CustomFields

    static let statements: [PostgresStatement] = [
        Stages.statement, "SELECT user_id FROM members WHERE is_active",
        "SELECT id FROM loss_reasons", RequiredField.statement,
    ]

    static func statements(withFields: Bool) -> [PostgresStatement] {
        withFields ? statements + [CustomFields.statement(.deal)] : statements
    }

    init(_ rows: ArraySlice<PostgresRows>) throws {
        let rows = Array(rows)
        stages = try Stages(rows: rows[0])
        members = Set(try rows[1].map { try $0.decode(0, as: Int64.self) })
        lossReasons = Set(try rows[2].map { try $0.decode(0, as: Int64.self) })
        required = try rows[3].map { try RequiredField(row: $0) }
        fields = rows.count > 4 ? try CustomFields(.deal, rows: rows[4]) : CustomFields(.deal, [])
    }

    /// Refuses a stage that asks for fields which would be empty there, naming all of them.
    func check(_ stage: StageKey, filled: (Int64) -> Bool) throws(Refused) {
        let empty = required.filter { $0.stages.contains(stage) && !filled($0.id) }
        if empty.isEmpty { return }
        throw Refused(refusals: empty.map { DealRefusal.emptyField(id: $0.id, name: $0.name) })
    }
}

/// A custom field that must be filled before a deal may stand in some stages.
struct RequiredField: Sendable {
    let id: Int64
    let name: String
    let stages: Set<StageKey>

    static let statement: PostgresStatement = """
        SELECT f.id, f.name, f.required_stages::text
        FROM custom_fields AS f
        WHERE f.entity_type = 'deal' AND f.required_stages <> '[]'
        ORDER BY f.sort, f.id
        """

    init(row: PostgresRow) throws {
        let (id, name, stages) = try row.decode(Int64.self, String.self, String.self)
        self.id = id
        self.name = name
        let list = try JSONParser.parse(Array(stages.utf8)).array ?? []
        self.stages = Set(
            list.compactMap { stage in
                guard let pipeline = stage.present("pipeline_id")?.int,
                    let stage = stage.present("status_id")?.int
                else { return nil }
                return StageKey(pipelineID: pipeline, stageID: stage)
            })
    }
}
