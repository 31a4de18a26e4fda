import Postgres
import Records
import Tenancy
import Vocabulary
import Web

/// What every write checks against, in one round trip with whatever else is read.
struct DealRules: Sendable {
    let stages: Stages
    /// Who works here now.
    let members: Set<Int64>
    /// Who works here or did.
    private let everyone: Set<Int64>
    let lossReasons: Set<Int64>
    let required: [RequiredField]
    /// Empty unless asked for.
    let fields: CustomFields

    static let statements: [PostgresStatement] = [
        Stages.statement, "SELECT user_id, is_active FROM members",
        "SELECT id FROM loss_reasons", RequiredField.statement,
    ]

    static func statements(withFields: Bool) -> [PostgresStatement] {
        withFields ? statements + [CustomFields.statement(.deal)] : statements
    }

    init(_ rows: ArraySlice<PostgresRows>) throws {
        let rows = Array(rows)
        stages = try Stages(rows: rows[0])
        let people = try rows[1].map { try $0.decode(Int64.self, Bool.self) }
        members = Set(people.filter(\.1).map(\.0))
        everyone = Set(people.map(\.0))
        lossReasons = Set(try rows[2].map { try $0.decode(0, as: Int64.self) })
        required = try rows[3].map { try RequiredField(row: $0) }
        fields = rows.count > 4 ? try CustomFields(.deal, rows: rows[4]) : CustomFields(.deal, [])
    }

    /// The author worked here when he made or changed the deal; 0 is the machine.
    func check(authorID: Int64?, _ path: String, refusals: inout [any Refusal]) {
        if let authorID, authorID != 0, !everyone.contains(authorID) {
            refusals.append(DealRefusal.unknownAuthor(path: path))
        }
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
