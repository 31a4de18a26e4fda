package import Postgres
package import Vocabulary

/// What happened to a card, newest last: its notes, events and completed tasks in one line.
package enum Feed {
    /// Items of one page.
    package static let page_items = 50

    /// Where the page before begins: the time and key of the oldest item shown.
    package struct Cursor: Sendable, Hashable {
        let at_us: Int64
        let key: String

        /// nil: not a cursor of ours.
        package init?(_ text: String) {
            let parts = text.split(separator: "-", maxSplits: 1)
            guard parts.count == 2, let at = Int64(parts[0]), at.magnitude < 1 << 58,
                parts[1].utf8.count <= 32
            else { return nil }
            at_us = at
            key = String(parts[1])
        }
    }

    /// One row of two texts: the items as a JSON array, oldest first, and the cursor of the page
    /// before (NULL: none).
    /// No row at all when the card does not exist or the actor may not see it.
    ///
    /// A contact and a company also show what happened to their deals, as far as the actor may see
    /// those; such an item says in `of` whose it is.
    package static func page(
        of entity: EntityType, id: Int64, actor: Actor, before: Cursor? = nil
    ) -> PostgresStatement {
        """
        WITH card AS (
            SELECT c.id, \(actor.owners(.edit, entity).condition("c")) AS can_edit
            FROM \(ident: entity.table) AS c
            WHERE c.id = \(id) AND c.deleted_at IS NULL
                AND \(actor.owners(.view, entity).condition("c"))
        ), sources AS (
            SELECT \(entity.rawValue)::text AS type, card.id, NULL::json AS of, card.can_edit FROM card
            \(deals(entity, actor))
        ), mixed AS (
            SELECT f.* FROM sources CROSS JOIN LATERAL (\(events(before))) AS f
            UNION ALL SELECT f.* FROM sources CROSS JOIN LATERAL (\(notes(before, actor))) AS f
            UNION ALL SELECT f.* FROM sources CROSS JOIN LATERAL (\(tasks(before, actor))) AS f
        ), page AS (
            SELECT at, key, item FROM mixed ORDER BY at DESC, key DESC LIMIT \(Self.page_items + 1)
        ), numbered AS (
            SELECT at, key, item, row_number() OVER (ORDER BY at DESC, key DESC) AS place FROM page
        )
        SELECT COALESCE((
                SELECT json_agg(item ORDER BY at, key) FROM numbered WHERE place <= \(Self.page_items)
            ), '[]')::text,
            (SELECT (extract(epoch FROM at) * 1000000)::bigint::text || '-' || key
                FROM numbered AS n
                WHERE n.place = \(Self.page_items)
                    AND EXISTS (SELECT FROM numbered WHERE place > \(Self.page_items)))
        FROM card
        """
    }

    /// Deals of one contact or company that are looked through, the newest first.
    static let deals_max = 50

    private static func deals(_ entity: EntityType, _ actor: Actor) -> PostgresStatement {
        let theirs: PostgresStatement
        switch entity {
        case .contact:
            theirs =
                "JOIN deal_contacts AS l ON l.contact_id = card.id JOIN deals AS d ON d.id = l.deal_id"
        case .company: theirs = "JOIN deals AS d ON d.company_id = card.id"
        default: return ""
        }
        return """
            UNION ALL (
                SELECT 'deal', d.id, json_build_object('type', 'deal', 'id', d.id, 'name', d.name),
                    \(actor.owners(.edit, .deal).condition("d"))
                FROM card \(theirs)
                WHERE d.deleted_at IS NULL AND \(actor.owners(.view, .deal).condition("d"))
                ORDER BY d.id DESC LIMIT \(deals_max))
            """
    }

    private static func older(
        _ before: Cursor?, at: StaticString, key: StaticString
    ) -> PostgresStatement {
        """
        (\(before?.key)::text IS NULL OR (\(unsafeSQL: at), \(unsafeSQL: key)) < (
            timestamptz 'epoch' + \(before?.at_us ?? 0)::bigint * interval '1 microsecond', \(before?.key)::text))
        """
    }

    /// Events that brought a note or a task's result are left out: those are shown themselves.
    private static func events(_ before: Cursor?) -> PostgresStatement {
        """
        SELECT e.created_at AS at, e.id COLLATE "C" AS key, json_build_object('id', e.id,
            'of', sources.of, 'at', extract(epoch FROM e.created_at)::bigint, 'actor_id', e.actor_id,
            'kind', 'event',
            'type', e.type, 'before', e.before, 'after', e.after, 'undoes', e.undoes) AS item
        FROM events AS e
        WHERE e.entity_type = sources.type AND e.entity_id = sources.id
            AND NOT (e.before = '[]' AND e.type <> 'note_restored'
                AND jsonb_path_exists(e.after, '$[*].note.id'))
            AND \(older(before, at: "e.created_at", key: "e.id COLLATE \"C\""))
        ORDER BY e.id DESC LIMIT \(Self.page_items + 1)
        """
    }

    /// The pinned notes of a card, the latest first: one row, one JSON array. Whether the actor may
    /// see the card is the caller's to check.
    package static func pinned(of entity: EntityType, id: Int64, actor: Actor) -> PostgresStatement
    {
        """
        SELECT COALESCE(json_agg(f.item ORDER BY f.at DESC), '[]')::text
        FROM (
            SELECT \(entity.rawValue)::text AS type, c.id, NULL::json AS of,
                \(actor.owners(.edit, entity).condition("c")) AS can_edit
            FROM \(ident: entity.table) AS c
            WHERE c.id = \(id) AND \(actor.owners(.view, entity).condition("c"))
        ) AS sources CROSS JOIN LATERAL (
            SELECT n.created_at AS at, \(note(actor)) AS item
            FROM notes AS n
            WHERE n.entity_type = sources.type AND n.entity_id = sources.id AND n.deleted_at IS NULL
                AND n.is_pinned
            ORDER BY n.created_at DESC, n.id DESC LIMIT \(Self.pinned_max)) AS f
        """
    }

    /// Pinned notes shown on a card.
    static let pinned_max = 5

    /// The note `n` of the card in `sources`.
    private static func note(_ actor: Actor) -> PostgresStatement {
        """
        json_build_object(
            'id', 'n' || n.id, 'of', sources.of, 'at', extract(epoch FROM n.created_at)::bigint,
            'actor_id', n.created_by,
            'kind', 'note', 'note_id', n.id, 'type', n.kind, 'text', COALESCE(n.params->>'text', ''),
            'params', n.params, 'is_pinned', n.is_pinned, 'version', n.version,
            'edited_at', CASE WHEN n.updated_at > n.created_at
                THEN extract(epoch FROM n.updated_at)::bigint END,
            'can_edit', sources.can_edit OR n.created_by = \(actor.userID))
        """
    }

    private static func notes(_ before: Cursor?, _ actor: Actor) -> PostgresStatement {
        """
        SELECT n.created_at, ('n' || lpad(n.id::text, 19, '0')) COLLATE "C", \(note(actor))
        FROM notes AS n
        WHERE n.entity_type = sources.type AND n.entity_id = sources.id AND n.deleted_at IS NULL
            AND \(older(before, at: "n.created_at", key: "('n' || lpad(n.id::text, 19, '0')) COLLATE \"C\""))
        ORDER BY n.created_at DESC, n.id DESC LIMIT \(Self.page_items + 1)
        """
    }

    private static func tasks(_ before: Cursor?, _ actor: Actor) -> PostgresStatement {
        """
        SELECT t.completed_at, ('t' || lpad(t.id::text, 19, '0')) COLLATE "C", json_build_object(
            'id', 't' || t.id, 'of', sources.of, 'at', extract(epoch FROM t.completed_at)::bigint,
            'actor_id', t.updated_by,
            'kind', 'task_done', 'text', t.text, 'task', \(TaskItem.sql("t")))
        FROM tasks AS t
        WHERE t.entity_type = sources.type AND t.entity_id = sources.id
            AND t.deleted_at IS NULL AND t.completed_at IS NOT NULL
            AND \(actor.owners(.view, .task).condition("t"))
            AND \(older(before, at: "t.completed_at", key: "('t' || lpad(t.id::text, 19, '0')) COLLATE \"C\""))
        ORDER BY t.completed_at DESC, t.id DESC LIMIT \(Self.page_items + 1)
        """
    }
}

