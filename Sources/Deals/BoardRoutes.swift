import Hummingbird
import Postgres
import Records
import Tenancy
import Vocabulary
import Web

/// `/ui/board`: the screen a seller looks at all day, each answer in one round trip.
extension Deals {
    /// Cards that one request may ask for by id.
    static let cardIDs_max = 250

    func addBoardRoutes(_ ui: RouterGroup<TenantContext>) {
        ui.get("board") { try await wholeBoard($0, $1) }
        ui.get("board/stage") { try await moreCards($0, $1) }
        ui.get("board/cards") { try await cardsByID($0, $1) }
    }

    private func wholeBoard(_ request: Request, _ context: TenantContext) async throws -> Response {
        let board = try board(Query(request), context)
        let found = try await context.tenant.pipeline([board.columns, board.figures, board.views])
        guard let row = found[0].first else { throw NotFound() }
        let pipelineID = try row.decode(0, as: Int64.self)
        let streamNo = try row.decode(1, as: Int64.self)
        let figures = try found[1].one().text(0)
        let views = try found[2].one().text(0)
        return .json(hal: false) {
            $0.field("pipeline_id", pipelineID)
            $0.field("stream_no", streamNo)
            $0.field("kpi", json: figures)
            $0.field("views", json: views)
            $0.field("stages", json: row.text(2))
        }
    }

    private func moreCards(_ request: Request, _ context: TenantContext) async throws -> Response {
        let query = try Query(request)
        let cursor = query.string("after").flatMap(Board.Cursor.init)
        if query.has("after"), cursor == nil { throw FieldRefusal.invalidValue("after") }
        let stageID = try query.int64("stage") ?? 0
        let statement = try board(query, context).column(stageID, after: cursor)
        guard let row = try await context.tenant.query(statement).first else { throw NotFound() }
        return .json(hal: false) {
            $0.field("cards", json: row.text(0))
            $0.field("next", row.text(1))
        }
    }

    private func cardsByID(_ request: Request, _ context: TenantContext) async throws -> Response {
        let ids = try Query(request).ids("ids") ?? []
        guard ids.count <= Self.cardIDs_max else {
            throw FieldRefusal.tooMany("ids", Self.cardIDs_max)
        }
        let statement = DealCard.statement(ids, for: context.actor, at: context.now)
        let cards = try await context.tenant.query(statement).one().text(0)
        return .json(hal: false) { $0.field("cards", json: cards) }
    }

    private func board(_ query: Query, _ context: TenantContext) throws -> Board {
        Board(
            pipelineID: try query.int64("pipeline") ?? 0,
            view: BoardView(rawValue: query.string("view") ?? "open") ?? .open,
            filter: try BoardFilter(query, context.actor), actor: context.actor,
            now: context.now, timeZone: context.tenant.tenant.timeZone)
    }
}
