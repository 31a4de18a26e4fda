import Hummingbird
import Postgres
import Tenancy
import Vocabulary
import Web

/// `/events` (amocrm-api 15).
struct EventRoutes: Sendable {
    func add(to api: RouterGroup<TenantContext>) {
        api.get("/events") { try await list($0, $1) }
        api.get("/events/types") { try types($0, $1) }
        api.get("/events/{id}") { try await one($0, $1) }
    }

    private func list(_ request: Request, _ context: TenantContext) async throws -> Response {
        let query = try Query(request)
        let paging = try Paging(query, default: 50, max: EventsQuery.limit_max)
        var events = try EventsQuery(query)
        events.offset = paging.offset
        events.limit = paging.limit
        let rows = try await context.tenant.query(
            events.statement(
                actor: context.actor, tenantID: context.tenant.tenant.id, baseURL: context.baseURL))
        return try paging.response(rows, named: "events", request: request, context: context)
    }

    private func one(_ request: Request, _ context: TenantContext) async throws -> Response {
        let id = context.parameters.get("id") ?? ""
        let names = try EventsQuery(Query(request)).withNames
        let item = EventsQuery.item(
            tenantID: context.tenant.tenant.id, baseURL: context.baseURL, withNames: names)
        return .one(
            try await context.tenant.query(
                """
                SELECT \(item)::text FROM events AS e
                WHERE e.id = \(id) AND \(EventsQuery.visible(to: context.actor))
                """))
    }

    private func types(_ request: Request, _ context: TenantContext) throws -> Response {
        let language =
            try Query(request).string("language_code").flatMap { Language(rawValue: $0) }
            ?? context.language
        return .json { writer in
            writer.field("_total_items", EventTypes.all.count)
            writer.field("_links", json: HAL.links(context, "/api/v4/events/types"))
            writer.object("_embedded") { writer in
                writer.array("events_types") { writer in
                    for (index, kind) in EventTypes.all.enumerated() {
                        writer.object {
                            $0.field("key", kind.key)
                            $0.field("type", index + 1)
                            $0.field("lang", kind.text(language))
                        }
                    }
                }
            }
        }
    }
}

extension EventsQuery {
    /// Users and records that one query may name, as in amoCRM.
    private static let ids_max = 10

    init(_ query: Query) throws {
        ids = query.list("filter[id]")
        actors = try query.ids("filter[created_by]")
        entityIDs = try query.ids("filter[entity_id]")
        types = query.list("filter[type]")
        if let words = query.list("filter[entity]") {
            // An unknown kind of record has no events.
            entities = words.compactMap { word in
                (EntityType(singular: word) ?? EntityType(plural: word)).map { .record($0) }
                    ?? Setup(rawValue: word).map { .setup($0) }
            }
        }
        for (key, list) in [("filter[created_by]", actors), ("filter[entity_id]", entityIDs)] {
            if let list, list.count > Self.ids_max { throw FieldRefusal.tooMany(key, Self.ids_max) }
        }
        if let range = try query.range("filter[created_at]"),
            query.list("filter[created_at]") == nil
        {
            (from, to) = (MomentFilter.clamped(range.from), MomentFilter.clamped(range.to))
        } else if let moments = try query.ids("filter[created_at]") {
            // One number means "from then on", two are a range.
            from = MomentFilter.clamped(moments.first)
            to = MomentFilter.clamped(moments.count > 1 ? moments[1] : nil)
        }
        withNames = !query.with.isDisjoint(with: ["lead_name", "contact_name", "company_name"])
        after = try Self.values(query, "filter[value_after]")
        before = try Self.values(query, "filter[value_before]")
    }

    private static func values(_ query: Query, _ key: String) throws -> [String]? {
        var list: [String] = []
        for status in query.objects("\(key)[leads_statuses]") {
            guard let pipeline = status["pipeline_id"].flatMap({ Int64($0) }),
                let id = status["status_id"].flatMap({ Int64($0) })
            else { throw FieldRefusal.invalidType("\(key)[leads_statuses]", "int") }
            list.append("[{\"lead_status\":{\"id\":\(id),\"pipeline_id\":\(pipeline)}}]")
        }
        for user in try query.ids("\(key)[responsible_user_id]") ?? [] {
            list.append("[{\"responsible_user\":{\"id\":\(user)}}]")
        }
        for option in try query.ids("\(key)[custom_field_values]") ?? [] {
            list.append("[{\"custom_field_value\":{\"enum_id\":\(option)}}]")
        }
        for text in query.list("\(key)[value]") ?? [] {
            if let number = Int64(text) {
                list.append("[{\"sale_field_value\":{\"sale\":\(number)}}]")
            }
            let quoted = JSONQuoting.quoted(text)
            list.append("[{\"name_field_value\":{\"name\":\(quoted)}}]")
            list.append("[{\"custom_field_value\":{\"text\":\(quoted)}}]")
        }
        return list.isEmpty ? nil : list
    }
}
