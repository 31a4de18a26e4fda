import Hummingbird
import Postgres
import Tenancy
import Vocabulary
import Web

/// `/{leads|contacts|companies}/notes` and `/{…}/{id}/notes` (amocrm-api 14).
struct NoteRoutes: Sendable {
    let entity: EntityType
    let services: Services

    func add(to api: RouterGroup<TenantContext>) {
        let path = RouterPath(stringLiteral: "/\(entity.plural)")
        let all = api.group(path)
        all.get("/notes") { try await list($0, $1, card: nil) }
        all.post("/notes") { try await create($0, $1, card: nil) }
        all.patch("/notes") { try await changeMany($0, $1, card: nil) }
        all.get("/notes/{note_id}") { try await one($0, $1) }
        all.patch("/notes/{note_id}") { try await changeOne($0, $1, card: nil) }
        all.post("/notes/{note_id}/pin") { try await pin($1, true) }
        all.post("/notes/{note_id}/unpin") { try await pin($1, false) }
        all.delete("/notes/{note_id}") { try await setDeleted($1, true) }
        all.post("/notes/{note_id}/restore") { try await setDeleted($1, false) }
        all.get("/{id}/notes") { request, context in
            guard let card = context.readableID() else { return Response.empty }
            return try await list(request, context, card: card)
        }
        all.post("/{id}/notes") { try await create($0, $1, card: $1.id()) }
        all.patch("/{id}/notes") { try await changeMany($0, $1, card: $1.id()) }
        all.get("/{id}/notes/{note_id}") { try await one($0, $1) }
        all.patch("/{id}/notes/{note_id}") { try await changeOne($0, $1, card: $1.id()) }
        // Some clients pin by the note alone, some by its card.
        all.post("/{id}/notes/{note_id}/pin") { try await pin($1, true, card: $1.id()) }
        all.post("/{id}/notes/{note_id}/unpin") { try await pin($1, false, card: $1.id()) }
    }

    private func list(
        _ request: Request, _ context: TenantContext, card: Int64?
    ) async throws -> Response {
        let query = try Query(request)
        let paging = try Paging(query)
        var rows = visible(context)
        if let card { rows.append(" AND c.entity_id = \(card)") }
        if let ids = try query.ids("filter[id]") { rows.append(" AND c.id = ANY(\(ids))") }
        if let ids = try query.ids("filter[entity_id]") {
            rows.append(" AND c.entity_id = ANY(\(ids))")
        }
        if let kinds = query.list("filter[note_type]") {
            rows.append(" AND c.kind = ANY(\(kinds))")
        }
        rows.append(try MomentFilter.condition(query, "filter[updated_at]", "c.updated_at"))
        let order: PostgresStatement =
            switch (query.order?.field, query.order?.isAscending ?? true) {
            case ("updated_at", true): "c.updated_at, c.id"
            case ("updated_at", false): "c.updated_at DESC, c.id DESC"
            case (_, false): "c.id DESC"
            case (_, true): "c.id"
            }
        let found = try await context.tenant.query(
            paging.statement(
                rows: rows, order: order, item: item(context, query.with),
                joined: "notes AS c"))
        return try paging.response(found, named: "notes", request: request, context: context)
    }

    private func item(_ context: TenantContext, _ with: Set<String>) -> PostgresStatement {
        Notes.item(
            entity, tenantID: context.tenant.tenant.id, baseURL: context.baseURL,
            withPin: with.contains("is_pinned"))
    }

    /// Notes of cards that the actor may see; the note is called `c`, its card `k`.
    private func visible(_ context: TenantContext) -> PostgresStatement {
        """
        notes AS c JOIN \(ident: entity.table) AS k ON k.id = c.entity_id
        WHERE c.entity_type = \(entity.rawValue) AND c.deleted_at IS NULL AND k.deleted_at IS NULL
            AND \(context.actor.owners(.view, entity).condition("k"))
        """
    }

    private func one(_ request: Request, _ context: TenantContext) async throws -> Response {
        guard let id = context.readableID("note_id") else { return .empty }
        let with = try Query(request).with
        let card = context.parameters.get("id").map { Int64($0) ?? 0 }
        return .one(
            try await context.tenant.query(
                """
                SELECT \(item(context, with))::text
                FROM notes AS c
                JOIN \(ident: entity.table) AS k ON k.id = c.entity_id
                WHERE c.id = \(id) AND c.entity_type = \(entity.rawValue) AND c.deleted_at IS NULL
                    AND k.deleted_at IS NULL AND c.entity_id = COALESCE(\(card)::bigint, c.entity_id)
                    AND \(context.actor.owners(.view, entity).condition("k"))
                """))
    }

