import Postgres
import Records
import Vocabulary
import Web

/// A deal as amoCRM's API shows it ("lead"), built by PostgreSQL. The row is called `d`.
struct LeadItem: Sendable {
    let tenantID: Int64
    let baseURL: String
    let with: Set<String>
    /// Who looks: what he may not see is not linked.
    let actor: Actor

    var sql: PostgresStatement { "json_build_object(\(own), \(linked))" }

    /// What stands in the deal's own row. `m` is its owner.
    var own: PostgresStatement {
        """
        'id', d.id, 'name', d.name, 'price', d.amount_minor / \(Money.minorPerUnit),
            'price_with_minor_units', round(d.amount_minor / 100.0, 2),
            'responsible_user_id', d.owner_id, 'group_id', COALESCE(m.group_id, 0),
            'status_id', d.stage_id, 'pipeline_id', d.pipeline_id, 'loss_reason_id', d.loss_reason_id,
            'created_by', d.created_by, 'updated_by', d.updated_by,
            'created_at', extract(epoch FROM d.created_at)::bigint,
            'updated_at', extract(epoch FROM d.updated_at)::bigint,
            'closed_at', extract(epoch FROM d.closed_at)::bigint,
            'closest_task_at', extract(epoch FROM d.next_task_at)::bigint,
            'is_deleted', d.deleted_at IS NOT NULL,
            'score', NULL, 'account_id', \(tenantID)::bigint, 'labor_cost', NULL, \(optional) 'version', d.version,
            'channel', d.channel, 'expected_close_on', d.expected_close_on,
            '_links', \(link("leads", "d.id"))
        """
    }

    /// What the row only points to.
    var linked: PostgresStatement {
        """
        'custom_fields_values', \(CustomFields.valuesSQL(.deal, alias: "d")),
            '_embedded', json_build_object('tags', \(Tags.listSQL(alias: "d")),
                'companies', CASE WHEN d.company_id IS NULL THEN '[]'::json ELSE COALESCE((
                    SELECT json_agg(json_build_object('id', o.id, '_links', \(link("companies", "o.id"))))
                    FROM companies AS o
                    WHERE o.id = d.company_id AND o.deleted_at IS NULL
                        AND \(actor.owners(.view, .company).condition("o"))), '[]') END
                \(contacts) \(lossReason) \(absent) \(spans))
        """
    }

    /// What amoCRM shows only to who asks for it.
    private var optional: PostgresStatement {
        var members: PostgresStatement = ""
        if with.contains("source_id") { members.append("'source_id', NULL,") }
        if with.contains("is_price_modified_by_robot") {
            members.append("'is_price_modified_by_robot', false,")
        }
        return members
    }

    /// There are no lists of goods here: clients walk over an empty one.
    private var absent: PostgresStatement {
        with.contains("catalog_elements") ? ", 'catalog_elements', '[]'::json" : ""
    }

    /// Our own addition: where the deal stood, since when, until when, and who moved it.
    private var spans: PostgresStatement {
        guard with.contains("stage_spans") else { return "" }
        return """
            , 'stage_spans', COALESCE((
                SELECT json_agg(json_build_object('pipeline_id', w.pipeline_id, 'status_id', w.stage_id,
                    'entered_at', extract(epoch FROM w.entered_at)::bigint, 'entered_by', w.entered_by,
                    'left_at', extract(epoch FROM w.left_at)::bigint, 'left_by', w.left_by)
                    ORDER BY w.entered_at, w.id)
                FROM stage_spans AS w
                WHERE w.deal_id = d.id), '[]')
            """
    }

    private var contacts: PostgresStatement {
        guard with.contains("contacts") else { return "" }
        return """
            , 'contacts', COALESCE((
                SELECT json_agg(json_build_object('id', l.contact_id, 'is_main', l.is_main,
                    '_links', \(link("contacts", "l.contact_id"))) ORDER BY l.is_main DESC, l.contact_id)
                FROM deal_contacts AS l
                JOIN contacts AS p ON p.id = l.contact_id
                WHERE l.deal_id = d.id AND p.deleted_at IS NULL
                    AND \(actor.owners(.view, .contact).condition("p"))), '[]')
            """
    }

    private var lossReason: PostgresStatement {
        guard with.contains("loss_reason") else { return "" }
        return """
            , 'loss_reason', COALESCE((
                SELECT json_agg(json_build_object('id', r.id, 'name', r.name, 'sort', r.sort,
                    'created_at', extract(epoch FROM r.created_at)::bigint,
                    'updated_at', extract(epoch FROM r.updated_at)::bigint,
                    '_links', \(link("leads/loss_reasons", "r.id"))))
                FROM loss_reasons AS r
                WHERE r.id = d.loss_reason_id), '[]')
            """
    }

    private func link(_ path: String, _ id: PostgresStatement) -> PostgresStatement {
        """
        json_build_object('self', json_build_object('href', \
        \(baseURL + "/api/v4/" + path + "/")::text || \(id)))
        """
    }
}
