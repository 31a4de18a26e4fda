import Hummingbird
import Postgres
import Tenancy
import Vocabulary
import Web

/// `/{leads|contacts|companies}/tags` (amocrm-api 12).
struct TagRoutes: Sendable {
    let entity: EntityType
    let services: Services

    func add(to api: RouterGroup<TenantContext>) {
        let path = RouterPath(stringLiteral: "/\(entity.plural)/tags")
        api.get(path) { try await list($0, $1) }
        api.post(path) { try await create($0, $1) }
        // amoCRM lets only the tags of leads be changed.
        guard entity == .deal else { return }
        api.patch(path) { request, context in
            let items = try Batch.items(await request.json()) { Change(&$0, id: nil) }
            return try await change(items.map { ($0.requestID, $0.value) }, context)
        }
        api.patch(RouterPath(stringLiteral: "/\(entity.plural)/tags/{tag_id}")) {
            request, context in
            let id = try context.id("tag_id")
            var reader = try await request.json().reader()
            let change = Change(&reader, id: id)
            try reader.finish()
            guard let change else { throw NotFound() }
            return try await self.change([("0", change)], context)
        }
    }

    private func list(_ request: Request, _ context: TenantContext) async throws -> Response {
        let query = try Query(request)
        let paging = try Paging(query)
        var rows: PostgresStatement = "tags AS c WHERE c.entity_type = \(entity.rawValue)"
        if let ids = try query.ids("filter[id]") { rows.append(" AND c.id = ANY(\(ids))") }
        if let names = query.texts("filter[name]") { rows.append(" AND c.name = ANY(\(names))") }
        if let text = query.string("query"), !text.isEmpty {
            rows.append(" AND position(lower(\(text)::text) IN lower(c.name)) > 0")
        }
        let found = try await context.tenant.query(
            paging.statement(
                rows: rows, order: "c.id",
                item: "json_build_object('id', c.id, 'name', c.name, 'color', c.color)",
                joined: "tags AS c"))
        return try paging.response(found, named: "tags", request: request, context: context)
    }

    private struct Draft: Sendable {
        let name: String
        let color: String?

        init?(_ reader: inout FieldReader) {
            reader.require("name")
            let name = reader.filledString("name", max: Tags.name_characters_max)
            color = TagRoutes.color(&reader)
            guard let name else { return nil }
            self.name = name
        }
    }

    private static func color(_ reader: inout FieldReader) -> String? {
        guard let color = reader.string("color")?.uppercased() else { return nil }
        if Tags.colors.contains(color) { return color }
        reader.refuse(FieldRefusal.notAChoice("color"))
        return nil
    }

    /// Tags belong to the whole company: whoever may write some record of the kind may shape them.
    private func checkRight(_ actor: Actor) throws(FieldRefusal) {
        if actor.owners(.add, entity) == .these([]), actor.owners(.edit, entity) == .these([]) {
            throw .noRight
        }
    }

    /// In a transaction of its own.
    ///
    /// - Parameter tags: which of them it may change, of the row `t`.
    private func logging<Result>(
        _ tags: PostgresStatement, _ context: TenantContext,
        _ change: (TenantTransaction) async throws -> Result
    ) async throws -> Result {
        let image: PostgresStatement = """
            SELECT 'tag', t.id, t.id::text, json_build_object('id', t.id,
                'entity_type', \(entity.plural)::text, 'name', t.name, 'color', t.color)::text
            FROM tags AS t
            WHERE t.entity_type = \(entity.rawValue) AND \(tags)
            ORDER BY t.id
            FOR UPDATE OF t
            """
        let result = try await context.tenant.transaction { transaction in
            try await SetupLog.logging(
                .tag, image, by: context.actor.userID, at: context.now, in: transaction
            ) { try await change(transaction) }
        }
        services.wake(context.tenant.tenant)
        return result
    }

