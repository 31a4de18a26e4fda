import Postgres
import Tenancy
import Vocabulary

/// One column of a pipeline. 142 (won) and 143 (lost) are in every pipeline, hence the two-part
/// key.
struct StageKey: Sendable, Hashable {
    static let won: Int64 = 142
    static let lost: Int64 = 143

    let pipelineID: Int64
    let stageID: Int64

    var isClosing: Bool { stageID == Self.won || stageID == Self.lost }
}

/// The stages of a company, loaded for one request.
struct Stages: Sendable {
    private let keys: Set<StageKey>
    private let firstOpen: [Int64: Int64]
    let mainPipelineID: Int64?

    static let statement: PostgresStatement = """
        SELECT s.pipeline_id, s.id, s.kind, p.is_main
        FROM stages AS s
        JOIN pipelines AS p ON p.id = s.pipeline_id
        WHERE NOT p.is_archived
        ORDER BY p.is_main DESC, p.sort, p.id, s.sort, s.id
        """

    init(rows: PostgresRows) throws {
        var keys: Set<StageKey> = []
        var firstOpen: [Int64: Int64] = [:]
        var main: Int64?
        for row in rows {
            let (pipeline, stage, kind, _) = try row.decode(
                Int64.self, Int64.self, String.self, Bool.self)
            keys.insert(StageKey(pipelineID: pipeline, stageID: stage))
            if kind == "open", firstOpen[pipeline] == nil { firstOpen[pipeline] = stage }
            if main == nil { main = pipeline }
        }
        self.keys = keys
        self.firstOpen = firstOpen
        mainPipelineID = main
    }

    /// Where a deal goes that says a pipeline, a stage, both or neither.
    ///
    /// A new deal that says a stage alone goes to the pipeline of that stage. For one that is there
    /// already: a closing stage is in every pipeline, so it stays in the current one unless another
    /// is named; an open stage of another pipeline needs `pipeline_id`, for a slip of the finger
    /// must not carry a deal away.
    func target(
        pipelineID: Int64?, stageID: Int64?, from current: StageKey?
    ) throws(DealRefusal) -> StageKey {
        guard
            let pipeline = pipelineID ?? current?.pipelineID ?? home(of: stageID) ?? mainPipelineID,
            let first = firstOpen[pipeline]
        else { throw .unknownPipeline }
        let stage = stageID ?? (pipeline == current?.pipelineID ? current?.stageID : nil) ?? first
        let key = StageKey(pipelineID: pipeline, stageID: stage)
        guard keys.contains(key) else { throw .unknownStage }
        return key
    }

    /// The pipeline of an open stage, whose id is its company's only one.
    private func home(of stageID: Int64?) -> Int64? {
        guard let stageID, stageID != StageKey.won, stageID != StageKey.lost else { return nil }
        return keys.first { $0.stageID == stageID }?.pipelineID
    }
}