    private func create(
        _ request: Request, _ context: TenantContext, card: Int64?
    ) async throws -> Response {
        let items = try Batch.items(await request.json()) { NoteDraft(&$0, entityID: card) }
        let drafts = items.map { (requestID: $0.requestID, note: $0.value) }
        let ids = try await context.tenant.transaction { transaction in
            if let card {
                let found = try await Links.lock(
                    entity, [card], owners: context.actor.owners(.view, entity), in: transaction)
                if found.isEmpty { throw NotFound() }
            }
            return try await Notes.add(
                drafts, to: entity, actor: context.actor, at: context.now, in: transaction)
        }
        services.wake(context.tenant.tenant)
        return .json { writer in
            writer.field("_links", json: HAL.links(context, "/api/v4/\(entity.plural)/notes"))
            writer.object("_embedded") { writer in
                writer.array("notes") { writer in
                    for (draft, id) in zip(drafts, ids) {
                        writer.object {
                            $0.field("id", id)
                            $0.field("entity_id", draft.note.entityID)
                            $0.field("request_id", draft.requestID)
                            $0.field("_links", json: link(context, id, draft.note.entityID))
                        }
                    }
                }
            }
        }
    }

    private func link(_ context: TenantContext, _ id: Int64, _ card: Int64) -> String {
        HAL.links(context, "/api/v4/\(entity.plural)/\(card)/notes/\(id)")
    }

    private func changeMany(
        _ request: Request, _ context: TenantContext, card: Int64?
    ) async throws -> Response {
        let body = try await request.json()
        let kinds = try await kinds(body.array?.compactMap { $0.present("id")?.int } ?? [], context)
        let items = try Batch.items(body) {
            Notes.Change(&$0, id: nil, entityID: card, kinds: kinds)
        }
        let changed = try await change(
            items.map { (requestID: $0.requestID, change: $0.value) }, context)
        return .json { writer in
            writer.field("_links", json: HAL.links(context, "/api/v4/\(entity.plural)/notes"))
            writer.object("_embedded") { writer in
                writer.array("notes") { writer in
                    for (item, note) in zip(items, changed) {
                        writer.object {
                            $0.field("id", note.id)
                            $0.field("entity_id", note.entityID)
                            $0.field("updated_at", context.now.seconds)
                            $0.field("request_id", item.requestID)
                            $0.field("_links", json: link(context, note.id, note.entityID))
                        }
                    }
                }
            }
        }
    }

    private func changeOne(
        _ request: Request, _ context: TenantContext, card: Int64?
    ) async throws -> Response {
        let id = try context.id("note_id")
        let kinds = try await kinds([id], context)
        let item = try Batch.item(try await request.json()) {
            Notes.Change(&$0, id: id, entityID: card, kinds: kinds)
        }
        guard let note = try await change([(item.requestID, item.value)], context).first
        else { throw NotFound() }
        return .json {
            $0.field("id", note.id)
            $0.field("entity_id", note.entityID)
            $0.field("updated_at", context.now.seconds)
            $0.field("_links", json: link(context, note.id, note.entityID))
        }
    }

    /// What the notes are now, for changes that leave `note_type` out.
    private func kinds(_ ids: [Int64], _ context: TenantContext) async throws -> [Int64: NoteKind] {
        let rows = try await context.tenant.query(
            "SELECT c.id, c.kind FROM \(visible(context)) AND c.id = ANY(\(ids))")
        var kinds: [Int64: NoteKind] = [:]
        for row in rows {
            let (id, name) = try row.decode(Int64.self, String.self)
            kinds[id] = NoteKind.named(name)
        }
        return kinds
    }

    private func change(
        _ changes: [(requestID: String, change: Notes.Change)], _ context: TenantContext
    ) async throws -> [(id: Int64, entityID: Int64)] {
        do {
            let changed = try await context.tenant.transaction {
                try await Notes.change(
                    changes, of: entity, actor: context.actor, at: context.now, in: $0)
            }
            services.wake(context.tenant.tenant)
            return changed
        } catch is NotFound {
            throw try await refusal(changes.map { ($0.change.id, $0.change.entityID) }, context)
        }
    }

    /// A note that the actor sees but may not change is no secret to him.
    private func refusal(
        _ notes: [(id: Int64, card: Int64?)], _ context: TenantContext
    ) async throws -> any Error {
        let rows = try await context.tenant.query(
            """
            SELECT DISTINCT c.id FROM \(visible(context)) AND EXISTS (
                SELECT FROM unnest(\(notes.map(\.id)), \(notes.map(\.card))) AS w (id, card)
                WHERE w.id = c.id AND c.entity_id = COALESCE(w.card, c.entity_id))
            """)
        return rows.count == Set(notes.map(\.id)).count ? FieldRefusal.noRight : NotFound()
    }

    private func setDeleted(_ context: TenantContext, _ isDeleted: Bool) async throws -> Response {
        let id = try context.id("note_id")
        let set = isDeleted ? Notes.trash : Notes.restore
        do {
            try await context.tenant.transaction {
                try await set(id, entity, context.actor, context.now, $0)
            }
        } catch is NotFound where isDeleted {
            throw try await refusal([(id, nil)], context)
        }
        services.wake(context.tenant.tenant)
        return .empty
    }

    private func pin(
        _ context: TenantContext, _ isPinned: Bool, card: Int64? = nil
    ) async throws -> Response {
        let id = try context.id("note_id")
        do {
            try await context.tenant.transaction {
                try await Notes.pin(
                    id, isPinned, on: entity, card: card, actor: context.actor, at: context.now,
                    in: $0)
            }
        } catch is NotFound {
            throw try await refusal([(id, card)], context)
        }
        services.wake(context.tenant.tenant)
        return .empty
    }
}
