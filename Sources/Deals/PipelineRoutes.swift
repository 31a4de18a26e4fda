import Hummingbird
import Postgres
import Tenancy
import Vocabulary
import Web

/// `/api/v4/leads/pipelines`: amoCRM's words for our pipelines and stages (amocrm-api 7).
extension Deals {
    func addPipelineRoutes(_ api: RouterGroup<TenantContext>) {
        api.get("leads/pipelines") { try await listPipelines($0, $1) }
        api.get("leads/pipelines/:id") { try await onePipeline(try $1.id(), $1) }
        api.post("leads/pipelines") { try await createPipelines($0, $1) }
        api.patch("leads/pipelines/:id") { try await changePipeline($0, $1) }
        api.delete("leads/pipelines/:id") { try await deletePipeline($1) }
    }

    private func listPipelines(
        _ request: Request, _ context: TenantContext
    ) async throws -> Response {
        let json = PipelineJSON(context, with: try Query(request).with)
        let rows = try await context.tenant.query(
            """
            SELECT json_agg(p.json ORDER BY p.sort, p.id), count(*)
            FROM (SELECT p.id, p.sort, \(json.pipeline) AS json
                FROM pipelines AS p WHERE NOT p.is_archived) AS p
            """)
        let count = try rows.one().decode(1, as: Int64.self)
        return HAL.list(
            rows[0].text(0), count: Int(count), named: "pipelines", page: 1, hasNext: false,
            request: request, context: context, totals: [("_total_items", count)])
    }

    private func onePipeline(_ id: Int64, _ context: TenantContext) async throws -> Response {
        let rows = try await context.tenant.query(
            "SELECT \(PipelineJSON(context).pipeline) FROM pipelines AS p WHERE p.id = \(id)")
        guard let text = rows.first?.text(0) else { throw NotFound() }
        return Response.json(text)
    }

    private func createPipelines(
        _ request: Request, _ context: TenantContext
    ) async throws -> Response {
        try context.actor.checkShapesPipelines()
        let items = try Batch.items(try await request.json(), max: PipelineItem.pipelines_max) {
            PipelineItem(&$0, isNew: true)
        }
        let ids = try await shape(context) {
            try await Pipelines.create(items.map(\.value), language: context.actor.language, in: $0)
        }
        let rows = try await context.tenant.query(
            """
            SELECT json_agg((\(PipelineJSON(context).pipeline)::jsonb
                || jsonb_build_object('request_id', w.request_id)) ORDER BY w.place)
            FROM unnest(\(ids), \(items.map(\.requestID))) WITH ORDINALITY AS w (id, request_id, place)
            JOIN pipelines AS p ON p.id = w.id
            """)
        return HAL.list(
            rows.first?.text(0), count: ids.count, named: "pipelines", page: 1, hasNext: false,
            request: request, context: context, totals: [("_total_items", Int64(ids.count))])
    }

    private func changePipeline(
        _ request: Request, _ context: TenantContext
    ) async throws -> Response {
        try context.actor.checkShapesPipelines()
        let id = try context.id()
        var reader = try await request.json().reader()
        let read = PipelineItem(&reader, isNew: false)
        try reader.finish()
        if let item = read {
            try await shape(context) {
                try await Pipelines.change(id, item, language: context.actor.language, in: $0)
            }
        }
        return try await onePipeline(id, context)
    }

    private func deletePipeline(_ context: TenantContext) async throws -> Response {
        try context.actor.checkShapesPipelines()
        let id = try context.id()
        try await shape(context) { try await Pipelines.delete(id, in: $0) }
        return .empty
    }

    /// A transaction whose changes of pipelines and stages are logged and told to open screens.
    func shape<Result>(
        _ context: TenantContext, _ change: (TenantTransaction) async throws -> Result
    ) async throws -> Result {
        let result = try await context.tenant.transaction { transaction in
            try await Pipelines.logging(by: context.actor, at: context.now, in: transaction) {
                try await change(transaction)
            }
        }
        services.wake(context.tenant.tenant)
        return result
    }
}

extension Actor {
    func checkShapesPipelines() throws(PipelineRefusal) {
        guard isAdministrator else { throw .notAdministrator }
    }
}

/// Pipelines and stages as amoCRM shows them, built by PostgreSQL.
struct PipelineJSON {
    private let context: TenantContext
    private let with: Set<String>

    init(_ context: TenantContext, with: Set<String> = []) {
        self.context = context
        self.with = with
    }

    private var tenantID: Int64 { context.tenant.tenant.id }

    /// Of the row `p`.
    var pipeline: PostgresStatement {
        """
        json_build_object('id', p.id, 'name', p.name, 'sort', p.sort, 'is_main', p.is_main,
            'is_unsorted_on', EXISTS (
                SELECT FROM stages AS s WHERE s.pipeline_id = p.id AND s.kind = 'incoming'),
            'is_archive', p.is_archived, 'account_id', \(tenantID)::bigint,
            '_links', \(link("pipelines/", "p.id")),
            '_embedded', json_build_object('statuses', COALESCE((
                SELECT json_agg(\(stage) ORDER BY s.sort, s.id)
                FROM stages AS s WHERE s.pipeline_id = p.id), '[]')))
        """
    }

    /// Of the row `s`.
    var stage: PostgresStatement {
        """
        json_build_object('id', s.id, 'name', s.name, 'sort', s.sort, 'is_editable', s.kind = 'open',
            'pipeline_id', s.pipeline_id, 'color', s.color,
            'type', CASE s.kind WHEN 'incoming' THEN 1 ELSE 0 END, 'account_id', \(tenantID)::bigint,
            'probability', s.probability, 'rot_days', s.rot_days, \(descriptions)
            '_links', \(link("pipelines/", "s.pipeline_id || '/statuses/' || s.id")))
        """
    }

    /// amoCRM's advice to sellers by stage; we keep none.
    private var descriptions: PostgresStatement {
        with.contains("descriptions") ? "'descriptions', '[]'::json," : ""
    }

    /// Of the row `r`.
    var lossReason: PostgresStatement {
        """
        json_build_object('id', r.id, 'name', r.name, 'sort', r.sort,
            'created_at', extract(epoch FROM r.created_at)::bigint,
            'updated_at', extract(epoch FROM r.updated_at)::bigint,
            '_links', \(link("loss_reasons/", "r.id")))
        """
    }

    private func link(_ path: String, _ id: PostgresStatement) -> PostgresStatement {
        """
        json_build_object('self', json_build_object('href', \
        \(context.baseURL + "/api/v4/leads/" + path)::text || \(id)))
        """
    }
}
