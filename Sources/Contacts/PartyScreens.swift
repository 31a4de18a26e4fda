import Hummingbird
import Postgres
import Records
import Tenancy
import Vocabulary
import Web

/// `/ui/contacts` and `/ui/companies`: the lists and cards of the screens.
struct PartyScreens: Sendable {
    let party: Party

    /// Rows of one page of the list.
    private static let page_max = 50
    /// Deals on a card, the newest first.
    private static let deals_max = 100

    func add(to ui: RouterGroup<TenantContext>) {
        let path = party.entity.plural
        ui.get(RouterPath(stringLiteral: "/\(path)")) { try await list($0, $1) }
        ui.get(RouterPath(stringLiteral: "/\(path)/{id}")) { try await card($1) }
    }

    private func list(_ request: Request, _ context: TenantContext) async throws -> Response {
        let query = try Query(request)
        let paging = try Paging(page: try query.page(), limit: Self.page_max)
        let whose = query.string("whose") ?? "all"
        guard whose == "all" || whose == "mine" else { throw FieldRefusal.notAChoice("whose") }
        guard let order = Order(rawValue: query.string("sort") ?? Order.updated.rawValue) else {
            throw FieldRefusal.notAChoice("sort")
        }
        let actor = context.actor
        var rows: PostgresStatement = """
            \(ident: party.table) AS c
            WHERE c.deleted_at IS NULL AND \(actor.owners(.view, party.entity).condition("c"))
            """
        if let condition = SearchCondition(query.string("query") ?? "") {
            rows.append(" AND \(condition.sql(alias: "c"))")
        }
        let mine: PostgresStatement = "c.owner_id = \(actor.userID)"
        let found = try await context.tenant.pipeline([
            paging.statement(
                rows: whose == "mine" ? "\(rows) AND \(mine)" : rows, order: order.sql,
                item: row(actor),
                joined: "\(ident: party.table) AS c"),
            "SELECT count(*), count(*) FILTER (WHERE \(mine)) FROM \(rows)",
        ])
        let counts = try found[1].one().decode(Int.self, Int.self)
        let total = whose == "mine" ? counts.1 : counts.0
        let items = try found[0].one().text(0)
        return .json(hal: false) {
            $0.field(party.entity.plural, json: items)
            $0.field("total", total)
            $0.field("page", paging.page)
            $0.field("pages", max(1, (total + Self.page_max - 1) / Self.page_max))
            $0.object("counts") {
                $0.field("all", counts.0)
                $0.field("mine", counts.1)
            }
        }
    }

    /// What comes first in the list. With the id, so that no row is on two pages.
    private enum Order: String {
        case updated, created, name
        case nameDown = "-name"

        /// Whatever collation the database has, ё stands with е.
        private static let letters: PostgresStatement = "translate(lower(c.name), 'ё', 'е')"

        var sql: PostgresStatement {
            switch self {
            case .updated: "c.updated_at DESC, c.id DESC"
            case .created: "c.id DESC"
            case .name: "\(Self.letters), c.id"
            case .nameDown: "\(Self.letters) DESC, c.id DESC"
            }
        }
    }

    private func row(_ actor: Actor) -> PostgresStatement {
        let company: PostgresStatement =
            switch party {
            case .contact:
                """
                'company', (SELECT json_build_object('id', o.id, 'name', o.name)
                    FROM companies AS o WHERE o.id = c.company_id AND o.deleted_at IS NULL),
                """
            case .company: ""
            }
        return """
            json_build_object('id', c.id, 'name', c.name, \(company)
                'phones', \(CustomFields.multitextSQL(party.entity, code: "'PHONE'", alias: "c")),
                'emails', \(CustomFields.multitextSQL(party.entity, code: "'EMAIL'", alias: "c")),
                'owner_id', c.owner_id, 'tags', \(Tags.listSQL(alias: "c")), \(sums(actor))
                'next_task', \(nextTask(actor)), 'updated_at', extract(epoch FROM c.updated_at)::bigint)
            """
    }

    /// The card's deals that the actor may see: rows of `deals AS d` that belong to `c`.
    private func deals(_ actor: Actor) -> PostgresStatement {
        let join: PostgresStatement =
            switch party {
            case .contact:
                "deals AS d JOIN deal_contacts AS l ON l.deal_id = d.id WHERE l.contact_id = c.id"
            case .company: "deals AS d WHERE d.company_id = c.id"
            }
        return "\(join) AND d.deleted_at IS NULL AND \(actor.owners(.view, .deal).condition("d"))"
    }

    private func sums(_ actor: Actor) -> PostgresStatement {
        """
        'deals_count', (SELECT count(*) FROM \(deals(actor))),
        'open_amount_minor', (SELECT COALESCE(sum(d.amount_minor), 0)::bigint FROM \(deals(actor))
            AND d.closed_at IS NULL),
        'won_minor', (SELECT COALESCE(sum(d.amount_minor), 0)::bigint FROM \(deals(actor)) AND d.stage_id = 142),
        """
    }