    private func create(_ request: Request, _ context: TenantContext) async throws -> Response {
        try checkRight(context.actor)
        let items = try Batch.items(await request.json()) { Draft(&$0) }
        let drafts = items.map(\.value)
        let found: [(id: Int64, name: String, color: String?)] = try await logging(
            "t.name = ANY(\(drafts.map(\.name)))", context
        ) {
            _ = try await $0.query(
                """
                INSERT INTO tags (entity_type, name, color)
                SELECT DISTINCT ON (w.name) \(entity.rawValue), w.name, w.color
                FROM unnest(\(drafts.map(\.name)), \(drafts.map(\.color))) AS w (name, color)
                ORDER BY w.name
                ON CONFLICT (entity_type, name) DO NOTHING
                """)
            let rows = try await $0.query(
                """
                SELECT id, name, color FROM tags
                WHERE entity_type = \(entity.rawValue) AND name = ANY(\(drafts.map(\.name)))
                """)
            return try rows.map { try $0.decode(Int64.self, String.self, String?.self) }
        }
        let byName = Dictionary(
            found.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        return answer(
            items.compactMap { item in
                byName[item.value.name].map { ($0.id, $0.name, $0.color, item.requestID) }
            }, context)
    }

    private func answer(
        _ tags: [(id: Int64, name: String, color: String?, requestID: String)],
        _ context: TenantContext
    ) -> Response {
        .json { writer in
            writer.field("_total_items", tags.count)
            writer.field("_links", json: HAL.links(context, "/api/v4/\(entity.plural)/tags"))
            writer.object("_embedded") { writer in
                writer.array("tags") { writer in
                    for tag in tags {
                        writer.object {
                            $0.field("id", tag.id)
                            $0.field("name", tag.name)
                            $0.field("color", tag.color)
                            $0.field("request_id", tag.requestID)
                        }
                    }
                }
            }
        }
    }

    private struct Change: Sendable {
        let id: Int64
        let name: String?
        let color: String?
        let clearsColor: Bool

        init?(_ reader: inout FieldReader, id: Int64?) {
            if id == nil { reader.require("id") }
            name = reader.filledString("name", max: Tags.name_characters_max)
            color = TagRoutes.color(&reader)
            clearsColor = reader.isNull("color")
            guard let id = id ?? reader.id("id") else { return nil }
            self.id = id
        }
    }

    private func change(
        _ changes: [(requestID: String, change: Change)], _ context: TenantContext
    ) async throws -> Response {
        try checkRight(context.actor)
        let list = changes.map(\.change)
        let statement: PostgresStatement = """
            UPDATE tags AS t
            SET name = COALESCE(w.name, t.name),
                color = CASE WHEN w.clears THEN NULL ELSE COALESCE(w.color, t.color) END
            FROM unnest(\(list.map(\.id)), \(list.map(\.name)), \(list.map(\.color)),
                \(list.map(\.clearsColor))) AS w (id, name, color, clears)
            WHERE t.id = w.id AND t.entity_type = \(entity.rawValue)
            RETURNING t.id, t.name, t.color
            """
        let rows: PostgresRows
        do {
            rows = try await logging("t.id = ANY(\(list.map(\.id)))", context) { transaction in
                let rows = try await transaction.query(statement)
                guard rows.count == Set(list.map(\.id)).count else { throw NotFound() }
                return rows
            }
        } catch let error as PostgresError where error.isUniqueViolation {
            throw FieldRefusal(
                "name", code: "AlreadyExists",
                Text(ru: "Такой тег уже есть.", en: "There is such a tag already."))
        }
        var found: [Int64: (String, String?)] = [:]
        for row in rows {
            let (id, name, color) = try row.decode(Int64.self, String.self, String?.self)
            found[id] = (name, color)
        }
        return answer(
            changes.compactMap { item in
                found[item.change.id].map { (item.change.id, $0.0, $0.1, item.requestID) }
            }, context)
    }
}
