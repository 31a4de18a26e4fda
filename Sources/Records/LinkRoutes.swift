import Hummingbird
import Outbox
import Postgres
import Tenancy
import Vocabulary
import Web

/// `/{leads|contacts|companies}/…links` (amocrm-api 10).
struct LinkRoutes: Sendable {
    let entity: EntityType
    let services: Services

    func add(to api: RouterGroup<TenantContext>) {
        let all = api.group(RouterPath(stringLiteral: "/\(entity.plural)"))
        all.get("/links") { request, context in
            guard let ids = try Query(request).ids("filter[entity_id]") else {
                throw FieldRefusal.missing("filter[entity_id]")
            }
            return try await list(request, context, ids)
        }
        all.post("/link") { try await link($0, $1, card: nil) }
        all.post("/unlink") { try await unlink($0, $1, card: nil) }
        all.get("/{id}/links") { request, context in
            guard let id = context.readableID() else { return Response.empty }
            return try await list(request, context, [id])
        }
        all.post("/{id}/link") { try await link($0, $1, card: $1.id()) }
        all.post("/{id}/unlink") { try await unlink($0, $1, card: $1.id()) }
    }

    /// Records whose links one request may list.
    private static let cards_max = 250

    private func list(
        _ request: Request, _ context: TenantContext, _ ids: [Int64]
    ) async throws -> Response {
        guard ids.count <= Self.cards_max else {
            throw FieldRefusal.tooMany("filter[entity_id]", Self.cards_max)
        }
        let query = try Query(request)
        let paging = try Paging(query)
        var wanted: PostgresStatement = "true"
        if let kinds = query.list("filter[to_entity_type]") {
            wanted.append(" AND l.kind = ANY(\(kinds))")
        }
        if let ids = try query.ids("filter[to_entity_id]") {
            wanted.append(" AND l.to_id = ANY(\(ids))")
        }
        let rows = try await context.tenant.query(
            """
            WITH all_links AS (\(LinkList.all(entity, ids, actor: context.actor))),
            page AS (
                SELECT l.from_id, l.kind, l.to_id, l.metadata,
                    row_number() OVER (ORDER BY from_id, kind, to_id) AS place
                FROM all_links AS l
                WHERE \(wanted)
                ORDER BY from_id, kind, to_id
                LIMIT \(paging.limit + 1) OFFSET \(paging.offset))
            SELECT COALESCE(json_agg(json_build_object('entity_id', from_id, 'entity_type', \(entity.plural)::text,
                    'to_entity_id', to_id, 'to_entity_type', kind, 'metadata', metadata) ORDER BY place)
                FILTER (WHERE place <= \(paging.offset + paging.limit)), '[]')::text, count(*)
            FROM page
            """)
        return try paging.response(rows, named: "links", request: request, context: context)
    }

    private struct Draft: Sendable {
        let link: Link

        init?(_ reader: inout FieldReader, from entity: EntityType, card: Int64?) {
            if card == nil { reader.require("entity_id") }
            reader.require("to_entity_id")
            reader.require("to_entity_type")
            let from = card ?? reader.id("entity_id")
            let id = reader.id("to_entity_id")
            var metadata = reader.object("metadata")
            let isMain = metadata?.bool("is_main") ?? metadata?.bool("main_contact")
            guard let word = reader.string("to_entity_type") else { return nil }
            guard let to = EntityType(plural: word), EntityType.cards.contains(to), to != entity
            else {
                reader.refuse(FieldRefusal.notAChoice("to_entity_type"))
                return nil
            }
            guard let from, let id else { return nil }
            link = Link(from: entity, from, to: to, id, isMain: isMain)
        }
    }

    private func drafts(
        _ request: Request, card: Int64?
    ) async throws -> [Batch.Item<Draft>] {
        try Batch.items(await request.json()) { Draft(&$0, from: entity, card: card) }
    }

    private func link(
        _ request: Request, _ context: TenantContext, card: Int64?
    ) async throws -> Response {
        let items = try await drafts(request, card: card)
        let links = items.map(\.value.link)
        try await write(items, context) {
            try await Links.make(
                links, owners: $0, actor: context.actor, at: context.now, in: $1)
        }
        let path = card.map { "\(entity.plural)/\($0)/links" } ?? "\(entity.plural)/links"
        return .json { writer in
            writer.field("_total_items", links.count)
            writer.field("_links", json: HAL.links(context, "/api/v4/\(path)"))
            writer.object("_embedded") { writer in
                writer.array("links") { writer in
                    for link in links { writer.object { Self.write(link, &$0) } }
                }
            }
        }
    }