    /// The most urgent open task of the card or of one of its deals.
    private func nextTask(_ actor: Actor) -> PostgresStatement {
        """
        (SELECT json_build_object('id', t.id, 'text', t.text, 'due_at', extract(epoch FROM t.due_at)::bigint)
            FROM (
                SELECT o.id, o.text, o.due_at, o.owner_id FROM tasks AS o
                WHERE o.entity_type = \(party.entity.rawValue) AND o.entity_id = c.id
                    AND o.completed_at IS NULL AND o.deleted_at IS NULL
                UNION ALL
                SELECT o.id, o.text, o.due_at, o.owner_id FROM tasks AS o
                WHERE o.entity_type = 'deal' AND o.entity_id IN (SELECT d.id FROM \(deals(actor)))
                    AND o.completed_at IS NULL AND o.deleted_at IS NULL
            ) AS t
            WHERE \(actor.owners(.view, .task).condition("t"))
            ORDER BY t.due_at, t.id LIMIT 1)
        """
    }

    private func card(_ context: TenantContext) async throws -> Response {
        let id = try context.id()
        let actor = context.actor
        let owners = actor.owners(.view, party.entity)
        let found = try await context.tenant.pipeline([
            """
            SELECT \(whole(actor))::text, \(company(actor))::text, \(people(actor))::text, \(cards(actor))::text
            FROM \(ident: party.table) AS c
            WHERE c.id = \(id) AND c.deleted_at IS NULL AND \(owners.condition("c"))
            """,
            TaskItem.open(
                of: party.entity, id: id,
                andOfDeals: """
                    SELECT d.id FROM \(ident: party.table) AS c
                    CROSS JOIN LATERAL (SELECT d.id FROM \(deals(actor))) AS d
                    WHERE c.id = \(id)
                    """, seenBy: actor),
            Feed.page(of: party.entity, id: id, actor: actor),
            Feed.pinned(of: party.entity, id: id, actor: actor),
        ])
        guard let row = found[0].first, let feed = found[2].first else { throw NotFound() }
        let tasks = try found[1].one().text(0)
        let pinned = try found[3].one().text(0)
        return .json(hal: false) {
            $0.field(party == .contact ? "contact" : "company", json: row.text(0))
            if party == .contact {
                $0.field("company", json: row.text(1))
            } else {
                $0.field("contacts", json: row.text(2))
            }
            $0.field("deals", json: row.text(3))
            $0.field("pinned", json: pinned)
            $0.field("tasks", json: tasks)
            $0.field("feed", json: feed.text(0))
            $0.field("feed_before", feed.text(1))
        }
    }

    private func whole(_ actor: Actor) -> PostgresStatement {
        let names: PostgresStatement =
            party == .contact ? "'first_name', c.first_name, 'last_name', c.last_name," : ""
        return """
            json_build_object('id', c.id, 'name', c.name, \(names) 'owner_id', c.owner_id, 'fields', c.fields,
                'tags', \(Tags.listSQL(alias: "c")),
                'phones', \(CustomFields.multitextSQL(party.entity, code: "'PHONE'", alias: "c")),
                'emails', \(CustomFields.multitextSQL(party.entity, code: "'EMAIL'", alias: "c")), \(sums(actor))
                'next_task', \(nextTask(actor)), 'created_by', c.created_by,
                'can_edit', \(actor.owners(.edit, party.entity).condition("c")),
                'created_at', extract(epoch FROM c.created_at)::bigint,
                'updated_at', extract(epoch FROM c.updated_at)::bigint, 'version', c.version)
            """
    }

    private func company(_ actor: Actor) -> PostgresStatement {
        guard party == .contact else { return "NULL" }
        return """
            (SELECT json_build_object('id', o.id, 'name', o.name, 'fields', o.fields,
                'phones', \(CustomFields.multitextSQL(.company, code: "'PHONE'", alias: "o")))
            FROM companies AS o
            WHERE o.id = c.company_id AND o.deleted_at IS NULL AND \(actor.owners(.view, .company).condition("o")))
            """
    }

    private func people(_ actor: Actor) -> PostgresStatement {
        guard party == .company else { return "NULL" }
        return """
            COALESCE((SELECT json_agg(json_build_object('id', p.id, 'name', p.name,
                'phones', \(CustomFields.multitextSQL(.contact, code: "'PHONE'", alias: "p")),
                'emails', \(CustomFields.multitextSQL(.contact, code: "'EMAIL'", alias: "p"))) ORDER BY p.id)
            FROM contacts AS p
            WHERE p.company_id = c.id AND p.deleted_at IS NULL
                AND \(actor.owners(.view, .contact).condition("p"))), '[]')
            """
    }

    private func cards(_ actor: Actor) -> PostgresStatement {
        """
        COALESCE((SELECT json_agg(json_build_object('id', x.id, 'name', x.name, 'pipeline_id', x.pipeline_id,
            'stage_id', x.stage_id, 'amount_minor', x.amount_minor, 'owner_id', x.owner_id,
            'stage_entered_at', extract(epoch FROM x.stage_entered_at)::bigint,
            'created_at', extract(epoch FROM x.created_at)::bigint,
            'updated_at', extract(epoch FROM x.updated_at)::bigint,
            'closed_at', extract(epoch FROM x.closed_at)::bigint, 'version', x.version) ORDER BY x.id DESC)
        FROM (SELECT d.id, d.name, d.pipeline_id, d.stage_id, d.amount_minor, d.owner_id, d.stage_entered_at,
                d.created_at, d.updated_at, d.closed_at, d.version
            FROM \(deals(actor)) ORDER BY d.id DESC LIMIT \(Self.deals_max)) AS x), '[]')
        """
    }
}
