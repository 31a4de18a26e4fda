import Postgres
import Vocabulary

/// The log as amoCRM's `/events` shows it.
struct EventsQuery: Sendable {
    var ids: [String]?
    /// Unix seconds, both included.
    var from: Int64?
    var to: Int64?
    var actors: [Int64]?
    var entities: [Subject]?
    var entityIDs: [Int64]?
    /// The family `custom_field_value_changed` stands for all of its members.
    var types: [String]?
    /// `jsonb` that one of the values must contain; any of these.
    var after: [String]?
    var before: [String]?
    var withNames = false
    var offset = 0
    var limit = 50

    init() {}

    /// amoCRM's own largest page of events.
    static let limit_max = 100

    /// One row: the items as a JSON array, and how many there are; one item more than `limit` when
    /// a page follows.
    func statement(actor: Actor, tenantID: Int64, baseURL: String) -> PostgresStatement {
        """
        SELECT COALESCE(json_agg(page.item ORDER BY page.id DESC)
            FILTER (WHERE page.place <= \(offset + limit)), '[]')::text,
            count(*)
        FROM (
            SELECT e.id, row_number() OVER (ORDER BY e.id DESC) AS place,
                \(Self.item(tenantID: tenantID, baseURL: baseURL, withNames: withNames)) AS item
            FROM events AS e
            WHERE \(conditions) AND \(Self.visible(to: actor))
            ORDER BY e.id DESC
            LIMIT \(limit + 1) OFFSET \(offset)) AS page
        """
    }

    private var conditions: PostgresStatement {
        var list: PostgresStatement = "true"
        if let ids { list.append(" AND e.id = ANY(\(ids))") }
        // A key begins with its moment, so that the key's index finds the span of time.
        if let from {
            let key = ULID.first(at: Moment(seconds: from))
            list.append(" AND e.created_at >= to_timestamp(\(from)) AND e.id >= \(key)::text")
        }
        if let to {
            let key = ULID.first(at: Moment(seconds: to + 1))
            list.append(" AND e.created_at < to_timestamp(\(to) + 1) AND e.id < \(key)::text")
        }
        if let actors { list.append(" AND e.actor_id = ANY(\(actors))") }
        if let entities { list.append(" AND e.entity_type = ANY(\(entities.map(\.rawValue)))") }
        if let entityIDs { list.append(" AND e.entity_id = ANY(\(entityIDs))") }
        if let types {
            list.append(" AND (e.type = ANY(\(types)) OR (\(types.contains(Self.family))")
            list.append(" AND e.type LIKE 'custom\\_field\\_%\\_value\\_changed'))")
        }
        if let after { list.append(" AND e.after @> ANY(\(after)::text[]::jsonb[])") }
        if let before { list.append(" AND e.before @> ANY(\(before)::text[]::jsonb[])") }
        return list
    }

    private static let family = "custom_field_value_changed"

    static func item(tenantID: Int64, baseURL: String, withNames: Bool) -> PostgresStatement {
        """
        json_build_object('id', e.id, 'type', e.type, 'entity_id', e.entity_id,
            'entity_type', CASE e.entity_type WHEN 'deal' THEN 'lead' ELSE e.entity_type END,
            'created_by', e.actor_id, 'created_at', extract(epoch FROM e.created_at)::bigint,
            'value_after', e.after, 'value_before', e.before, 'account_id', \(tenantID)::bigint,
            '_links', json_build_object('self', json_build_object(
                'href', \(baseURL)::text || '/api/v4/events/' || e.id)),
            '_embedded', json_build_object('entity', \(entity(baseURL: baseURL, withNames: withNames))))
        """
    }

    private static func entity(baseURL: String, withNames: Bool) -> PostgresStatement {
        let link: PostgresStatement = """
            json_build_object('self', json_build_object('href', \(baseURL)::text || CASE e.entity_type
                WHEN 'deal' THEN '/api/v4/leads/' WHEN 'contact' THEN '/api/v4/contacts/'
                WHEN 'company' THEN '/api/v4/companies/' WHEN 'task' THEN '/api/v4/tasks/'
                WHEN 'pipeline' THEN '/api/v4/leads/pipelines/'
                WHEN 'loss_reason' THEN '/api/v4/leads/loss_reasons/'
                WHEN 'custom_field' THEN '/api/v4/' || \(cards("custom_field")) || '/custom_fields/'
                WHEN 'tag' THEN '/api/v4/' || \(cards("tag")) || '/tags?filter[id]='
                WHEN 'role' THEN '/api/v4/roles/' ELSE '/api/v4/users/' END || e.entity_id))
            """
        guard withNames else { return "json_build_object('id', e.entity_id, '_links', \(link))" }
        return """
            json_build_object('id', e.entity_id, 'name', CASE e.entity_type
                WHEN 'deal' THEN (SELECT o.name FROM deals AS o WHERE o.id = e.entity_id)
                WHEN 'contact' THEN (SELECT o.name FROM contacts AS o WHERE o.id = e.entity_id)
                WHEN 'company' THEN (SELECT o.name FROM companies AS o WHERE o.id = e.entity_id)
                END, '_links', \(link))
            """
    }

    /// `leads`, `contacts` or `companies`, as the event of a custom field or a tag says.
    private static func cards(_ word: String) -> PostgresStatement {
        """
        ((CASE e.after WHEN '[]' THEN e.before ELSE e.after END)->0->\(word)::text->>'entity_type')
        """
    }

    /// An event is as visible as its record; of how the company is set up `Actor.sees` decides.
    static func visible(to actor: Actor) -> PostgresStatement {
        if actor.isAdministrator { return "true" }
        let open = Setup.allCases.filter { actor.sees($0) }.map(\.rawValue)
        return """
            CASE e.entity_type
                WHEN 'deal' THEN \(seen(.deal, actor))
                WHEN 'contact' THEN \(seen(.contact, actor))
                WHEN 'company' THEN \(seen(.company, actor))
                WHEN 'task' THEN \(seen(.task, actor))
                ELSE e.entity_type = ANY(\(open)) END
            """
    }

    private static func seen(_ entity: EntityType, _ actor: Actor) -> PostgresStatement {
        let owners = actor.owners(.view, entity)
        if owners == .everyone { return "true" }
        return """
            EXISTS (SELECT FROM \(ident: entity.table) AS o
                WHERE o.id = e.entity_id AND \(owners.condition("o")))
            """
    }
}
