import HTTPTypes
import Hummingbird
import Postgres
import Records
import Tenancy
import Vocabulary
import Web

/// `/tasks` of the API (amocrm-api 11).
struct TaskRoutes: Sendable {
    let services: Services

    func add(to api: RouterGroup<TenantContext>) {
        let all = api.group("/tasks")
        all.get("/") { try await list($0, $1) }
        all.post("/") { try await create($0, $1) }
        all.patch("/") { try await changeMany($0, $1) }
        all.get("/{id}") { _, context in
            guard let id = context.readableID() else { return Response.empty }
            return try await current(id, context) ?? .empty
        }
        all.patch("/{id}") { try await changeOne($0, $1) }
        all.delete("/{id}") { _, context in
            let id = try context.id()
            try await context.tenant.transaction {
                try await TaskVerbs.trash(id, actor: context.actor, at: context.now, in: $0)
            }
            services.wake(context.tenant.tenant)
            return Response.empty
        }
    }

    private func item(_ context: TenantContext) -> TaskAPIItem {
        TaskAPIItem(tenantID: context.tenant.tenant.id, baseURL: context.baseURL)
    }

    private func list(_ request: Request, _ context: TenantContext) async throws -> Response {
        let query = try Query(request)
        let paging = try Paging(query)
        let rows = try await context.tenant.query(
            paging.statement(
                rows: try TaskList.rows(
                    query, actor: context.actor, modifiedSince: request.modifiedSince),
                order: TaskList.order(query), item: item(context).sql,
                joined: "tasks AS c LEFT JOIN members AS m ON m.user_id = c.owner_id"))
        return try paging.response(rows, named: "tasks", request: request, context: context)
            .orNotModified(request)
    }

    private func current(_ id: Int64, _ context: TenantContext) async throws -> Response? {
        let rows = try await context.tenant.query(
            """
            SELECT \(item(context).sql)::text, c.version
            FROM tasks AS c LEFT JOIN members AS m ON m.user_id = c.owner_id
            WHERE c.id = \(id) AND c.deleted_at IS NULL AND \(context.actor.owners(.view, .task).condition("c"))
            """)
        guard let row = rows.first, let text = row.text(0) else { return nil }
        return Response.json(text).tagged(version: try row.decode(1, as: Int64.self))
    }

    private func create(_ request: Request, _ context: TenantContext) async throws -> Response {
        let items = try Batch.items(await request.json()) { TaskDraft(&$0, isNew: true) }
        let ids = try await context.tenant.transaction {
            try await TaskVerbs.create(named(items), actor: context.actor, at: context.now, in: $0)
        }
        services.wake(context.tenant.tenant)
        return .batch(
            zip(ids, items).map { ($0, $1.requestID, nil) }, named: "tasks", path: "tasks",
            context: context)
    }

    private func named(_ items: [Batch.Item<TaskDraft>]) -> [TaskDraft] {
        items.map { item in
            var draft = item.value
            draft.requestID = item.requestID
            return draft
        }
    }

    private func changeMany(_ request: Request, _ context: TenantContext) async throws -> Response {
        let items = try Batch.items(await request.json()) { TaskDraft(&$0, isNew: false) }
        _ = try await context.tenant.transaction {
            try await TaskVerbs.change(named(items), actor: context.actor, at: context.now, in: $0)
        }
        services.wake(context.tenant.tenant)
        return .batch(
            items.map { item in
                (item.value.id ?? 0, item.requestID, (item.value.updatedAt ?? context.now).seconds)
            }, named: "tasks", path: "tasks", context: context)
    }

    private func changeOne(_ request: Request, _ context: TenantContext) async throws -> Response {
        let id = try context.id()
        let seen = try request.ifMatchVersion()
        let item = try Batch.item(try await request.json()) {
            TaskDraft(&$0, isNew: false, id: id)
        }
        let drafts = named([item])
        let version: Int64
        do {
            version =
                try await context.tenant.transaction {
                    try await TaskVerbs.change(
                        drafts, version: seen, actor: context.actor, at: context.now, in: $0)
                }.first ?? 0
        } catch is StaleTask {
            guard var response = try await current(id, context) else { throw NotFound() }
            response.status = .preconditionFailed
            return response
        }
        services.wake(context.tenant.tenant)
        return HAL.changed(
            id, named: "tasks", version: version, updatedAt: item.value.updatedAt ?? context.now,
            context: context)
    }
}
