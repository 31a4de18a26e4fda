import Postgres
import Records
import Tenancy
import Vocabulary
import Web

/// Writing pipelines and their stages, in the caller's transaction. Who may do it is checked at
/// the edge.
enum Pipelines {
    /// Where the stages that the product itself makes stand.
    private static let sort_incoming: Int64 = 10
    private static let sort_won: Int64 = 10_000
    private static let sort_lost: Int64 = 11_000
    private static let sort_step: Int64 = 10

    static func create(
        _ items: [PipelineItem], language: Language, in transaction: TenantTransaction
    ) async throws -> [Int64] {
        // One at a time shapes the pipelines, so that counts and "the main one" hold.
        let count = try await lock(transaction)
        guard count + items.count <= PipelineItem.pipelines_max else {
            throw PipelineRefusal.tooManyPipelines
        }
        var ids: [Int64] = []
        for (place, item) in items.enumerated() {
            let isMain = item.isMain ?? false || count + place == 0
            if isMain {
                _ = try await transaction.query(
                    "UPDATE pipelines SET is_main = false WHERE is_main")
            }
            let id = try await transaction.query(
                """
                INSERT INTO pipelines (name, sort, is_main)
                VALUES (\(item.name ?? ""), \(item.sort ?? 100)::bigint::integer, \(isMain))
                RETURNING id
                """
            ).one().decode(0, as: Int64.self)
            _ = try await transaction.pipeline([
                closing(id, item, language), stages(id, opened(item, language)),
            ])
            if item.hasIncoming ?? true { _ = try await transaction.query(incoming(id, language)) }
            ids.append(id)
        }
        return ids
    }

    /// Carries out a change and logs what it changed of pipelines and stages. One at a time shapes
    /// them.
    static func logging<Result>(
        by actor: Actor, at: Moment, in transaction: TenantTransaction,
        _ change: () async throws -> Result
    ) async throws -> Result {
        _ = try await lock(transaction)
        return try await SetupLog.logging(
            .pipeline, image, by: actor.userID, at: at, in: transaction, change)
    }

    /// All of them, for the log, in the words of the HTTP edge. A stage is logged under its
    /// pipeline: won and lost have the same ids in all of them.
    private static let image: PostgresStatement = """
        SELECT x.word, x.id, x.key, x.value::text
        FROM (
            SELECT 'pipeline' AS word, p.id, p.id::text AS key, json_build_object('id', p.id,
                'name', p.name, 'sort', p.sort, 'is_main', p.is_main) AS value
            FROM pipelines AS p
            UNION ALL
            SELECT 'status', s.pipeline_id, s.id::text, json_build_object('id', s.id,
                'pipeline_id', s.pipeline_id, 'name', s.name, 'sort', s.sort, 'color', s.color,
                'probability', s.probability, 'rot_days', s.rot_days)
            FROM stages AS s
        ) AS x
        ORDER BY x.id, x.word, x.key
        """

    private static func lock(_ transaction: TenantTransaction) async throws -> Int {
        try await transaction.query("SELECT id FROM pipelines ORDER BY id FOR UPDATE").count
    }

    /// A pipeline without a stage of its own could hold no deal.
    private static func opened(_ item: PipelineItem, _ language: Language) -> [NewStage] {
        let own = item.stages.filter { $0.closingID == nil }
        if own.isEmpty {
            let name = Text(ru: "Новая заявка", en: "New request")(language)
            return [
                NewStage(
                    name: name, sort: 20, color: StageItem.color_default, hue: "blue",
                    probability_pct: NewStage.probability_pct_default, rot_days: nil)
            ]
        }
        return own.enumerated().map { place, stage in
            NewStage(stage, sort: 20 + Int64(place) * sort_step)
        }
    }

    struct NewStage: Sendable {
        let name: String
        let sort: Int64
        let color: String
        let hue: String
        let probability_pct: Int64
        let rot_days: Int64?

        static let probability_pct_default: Int64 = 50
    }

