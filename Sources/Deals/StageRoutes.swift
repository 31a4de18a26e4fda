import Hummingbird
import Postgres
import Tenancy
import Vocabulary
import Web

/// `/api/v4/leads/pipelines/{id}/statuses` (amocrm-api 7.2).
extension Deals {
    func addStageRoutes(_ api: RouterGroup<TenantContext>) {
        api.get("leads/pipelines/:id/statuses") { try await listStages($0, $1) }
        api.get("leads/pipelines/:id/statuses/:stage") { try await oneStage($1) }
        api.post("leads/pipelines/:id/statuses") { try await createStages($0, $1) }
        api.patch("leads/pipelines/:id/statuses/:stage") { try await changeStage($0, $1) }
        api.delete("leads/pipelines/:id/statuses/:stage") { try await deleteStage($1) }
    }

    private func listStages(_ request: Request, _ context: TenantContext) async throws -> Response {
        let json = PipelineJSON(context, with: try Query(request).with)
        let rows = try await context.tenant.query(
            """
            SELECT json_agg(\(json.stage) ORDER BY s.sort, s.id), count(*)
            FROM stages AS s WHERE s.pipeline_id = \(try context.id())
            """)
        let count = try rows.one().decode(1, as: Int64.self)
        if count == 0 { throw NotFound() }
        return HAL.list(
            rows[0].text(0), count: Int(count), named: "statuses", page: 1, hasNext: false,
            request: request, context: context, totals: [("_total_items", count)])
    }

    private func oneStage(_ context: TenantContext) async throws -> Response {
        let rows = try await context.tenant.query(
            """
            SELECT \(PipelineJSON(context).stage)
            FROM stages AS s WHERE s.pipeline_id = \(try context.id()) AND s.id = \(try context.id("stage"))
            """)
        guard let text = rows.first?.text(0) else { throw NotFound() }
        return Response.json(text)
    }

    private func createStages(_ request: Request, _ context: TenantContext) async throws -> Response
    {
        try context.actor.checkShapesPipelines()
        let pipelineID = try context.id()
        let items = try Batch.items(try await request.json(), max: PipelineItem.stages_max) {
            StageItem(&$0, isNew: true)
        }
        let ids = try await shape(context) {
            try await Pipelines.addStages(pipelineID, items.map(\.value), in: $0)
        }
        let rows = try await context.tenant.query(
            """
            SELECT json_agg((\(PipelineJSON(context).stage)::jsonb
                || jsonb_build_object('request_id', w.request_id)) ORDER BY w.place)
            FROM unnest(\(ids), \(items.map(\.requestID))) WITH ORDINALITY AS w (id, request_id, place)
            JOIN stages AS s ON s.pipeline_id = \(pipelineID) AND s.id = w.id
            """)
        return HAL.list(
            rows.first?.text(0), count: ids.count, named: "statuses", page: 1, hasNext: false,
            request: request, context: context, totals: [("_total_items", Int64(ids.count))])
    }

    private func changeStage(_ request: Request, _ context: TenantContext) async throws -> Response
    {
        try context.actor.checkShapesPipelines()
        let pipelineID = try context.id()
        let id = try context.id("stage")
        var reader = try await request.json().reader()
        let read = StageItem(&reader, isNew: false)
        try reader.finish()
        if let item = read {
            try await shape(context) {
                try await Pipelines.changeStage(pipelineID, id, item, in: $0)
            }
        }
        return try await oneStage(context)
    }

    private func deleteStage(_ context: TenantContext) async throws -> Response {
        try context.actor.checkShapesPipelines()
        let pipelineID = try context.id()
        let id = try context.id("stage")
        try await shape(context) {
            try await Pipelines.deleteStage(pipelineID, id, in: $0)
        }
        return .empty
    }
}
