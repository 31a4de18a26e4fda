import Hummingbird
import Postgres
import Tenancy
import Vocabulary
import Web

/// `/ui/{deals|contacts|companies}/{id}/feed` and `/ui/search`, for the screens.
struct FeedRoutes: Sendable {
    func add(to ui: RouterGroup<TenantContext>) {
        for (word, entity) in [
            ("deals", EntityType.deal), ("contacts", .contact), ("companies", .company),
        ] {
            ui.get(RouterPath(stringLiteral: "/\(word)/{id}/feed")) { request, context in
                try await feed(entity, request, context)
            }
        }
        ui.get("/search") { try await search($0, $1) }
    }

    private func feed(
        _ entity: EntityType, _ request: Request, _ context: TenantContext
    ) async throws -> Response {
        let id = try context.id()
        let before = try Query(request).string("before")
        let cursor = before.flatMap { Feed.Cursor($0) }
        if before != nil, cursor == nil { throw FieldRefusal.invalidValue("before") }
        let rows = try await context.tenant.query(
            Feed.page(
                of: entity, id: id, actor: context.actor, before: cursor))
        guard let row = rows.first else { throw NotFound() }
        return .json(hal: false) {
            $0.field("items", json: row.text(0))
            $0.field("before", row.text(1))
        }
    }

    private func search(_ request: Request, _ context: TenantContext) async throws -> Response {
        guard let condition = SearchCondition(try Query(request).string("query") ?? "") else {
            return .json("{\"deals\":[],\"contacts\":[],\"companies\":[]}", hal: false)
        }
        return .one(
            try await context.tenant.query(Search.statement(condition, actor: context.actor)),
            hal: false)
    }
}

enum Search {
    /// Records of each kind.
    static let results_max = 10

    static func statement(_ condition: SearchCondition, actor: Actor) -> PostgresStatement {
        """
        SELECT json_build_object(
            'deals', COALESCE((SELECT json_agg(json_build_object('id', d.id, 'name', d.name,
                    'amount_minor', d.amount_minor, 'stage_id', d.stage_id, 'pipeline_id', d.pipeline_id))
                FROM (SELECT c.id, c.name, c.amount_minor, c.stage_id, c.pipeline_id
                    FROM deals AS c \(found(.deal, condition, actor))) AS d), '[]'),
            'contacts', COALESCE((SELECT json_agg(json_build_object('id', p.id, 'name', p.name,
                    'phones', \(CustomFields.multitextSQL(.contact, code: "'PHONE'", alias: "p"))))
                FROM (SELECT c.id, c.name, c.fields
                    FROM contacts AS c \(found(.contact, condition, actor))) AS p), '[]'),
            'companies', COALESCE((SELECT json_agg(json_build_object('id', o.id, 'name', o.name))
                FROM (SELECT c.id, c.name
                    FROM companies AS c \(found(.company, condition, actor))) AS o), '[]'))::text
        """
    }

    private static func found(
        _ entity: EntityType, _ condition: SearchCondition, _ actor: Actor
    ) -> PostgresStatement {
        """
        WHERE c.deleted_at IS NULL AND \(actor.owners(.view, entity).condition("c"))
            AND \(condition.sql(alias: "c"))
        ORDER BY c.updated_at DESC, c.id DESC
        LIMIT \(results_max)
        """
    }
}