    static func stages(_ pipelineID: Int64, _ stages: [NewStage]) -> PostgresStatement {
        """
        INSERT INTO stages (pipeline_id, name, kind, sort, color, hue, probability, rot_days)
        SELECT \(pipelineID), w.name, 'open', w.sort::integer, w.color, w.hue, w.probability::smallint,
            w.rot_days::integer
        FROM unnest(\(stages.map(\.name)), \(stages.map(\.sort)), \(stages.map(\.color)),
            \(stages.map(\.hue)), \(stages.map(\.probability_pct)), \(stages.map(\.rot_days)))
            WITH ORDINALITY AS w (name, sort, color, hue, probability, rot_days, place)
        ORDER BY w.place
        RETURNING id
        """
    }

    private static func closing(
        _ id: Int64, _ item: PipelineItem, _ language: Language
    ) -> PostgresStatement {
        let won = item.stages.last { $0.closingID == StageKey.won }?.name
        let lost = item.stages.last { $0.closingID == StageKey.lost }?.name
        return """
            INSERT INTO stages (pipeline_id, id, name, kind, sort, color, hue, probability)
            VALUES (\(id), 142, \(won ?? Text(ru: "Успешно реализовано", en: "Won")(language)), 'won',
                    \(sort_won)::bigint::integer, '#CCFF66', 'green', 100),
                (\(id), 143, \(lost ?? Text(ru: "Закрыто и не реализовано", en: "Lost")(language)), 'lost',
                    \(sort_lost)::bigint::integer, '#D5D8DB', 'slate', 0)
            """
    }

    private static func incoming(_ id: Int64, _ language: Language) -> PostgresStatement {
        """
        INSERT INTO stages (pipeline_id, name, kind, sort, color, hue, probability)
        SELECT \(id), \(Text(ru: "Неразобранное", en: "Incoming")(language)), 'incoming',
            \(sort_incoming)::bigint::integer, '#c1c1c1', 'slate', 10
        WHERE NOT EXISTS (SELECT FROM stages WHERE pipeline_id = \(id) AND kind = 'incoming')
        """
    }

    static func change(
        _ id: Int64, _ item: PipelineItem, language: Language, in transaction: TenantTransaction
    ) async throws {
        _ = try await lock(transaction)
        if item.isMain == true {
            _ = try await transaction.query(
                "UPDATE pipelines SET is_main = false WHERE is_main AND id <> \(id)")
        }
        let rows = try await transaction.query(
            """
            UPDATE pipelines
            SET name = COALESCE(\(item.name), name), sort = COALESCE(\(item.sort)::bigint::integer, sort),
                is_main = is_main OR \(item.isMain ?? false)
            WHERE id = \(id) AND NOT is_archived
            RETURNING id
            """)
        if rows.isEmpty { throw NotFound() }
        switch item.hasIncoming {
        case true: _ = try await transaction.query(incoming(id, language))
        case false:
            let stages = try await transaction.query(
                "SELECT id FROM stages WHERE pipeline_id = \(id) AND kind = 'incoming'")
            for stage in stages {
                try await deleteStage(
                    id, try stage.decode(0, as: Int64.self), in: transaction, isOurs: true)
            }
        case nil: break
        }
    }

    /// The main pipeline stays, and so does one with deals: a click must not carry cards away.
    /// Deals in the trash keep it too, as they can come back.
    static func delete(_ id: Int64, in transaction: TenantTransaction) async throws {
        _ = try await lock(transaction)
        let rows = try await transaction.query(
            """
            SELECT p.is_main, EXISTS (SELECT FROM deals AS d WHERE d.pipeline_id = p.id)
            FROM pipelines AS p WHERE p.id = \(id)
            """)
        guard let row = rows.first else { throw NotFound() }
        let (isMain, hasDeals) = try row.decode(Bool.self, Bool.self)
        if isMain { throw PipelineRefusal.isMain }
        if hasDeals { throw PipelineRefusal.hasDeals }
        _ = try await transaction.query("DELETE FROM pipelines WHERE id = \(id)")
    }

