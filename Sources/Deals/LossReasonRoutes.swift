import Hummingbird
import Outbox
import Postgres
import Records
import Tenancy
import Vocabulary
import Web

/// `/api/v4/leads/loss_reasons` (amocrm-api 5.7).
extension Deals {
    /// Reasons of one company.
    static let lossReasons_max = 100

    func addLossReasonRoutes(_ api: RouterGroup<TenantContext>) {
        api.get("leads/loss_reasons") { try await listReasons($0, $1) }
        api.get("leads/loss_reasons/:id") { try await oneReason(try $1.id(), $1) }
        api.post("leads/loss_reasons") { try await createReasons($0, $1) }
        api.patch("leads/loss_reasons") { try await changeReasons($0, $1) }
        api.patch("leads/loss_reasons/:id") { try await changeReason($0, $1) }
        api.delete("leads/loss_reasons/:id") { try await deleteReason($1) }
    }

    private struct ReasonItem: Sendable {
        let id: Int64?
        let name: String?
        let sort: Int64?

        init?(_ reader: inout FieldReader, isNew: Bool, id: Int64? = nil) {
            if isNew { reader.require("name") } else if id == nil { reader.require("id") }
            self.id = id ?? (isNew ? nil : reader.id("id"))
            name = reader.filledString("name", max: PipelineItem.name_characters_max)
            sort = reader.int64("sort", in: 0...1_000_000)
        }
    }

    private func listReasons(_ request: Request, _ context: TenantContext) async throws -> Response
    {
        let paging = try Paging(try Query(request))
        let rows = try await context.tenant.pipeline([
            paging.statement(
                rows: "loss_reasons AS c", order: "c.sort, c.id",
                item: PipelineJSON(context).lossReason,
                joined: "loss_reasons AS c JOIN loss_reasons AS r ON r.id = c.id"),
            "SELECT count(*) FROM loss_reasons",
        ])
        return try paging.response(
            rows[0], named: "loss_reasons", request: request, context: context,
            totals: [("_total_items", try rows[1].one().decode(0, as: Int64.self))])
    }

    private func oneReason(_ id: Int64, _ context: TenantContext) async throws -> Response {
        let rows = try await context.tenant.query(
            "SELECT \(PipelineJSON(context).lossReason) FROM loss_reasons AS r WHERE r.id = \(id)")
        guard let text = rows.first?.text(0) else { throw NotFound() }
        return Response.json(text)
    }

    private func createReasons(
        _ request: Request, _ context: TenantContext
    ) async throws -> Response {
        try context.actor.checkShapesPipelines()
        let items = try Batch.items(try await request.json(), max: Self.lossReasons_max) {
            ReasonItem(&$0, isNew: true)
        }
        let rows = try await logging(context) { transaction in
            let count = try await transaction.query("SELECT count(*) FROM loss_reasons")
                .one().decode(0, as: Int.self)
            guard count + items.count <= Self.lossReasons_max else {
                throw FieldRefusal.tooMany("", Self.lossReasons_max)
            }
            let ids = try await transaction.query(
                """
                INSERT INTO loss_reasons (name, sort, created_at, updated_at)
                SELECT w.name, w.sort::integer, \(context.now), \(context.now)
                FROM unnest(\(items.map { $0.value.name ?? "" }), \(items.map { $0.value.sort ?? 100 }))
                    WITH ORDINALITY AS w (name, sort, place)
                ORDER BY w.place
                RETURNING id
                """
            ).map { try $0.decode(0, as: Int64.self) }.sorted()
            return try await transaction.query(whole(ids, items.map(\.requestID), context))
        }
        return answer(rows, items.count, request, context)
    }

    /// Whole reasons with their request ids: PHP's client rebuilds its model from them.
    private func whole(
        _ ids: [Int64], _ requestIDs: [String], _ context: TenantContext
    ) -> PostgresStatement {
        """
        SELECT json_agg((\(PipelineJSON(context).lossReason)::jsonb
            || jsonb_build_object('request_id', w.request_id)) ORDER BY w.place)
        FROM unnest(\(ids), \(requestIDs)) WITH ORDINALITY AS w (id, request_id, place)
        JOIN loss_reasons AS r ON r.id = w.id
        """
    }