/// A task as the screens show it.
package enum TaskItem {
    /// `{"id","text","kind_id","owner_id","entity","due_at","completed_at","result","created_by","version"}`;
    /// `entity` is null when the task hangs on nothing, or what it hung on is in the trash.
    ///
    /// - Parameters:
    ///   - alias: what `tasks` is called in the statement.
    ///   - actor: `entity` is null also when he may not see it; nil: it is the card on whose page
    ///     the tasks stand.
    package static func sql(_ alias: StaticString, seenBy actor: Actor? = nil) -> PostgresStatement
    {
        let t = PostgresIdentifier(literal: alias)
        func seen(_ entity: EntityType) -> PostgresStatement {
            actor.map { "AND \($0.owners(.view, entity).condition("o"))" } ?? ""
        }
        return """
            json_build_object('id', \(ident: t).id, 'text', \(ident: t).text, 'kind_id', \(ident: t).kind_id,
                'owner_id', \(ident: t).owner_id, 'entity', CASE \(ident: t).entity_type
                    WHEN 'deal' THEN (SELECT json_build_object('type', 'deal', 'id', o.id, 'name', o.name)
                        FROM deals AS o WHERE o.id = \(ident: t).entity_id
                            AND o.deleted_at IS NULL \(seen(.deal)))
                    WHEN 'contact' THEN (SELECT json_build_object('type', 'contact', 'id', o.id, 'name', o.name)
                        FROM contacts AS o WHERE o.id = \(ident: t).entity_id
                            AND o.deleted_at IS NULL \(seen(.contact)))
                    WHEN 'company' THEN (SELECT json_build_object('type', 'company', 'id', o.id, 'name', o.name)
                        FROM companies AS o WHERE o.id = \(ident: t).entity_id
                            AND o.deleted_at IS NULL \(seen(.company)))
                    END,
                'due_at', extract(epoch FROM \(ident: t).due_at)::bigint,
                'completed_at', extract(epoch FROM \(ident: t).completed_at)::bigint,
                'result', \(ident: t).result, 'created_by', \(ident: t).created_by,
                'version', \(ident: t).version)
            """
    }

    /// The open tasks of a card that the actor may see as a JSON array, the most urgent first; one
    /// row, one text.
    package static func open(
        of entity: EntityType, id: Int64, seenBy actor: Actor
    ) -> PostgresStatement {
        """
        SELECT COALESCE(json_agg(\(sql("t")) ORDER BY t.due_at, t.id), '[]')::text
        FROM tasks AS t
        WHERE t.entity_type = \(entity.rawValue) AND t.entity_id = \(id)
            AND t.completed_at IS NULL AND t.deleted_at IS NULL
            AND \(actor.owners(.view, .task).condition("t"))
        """
    }

    /// The open tasks that the actor may see of a contact or company and of its deals.
    ///
    /// - Parameter deals: `SELECT id …` of the deals.
    package static func open(
        of entity: EntityType, id: Int64, andOfDeals deals: PostgresStatement, seenBy actor: Actor
    ) -> PostgresStatement {
        """
        SELECT COALESCE(json_agg(\(sql("t")) ORDER BY t.due_at, t.id), '[]')::text
        FROM tasks AS t
        WHERE t.completed_at IS NULL AND t.deleted_at IS NULL
            AND \(actor.owners(.view, .task).condition("t")) AND t.id IN (
            SELECT o.id FROM tasks AS o
            WHERE o.entity_type = \(entity.rawValue) AND o.entity_id = \(id) AND o.deleted_at IS NULL
            UNION ALL
            SELECT o.id FROM tasks AS o
            WHERE o.entity_type = 'deal' AND o.entity_id IN (\(deals)) AND o.deleted_at IS NULL)
        """
    }

    /// Sets `next_task_at` of the cards from their open tasks. Runs after every write to a task,
    /// in its transaction.
    ///
    /// - Parameter changedOnly: the row is left alone when nothing changes, so that no lock is
    ///   taken for nothing.
    package static func refreshNext(of entity: EntityType, ids: [Int64]) -> PostgresStatement {
        """
        UPDATE \(ident: entity.table) AS c
        SET next_task_at = n.due_at
        FROM unnest(\(ids)) AS w (id)
        LEFT JOIN LATERAL (
            SELECT min(t.due_at) AS due_at FROM tasks AS t
            WHERE t.entity_type = \(entity.rawValue) AND t.entity_id = w.id
                AND t.completed_at IS NULL AND t.deleted_at IS NULL) AS n ON true
        WHERE c.id = w.id AND c.next_task_at IS DISTINCT FROM n.due_at
        """
    }
}
