import Hummingbird
import Postgres
import Records
import Tenancy
import Vocabulary
import Web

/// `/api/v4/leads`: amoCRM's words for our deals live here and nowhere else.
extension Deals {
    func addLeadRoutes(_ api: RouterGroup<TenantContext>) {
        api.get("leads") { request, context in try await list(request, context) }
        api.get("leads/:id") { request, context in try await one(request, context) }
        api.post("leads") { request, context in try await createMany(request, context) }
        api.patch("leads") { request, context in try await updateMany(request, context) }
        api.patch("leads/:id") { request, context in try await updateOne(request, context) }
        api.delete("leads/:id") { _, context in try await setDeleted(context, true) }
        api.post("leads/:id/restore") { _, context in try await setDeleted(context, false) }
    }

    private func item(_ query: Query, _ context: TenantContext) -> LeadItem {
        LeadItem(
            tenantID: context.tenant.tenant.id, baseURL: context.baseURL, with: query.with,
            actor: context.actor)
    }

    private func list(_ request: Request, _ context: TenantContext) async throws -> Response {
        let query = try Query(request)
        let paging = try Paging(query)
        let fields =
            FieldFilter.isNeeded(query)
            ? try CustomFields(
                .deal, rows: await context.tenant.query(CustomFields.statement(.deal))) : nil
        let filter = try DealFilter(
            query, fields, timeZone: context.tenant.tenant.timeZone,
            modifiedSince: request.modifiedSince)
        let rows = try await context.tenant.query(
            DealQueries.list(
                filter, as: item(query, context),
                for: context.actor.owners(.view, .deal), limit: paging.limit,
                offset: paging.offset))
        return try paging.response(rows, named: "leads", request: request, context: context)
            .orNotModified(request)
    }

    private func one(_ request: Request, _ context: TenantContext) async throws -> Response {
        guard let id = context.readableID() else { return .empty }
        return try await card(id, item(try Query(request), context), context) ?? .empty
    }

    private func card(
        _ id: Int64, _ item: LeadItem, _ context: TenantContext, status: HTTPResponse.Status = .ok
    ) async throws -> Response? {
        let lead = try await item.read(
            id, for: context.actor.owners(.view, .deal), in: context.tenant)
        return lead.map { Response.json($0.json, status: status).tagged(version: $0.version) }
    }

    private func createMany(_ request: Request, _ context: TenantContext) async throws -> Response {
        let items = try Batch.items(try await request.json()) { reader in
            DealItem(&reader, isUpdate: false)
        }
        let written = try await create(
            items, by: context.actor, in: context.tenant, now: context.now)
        return answer(
            zip(written, items).map { ($0.id, $1.requestID, nil) }, context)
    }

    private func updateMany(_ request: Request, _ context: TenantContext) async throws -> Response {
        let items = try Batch.items(try await request.json()) { reader in
            DealItem(&reader, isUpdate: true)
        }
        let written = try await update(
            items, by: context.actor, in: context.tenant, now: context.now)
        return answer(
            zip(written, items).map { ($0.id, $1.requestID, $1.value.updatedAt ?? context.now) },
            context)
    }

    private func updateOne(_ request: Request, _ context: TenantContext) async throws -> Response {
        let id = try context.id()
        let item = try Batch.item(try await request.json()) {
            DealItem(&$0, isUpdate: true, id: id)
        }
        do {
            let written = try await update(
                [item], ifMatch: try request.ifMatchVersion(), isSingle: true, by: context.actor,
                in: context.tenant, now: context.now)
            return flat(written[0], updatedAt: item.value.updatedAt ?? context.now, context)
        } catch is NotFound {
            throw try await context.tenant.transaction {
                try await Links.refusal(.deal, [id], actor: context.actor, in: $0)
            }
        } catch is Outdated {
            let item = LeadItem(
                tenantID: context.tenant.tenant.id, baseURL: context.baseURL, with: ["contacts"],
                actor: context.actor)
            return try await card(id, item, context, status: .preconditionFailed) ?? .empty
        }
    }

    /// To the trash and back: additions of ours, amoCRM has no such calls.
    private func setDeleted(
        _ context: TenantContext, _ isDeleted: Bool
    ) async throws -> Response {
        let id = try context.id()
        let set = isDeleted ? trash : restore
        try await context.tenant.transaction {
            try await set(id, context.actor, context.now, $0)
        }
        services.wake(context.tenant.tenant)
        return .empty
    }

    private func answer(
        _ deals: [(id: Int64, requestID: String, updatedAt: Moment?)], _ context: TenantContext
    ) -> Response {
        .batch(
            deals.map { ($0.id, $0.requestID, $0.updatedAt?.seconds) }, named: "leads",
            path: "leads", context: context)
    }

    /// With the events to undo.
    func flat(
        _ deal: WrittenDeal, updatedAt: Moment, _ context: TenantContext
    ) -> Response {
        HAL.changed(
            deal.id, named: "leads", version: deal.version, updatedAt: updatedAt, context: context
        ) { writer in
            writer.array("event_ids") { writer in
                for id in deal.eventIDs { writer.value(id) }
            }
        }
    }
}