    private func answer(
        _ rows: PostgresRows, _ count: Int, _ request: Request, _ context: TenantContext
    ) -> Response {
        HAL.list(
            rows.first?.text(0), count: count, named: "loss_reasons", page: 1, hasNext: false,
            request: request, context: context, totals: [("_total_items", Int64(count))])
    }

    /// Not in the official client, but others send it.
    private func changeReasons(
        _ request: Request, _ context: TenantContext
    ) async throws -> Response {
        try context.actor.checkShapesPipelines()
        let items = try Batch.items(try await request.json(), max: Self.lossReasons_max) {
            ReasonItem(&$0, isNew: false)
        }
        let ids = items.compactMap(\.value.id)
        let rows = try await logging(context) { transaction in
            let changed = try await transaction.query(
                """
                UPDATE loss_reasons AS r
                SET name = COALESCE(w.name, r.name), sort = COALESCE(w.sort::integer, r.sort),
                    updated_at = \(context.now)
                FROM unnest(\(ids), \(items.map(\.value.name)), \(items.map(\.value.sort)))
                    AS w (id, name, sort)
                WHERE r.id = w.id
                RETURNING r.id
                """)
            guard changed.count == Set(ids).count else { throw NotFound() }
            return try await transaction.query(whole(ids, items.map(\.requestID), context))
        }
        return answer(rows, items.count, request, context)
    }

    private func changeReason(_ request: Request, _ context: TenantContext) async throws -> Response
    {
        try context.actor.checkShapesPipelines()
        let id = try context.id()
        var reader = try await request.json().reader()
        let item = ReasonItem(&reader, isNew: false, id: id)
        try reader.finish()
        try await logging(context) { transaction in
            _ = try await transaction.query(
                """
                UPDATE loss_reasons
                SET name = COALESCE(\(item?.name), name), sort = COALESCE(\(item?.sort)::bigint::integer, sort),
                    updated_at = \(context.now)
                WHERE id = \(id)
                """)
        }
        return try await oneReason(id, context)
    }

    /// Deals that were lost for this reason stay lost, without a reason; each says so in its log.
    private func deleteReason(_ context: TenantContext) async throws -> Response {
        try context.actor.checkShapesPipelines()
        let id = try context.id()
        try await logging(context) { transaction in
            let deals = try await transaction.query(
                """
                UPDATE deals SET loss_reason_id = NULL, version = version + 1
                WHERE loss_reason_id = \(id)
                RETURNING id, owner_id, version
                """)
            let gone = try await transaction.query(
                "DELETE FROM loss_reasons WHERE id = \(id) RETURNING id")
            if gone.isEmpty { throw NotFound() }
            let events = try deals.map { row in
                let (deal, owner, version) = try row.decode(Int64.self, Int64.self, Int64.self)
                return Self.lostReason(of: deal, owner: owner, version: version, was: id)
            }
            if events.isEmpty { return }
            _ = try await transaction.query(
                Outbox.append(events.drafts(by: context.actor, at: context.now)))
        }
        return .empty
    }

    private static func lostReason(
        of deal: Int64, owner: Int64, version: Int64, was reason: Int64
    ) -> RecordEvent {
        func value(_ reason: JSONValue) -> JSONValue {
            .array([.made([("loss_reason_field_value", .made([("loss_reason_id", reason)]))])])
        }
        return RecordEvent(
            "loss_reason_field_changed", .deal, deal, ownerID: owner, before: value(.int(reason)),
            after: value(.null),
            patch: .made([
                ("id", .int(deal)), ("loss_reason_id", .null), ("version", .int(version)),
            ]))
    }

    /// A transaction whose changes of reasons are logged and told to open screens.
    private func logging<Result>(
        _ context: TenantContext, _ change: (TenantTransaction) async throws -> Result
    ) async throws -> Result {
        let image: PostgresStatement = """
            SELECT 'loss_reason', r.id, r.id::text,
                json_build_object('id', r.id, 'name', r.name, 'sort', r.sort)::text
            FROM loss_reasons AS r
            ORDER BY r.id
            FOR UPDATE
            """
        let result = try await context.tenant.transaction { transaction in
            try await SetupLog.logging(
                .lossReason, image, by: context.actor.userID, at: context.now, in: transaction
            ) { try await change(transaction) }
        }
        services.wake(context.tenant.tenant)
        return result
    }
}