    private static func write(_ link: Link, _ writer: inout JSONWriter) {
        writer.field("entity_id", link.fromID)
        writer.field("entity_type", link.from.plural)
        writer.field("to_entity_id", link.toID)
        writer.field("to_entity_type", link.to.plural)
        if let isMain = link.isMain {
            writer.object("metadata") {
                $0.field("main_contact", isMain)
                $0.field("is_main", isMain)
            }
        } else {
            writer.field("metadata", json: nil)
        }
    }

    private func unlink(
        _ request: Request, _ context: TenantContext, card: Int64?
    ) async throws -> Response {
        let items = try await drafts(request, card: card)
        try await write(items, context) {
            try await Links.cut(
                items.map(\.value.link), owners: $0, actor: context.actor, at: context.now, in: $1)
        }
        return .empty
    }

    /// Locks both ends, the near one with the right to edit and the far one with the right to see.
    private func write(
        _ items: [Batch.Item<Draft>], _ context: TenantContext,
        _ body: ([Links.Ends: Int64], TenantTransaction) async throws -> [RecordEvent]
    ) async throws {
        let actor = context.actor
        try await context.tenant.transaction { transaction in
            var owners: [Links.Ends: Int64] = [:]
            // Always in this order, so that two writers never wait for one another.
            for kind in EntityType.cards {
                let ids = items.map(\.value.link).compactMap { link in
                    link.from == kind ? link.fromID : link.to == kind ? link.toID : nil
                }
                let reach = actor.owners(kind == entity ? .edit : .view, kind)
                owners.merge(try await Links.lock(kind, ids, owners: reach, in: transaction)) { $1 }
            }
            var refused: [BatchRefusal.Item] = []
            for item in items {
                let link = item.value.link
                if owners[.init(link.from, link.fromID)] == nil {
                    throw try await Links.refusal(
                        link.from, [link.fromID], actor: actor, in: transaction)
                }
                if owners[.init(link.to, link.toID)] == nil {
                    refused.append(
                        .init(
                            requestID: item.requestID,
                            refusals: [FieldRefusal.notAChoice("to_entity_id")]))
                }
            }
            if !refused.isEmpty { throw BatchRefusal(refused) }
            let events = try await body(owners, transaction)
            _ = try await transaction.finish(
                with: Outbox.append(events.drafts(by: actor, at: context.now)))
        }
        services.wake(context.tenant.tenant)
    }
}

/// The links of cards of one kind, as rows (from_id, kind, to_id, metadata); both ends must be in
/// the actor's sight.
enum LinkList {
    static func all(_ entity: EntityType, _ ids: [Int64], actor: Actor) -> PostgresStatement {
        let mine: PostgresStatement = """
            a.id = ANY(\(ids)) AND a.deleted_at IS NULL AND \(actor.owners(.view, entity).condition("a"))
            """
        func seen(_ kind: EntityType) -> PostgresStatement {
            "b.deleted_at IS NULL AND \(actor.owners(.view, kind).condition("b"))"
        }
        let main: PostgresStatement =
            "json_build_object('main_contact', l.is_main, 'is_main', l.is_main)"
        switch entity {
        case .deal:
            return """
                SELECT a.id AS from_id, 'contacts' AS kind, b.id AS to_id, \(main) AS metadata
                FROM deals AS a JOIN deal_contacts AS l ON l.deal_id = a.id
                JOIN contacts AS b ON b.id = l.contact_id WHERE \(mine) AND \(seen(.contact))
                UNION ALL
                SELECT a.id, 'companies', b.id, NULL FROM deals AS a
                JOIN companies AS b ON b.id = a.company_id WHERE \(mine) AND \(seen(.company))
                """
        case .contact:
            return """
                SELECT a.id AS from_id, 'leads' AS kind, b.id AS to_id, \(main) AS metadata
                FROM contacts AS a JOIN deal_contacts AS l ON l.contact_id = a.id
                JOIN deals AS b ON b.id = l.deal_id WHERE \(mine) AND \(seen(.deal))
                UNION ALL
                SELECT a.id, 'companies', b.id, NULL FROM contacts AS a
                JOIN companies AS b ON b.id = a.company_id WHERE \(mine) AND \(seen(.company))
                """
        case .company, .task:
            return """
                SELECT a.id AS from_id, 'leads' AS kind, b.id AS to_id, NULL::json AS metadata
                FROM companies AS a JOIN deals AS b ON b.company_id = a.id WHERE \(mine) AND \(seen(.deal))
                UNION ALL
                SELECT a.id, 'contacts', b.id, NULL FROM companies AS a
                JOIN contacts AS b ON b.company_id = a.id WHERE \(mine) AND \(seen(.contact))
                """
        }
    }
}
