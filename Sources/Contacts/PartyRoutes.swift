import HTTPTypes
import Hummingbird
import Postgres
import Records
import Tenancy
import Vocabulary
import Web

/// `/contacts` and `/companies` of the API (amocrm-api 8 and 9).
struct PartyRoutes: Sendable {
    let party: Party
    let services: Services

    private var name: String { party.entity.plural }

    func add(to api: RouterGroup<TenantContext>) {
        let all = api.group(RouterPath(stringLiteral: "/\(name)"))
        all.get("/") { try await list($0, $1) }
        all.post("/") { try await create($0, $1) }
        all.patch("/") { try await changeMany($0, $1) }
        all.get("/{id}") { try await one($0, $1) }
        all.patch("/{id}") { try await changeOne($0, $1) }
        all.delete("/{id}") { try await trash($1, restores: false) }
        all.post("/{id}/restore") { try await trash($1, restores: true) }
    }

    private func item(_ context: TenantContext, _ with: Set<String>) -> ContactItem {
        ContactItem(
            party: party, tenantID: context.tenant.tenant.id, baseURL: context.baseURL, with: with,
            actor: context.actor)
    }

    private func list(_ request: Request, _ context: TenantContext) async throws -> Response {
        let query = try Query(request)
        let list = try PartyList(party, query, modifiedSince: request.modifiedSince)
        var fields: CustomFields?
        if FieldFilter.isNeeded(query) {
            fields = try CustomFields(
                party.entity, rows: await context.tenant.query(CustomFields.statement(party.entity))
            )
        }
        let rows = try await context.tenant.query(
            list.statement(
                context.actor, item(context, query.with), fields,
                timeZone: context.tenant.tenant.timeZone))
        return try list.paging.response(rows, named: name, request: request, context: context)
            .orNotModified(request)
    }

    private func one(_ request: Request, _ context: TenantContext) async throws -> Response {
        guard let id = context.readableID() else { return .empty }
        return try await current(id, context, with: try Query(request).with) ?? .empty
    }

    private func current(
        _ id: Int64, _ context: TenantContext, with: Set<String> = []
    ) async throws -> Response? {
        let deleted: PostgresStatement =
            with.contains("only_deleted") ? "c.deleted_at IS NOT NULL" : "c.deleted_at IS NULL"
        let rows = try await context.tenant.query(
            """
            SELECT \(item(context, with).sql)::text, c.version
            FROM \(ident: party.table) AS c LEFT JOIN members AS m ON m.user_id = c.owner_id
            WHERE c.id = \(id) AND \(deleted) AND \(context.actor.owners(.view, party.entity).condition("c"))
            """)
        guard let row = rows.first, let text = row.text(0) else { return nil }
        return Response.json(text).tagged(version: try row.decode(1, as: Int64.self))
    }

    private func create(_ request: Request, _ context: TenantContext) async throws -> Response {
        let items = try Batch.items(await request.json()) {
            PartyDraft(&$0, party: party, isNew: true)
        }
        let ids = try await context.tenant.transaction {
            try await party.create(named(items), actor: context.actor, at: context.now, in: $0)
        }
        services.wake(context.tenant.tenant)
        return .batch(
            zip(ids, items).map { ($0, $1.requestID, nil) }, named: name, path: name,
            context: context)
    }

    private func named(_ items: [Batch.Item<PartyDraft>]) -> [PartyDraft] {
        items.map { item in
            var draft = item.value
            draft.requestID = item.requestID
            return draft
        }
    }

    private func changeMany(_ request: Request, _ context: TenantContext) async throws -> Response {
        let items = try Batch.items(await request.json()) {
            PartyDraft(&$0, party: party, isNew: false)
        }
        _ = try await context.tenant.transaction {
            try await party.change(named(items), actor: context.actor, at: context.now, in: $0)
        }
        services.wake(context.tenant.tenant)
        return .batch(
            items.map { item in
                (item.value.id ?? 0, item.requestID, (item.value.updatedAt ?? context.now).seconds)
            }, named: name, path: name, context: context)
    }

    private func changeOne(_ request: Request, _ context: TenantContext) async throws -> Response {
        let id = try context.id()
        let seen = try request.ifMatchVersion()
        let item = try Batch.item(try await request.json()) {
            PartyDraft(&$0, party: party, isNew: false, id: id)
        }
        let drafts = named([item])
        let version: Int64
        do {
            version =
                try await context.tenant.transaction {
                    try await party.change(
                        drafts, version: seen, actor: context.actor, at: context.now, in: $0)
                }.first ?? 0
        } catch is StaleVersion {
            guard var response = try await current(id, context) else { throw NotFound() }
            response.status = .preconditionFailed
            return response
        }
        services.wake(context.tenant.tenant)
        return HAL.changed(
            id, named: name, version: version, updatedAt: item.value.updatedAt ?? context.now,
            context: context)
    }

    private func trash(_ context: TenantContext, restores: Bool) async throws -> Response {
        let id = try context.id()
        try await context.tenant.transaction { transaction in
            if restores {
                try await party.restore(id, actor: context.actor, at: context.now, in: transaction)
            } else {
                try await party.trash(id, actor: context.actor, at: context.now, in: transaction)
            }
        }
        services.wake(context.tenant.tenant)
        return .empty
    }
}