    static func addStages(
        _ pipelineID: Int64, _ items: [StageItem], in transaction: TenantTransaction
    ) async throws -> [Int64] {
        let rows = try await transaction.query(
            """
            SELECT (SELECT count(*) FROM stages AS s WHERE s.pipeline_id = p.id),
                COALESCE((SELECT max(s.sort) FROM stages AS s
                    WHERE s.pipeline_id = p.id AND s.kind = 'open'), 10)::bigint
            FROM pipelines AS p WHERE p.id = \(pipelineID) AND NOT p.is_archived
            FOR UPDATE OF p
            """)
        guard let row = rows.first else { throw NotFound() }
        let (count, last) = try row.decode(Int64.self, Int64.self)
        guard Int(count) + items.count <= PipelineItem.stages_max else {
            throw PipelineRefusal.tooManyStages
        }
        let stages = items.enumerated().map { place, item in
            NewStage(item, sort: min(9_999, last + Int64(place + 1) * sort_step))
        }
        return try await transaction.query(Self.stages(pipelineID, stages)).map {
            try $0.decode(0, as: Int64.self)
        }
    }

    /// Of the closing stages only the name can be changed, of the incoming one also how likely its
    /// deals are won and when they rot.
    static func changeStage(
        _ pipelineID: Int64, _ id: Int64, _ item: StageItem, in transaction: TenantTransaction
    ) async throws {
        let rows = try await transaction.query(
            """
            UPDATE stages
            SET name = COALESCE(\(item.name), name),
                sort = CASE WHEN kind = 'open' THEN COALESCE(\(item.sort)::bigint::integer, sort) ELSE sort END,
                color = CASE WHEN kind = 'open' THEN COALESCE(\(item.color), color) ELSE color END,
                hue = CASE WHEN kind = 'open' AND \(item.color != nil) THEN \(item.hue) ELSE hue END,
                probability = CASE
                    WHEN kind IN ('open', 'incoming')
                    THEN COALESCE(\(item.probability_pct)::bigint::smallint, probability)
                    ELSE probability
                END,
                rot_days = CASE
                    WHEN kind IN ('open', 'incoming') AND \(item.rot_days != .nothing)
                    THEN \(item.rot_days.applied(to: nil))::bigint::integer
                    ELSE rot_days
                END
            WHERE pipeline_id = \(pipelineID) AND id = \(id)
            RETURNING id
            """)
        if rows.isEmpty { throw NotFound() }
    }

    static func deleteStage(
        _ pipelineID: Int64, _ id: Int64, in transaction: TenantTransaction, isOurs: Bool = false
    ) async throws {
        let rows = try await transaction.query(
            """
            SELECT s.kind, EXISTS (
                    SELECT FROM deals AS d WHERE d.pipeline_id = s.pipeline_id AND d.stage_id = s.id),
                (SELECT count(*) FROM stages AS o WHERE o.pipeline_id = s.pipeline_id AND o.kind = 'open')
            FROM stages AS s WHERE s.pipeline_id = \(pipelineID) AND s.id = \(id)
            FOR UPDATE OF s
            """)
        guard let row = rows.first else { throw NotFound() }
        let (kind, hasDeals, count) = try row.decode(String.self, Bool.self, Int64.self)
        if hasDeals { throw PipelineRefusal.hasDeals }
        guard kind == "open" && count > 1 || kind == "incoming" && isOurs else {
            throw PipelineRefusal.isFixed
        }
        _ = try await transaction.query(
            "DELETE FROM stages WHERE pipeline_id = \(pipelineID) AND id = \(id)")
    }
}

extension Pipelines.NewStage {
    /// - Parameter sort: its place when the item says none.
    init(_ item: StageItem, sort: Int64) {
        self.init(
            name: item.name ?? "", sort: item.sort ?? sort,
            color: item.color ?? StageItem.color_default, hue: item.hue,
            probability_pct: item.probability_pct ?? Self.probability_pct_default,
            rot_days: item.rot_days.applied(to: nil))
    }
}
