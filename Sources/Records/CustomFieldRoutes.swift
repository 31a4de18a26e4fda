import Hummingbird
import Postgres
import Tenancy
import Vocabulary
import Web

/// `/{leads|contacts|companies}/custom_fields` (amocrm-api 13).
struct CustomFieldRoutes: Sendable {
    let entity: EntityType
    let services: Services

    /// amoCRM gives at most so many, whatever `limit` says.
    private static let page_max = 50

    func add(to api: RouterGroup<TenantContext>) {
        let all = api.group(RouterPath(stringLiteral: "/\(entity.plural)/custom_fields"))
        all.get("/") { try await list($0, $1) }
        all.post("/") { try await create($0, $1) }
        all.patch("/") { try await changeMany($0, $1) }
        all.get("/{id}") { try await one($1) }
        all.patch("/{id}") { try await changeOne($0, $1) }
        all.delete("/{id}") { _, context in
            try administrator(context)
            let id = try context.id()
            try await write(context) { try await CustomFieldEdit.delete(id, of: entity, in: $0) }
            return Response.empty
        }
    }

    private func item(_ context: TenantContext) -> PostgresStatement {
        """
        json_build_object('id', c.id, 'name', c.name, 'type', c.kind, 'account_id', \(context.tenant.tenant.id)::bigint,
            'code', c.code, 'sort', c.sort, 'is_api_only', c.is_api_only,
            'enums', (SELECT json_agg(json_build_object('id', o.id, 'value', o.value, 'sort', o.sort, 'code', o.code)
                ORDER BY o.sort, o.id) FROM custom_field_options AS o WHERE o.field_id = c.id),
            'group_id', NULL, 'required_statuses', \(CustomFieldEdit.requiredStages),
            'is_deletable', NOT c.is_predefined, 'is_predefined', c.is_predefined, 'is_visible', true,
            'is_required', false, 'entity_type', \(entity.plural)::text, 'remind', NULL,
            '_links', json_build_object('self', json_build_object('href',
                \(context.baseURL + "/api/v4/" + entity.plural + "/custom_fields/")::text || c.id)))
        """
    }

    private func list(_ request: Request, _ context: TenantContext) async throws -> Response {
        let query = try Query(request)
        let paging = try Paging(query, max: Self.page_max)
        var rows: PostgresStatement = "custom_fields AS c WHERE c.entity_type = \(entity.rawValue)"
        if let ids = try query.ids("filter[id]") { rows.append(" AND c.id = ANY(\(ids))") }
        if let kinds = query.list("filter[type]") { rows.append(" AND c.kind = ANY(\(kinds))") }
        let order: PostgresStatement =
            switch (query.order?.field, query.order?.isAscending ?? true) {
            case ("id", true): "c.id"
            case ("id", false): "c.id DESC"
            case (_, false): "c.sort DESC, c.id DESC"
            case (_, true): "c.sort, c.id"
            }
        let found = try await context.tenant.pipeline([
            paging.statement(
                rows: rows, order: order, item: item(context), joined: "custom_fields AS c"),
            "SELECT count(*) FROM \(rows)",
        ])
        let total = try found[1].one().decode(0, as: Int64.self)
        let limit = Int64(paging.limit)
        return try paging.response(
            found[0], named: "custom_fields", request: request, context: context,
            totals: [("_total_items", total), ("_page_count", (total + limit - 1) / limit)])
    }

    private func one(_ context: TenantContext) async throws -> Response {
        let id = try context.id()
        let rows = try await context.tenant.query(
            """
            SELECT \(item(context))::text FROM custom_fields AS c
            WHERE c.id = \(id) AND c.entity_type = \(entity.rawValue)
            """)
        if rows.isEmpty { throw NotFound() }
        return .one(rows)
    }

    private func administrator(_ context: TenantContext) throws {
        if !context.actor.isAdministrator { throw FieldRefusal.noRight }
    }

    private func write<Result>(
        _ context: TenantContext, _ body: (TenantTransaction) async throws -> Result
    ) async throws -> Result {
        do {
            let result = try await context.tenant.transaction { transaction in
                try await SetupLog.logging(
                    .customField, CustomFieldEdit.image(of: entity), by: context.actor.userID,
                    at: context.now, in: transaction
                ) { try await body(transaction) }
            }
            services.wake(context.tenant.tenant)
            return result
        } catch let error as PostgresError where error.isUniqueViolation {
            throw FieldRefusal(
                "code", code: "AlreadyExists",
                Text(
                    ru: "Поле с таким кодом уже есть.",
                    en: "There is a field with this code already."))
        }
    }

    private func create(_ request: Request, _ context: TenantContext) async throws -> Response {
        try administrator(context)
        let items = try Batch.items(await request.json()) { CustomFieldDraft(&$0, isNew: true) }
        let ids = try await write(context) {
            try await CustomFieldEdit.create(items.map(\.value), of: entity, in: $0)
        }
        return try await answer(zip(ids, items.map(\.requestID)).map { ($0, $1) }, context)
    }

    private func changeMany(_ request: Request, _ context: TenantContext) async throws -> Response {
        try administrator(context)
        let items = try Batch.items(await request.json()) { CustomFieldDraft(&$0, isNew: false) }
        try await write(context) { transaction in
            for item in items {
                try await CustomFieldEdit.change(item.value, of: entity, in: transaction)
            }
        }
        return try await answer(items.map { ($0.value.id ?? 0, $0.requestID) }, context)
    }

    private func changeOne(_ request: Request, _ context: TenantContext) async throws -> Response {
        try administrator(context)
        let id = try context.id()
        var reader = try await request.json().reader()
        let draft = CustomFieldDraft(&reader, isNew: false, id: id)
        try reader.finish()
        try await write(context) { try await CustomFieldEdit.change(draft, of: entity, in: $0) }
        return try await one(context)
    }

    /// Whole fields with their request ids: PHP's client rebuilds its model from them.
    private func answer(
        _ fields: [(id: Int64, requestID: String)], _ context: TenantContext
    ) async throws -> Response {
        let rows = try await context.tenant.query(
            """
            SELECT COALESCE(json_agg(\(item(context))::jsonb || jsonb_build_object('request_id', w.request_id)
                ORDER BY w.place), '[]')::text
            FROM unnest(\(fields.map(\.id)), \(fields.map(\.requestID))) WITH ORDINALITY AS w (id, request_id, place)
            JOIN custom_fields AS c ON c.id = w.id
            """)
        let list = try rows.one().text(0)
        return .json { writer in
            writer.field("_total_items", fields.count)
            writer.field(
                "_links", json: HAL.links(context, "/api/v4/\(entity.plural)/custom_fields"))
            writer.object("_embedded") { $0.field("custom_fields", json: list) }
        }
    }
}
