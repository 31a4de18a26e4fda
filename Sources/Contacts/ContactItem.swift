import Postgres
import Records
import Vocabulary

/// A contact or company as amoCRM's API shows it, built by PostgreSQL. The row is called `c`.
struct ContactItem: Sendable {
    let party: Party
    let tenantID: Int64
    let baseURL: String
    /// The optional parts that the client asked for: leads, contacts (of a company).
    let with: Set<String>
    /// Who looks: what he may not see is not linked.
    let actor: Actor

    var sql: PostgresStatement {
        """
        json_build_object('id', c.id, 'name', c.name, \(names)
            'responsible_user_id', c.owner_id, 'group_id', COALESCE(m.group_id, 0),
            'created_by', c.created_by, 'updated_by', c.updated_by,
            'created_at', extract(epoch FROM c.created_at)::bigint,
            'updated_at', extract(epoch FROM c.updated_at)::bigint,
            'closest_task_at', extract(epoch FROM c.next_task_at)::bigint,
            'is_deleted', c.deleted_at IS NOT NULL,
            'custom_fields_values', \(CustomFields.valuesSQL(party.entity, alias: "c")),
            'account_id', \(tenantID)::bigint, 'version', c.version,
            '_links', \(selfLink(party.entity, "c.id")),
            '_embedded', json_build_object('tags', \(Tags.listSQL(alias: "c"))
                \(companies) \(leads) \(contacts) \(absent)))
        """
    }

    private var names: PostgresStatement {
        switch party {
        case .contact: "'first_name', c.first_name, 'last_name', c.last_name, 'is_unsorted', false,"
        case .company: ""
        }
    }

    /// Always there for a contact, none or one.
    private var companies: PostgresStatement {
        guard party == .contact else { return "" }
        return """
            , 'companies', CASE WHEN c.company_id IS NULL THEN '[]'::json ELSE COALESCE((
                SELECT json_agg(json_build_object('id', o.id, '_links', \(selfLink(.company, "o.id"))))
                FROM companies AS o
                WHERE o.id = c.company_id AND \(seen(.company, "o"))), '[]') END
            """
    }

    private var leads: PostgresStatement {
        guard with.contains("leads") else { return "" }
        let join: PostgresStatement =
            switch party {
            case .contact:
                "JOIN deal_contacts AS l ON l.deal_id = d.id WHERE l.contact_id = c.id"
            case .company: "WHERE d.company_id = c.id"
            }
        return """
            , 'leads', COALESCE((
                SELECT json_agg(json_build_object('id', d.id, '_links', \(selfLink(.deal, "d.id"))) ORDER BY d.id)
                FROM deals AS d \(join) AND \(seen(.deal, "d"))), '[]')
            """
    }

    private var contacts: PostgresStatement {
        guard party == .company, with.contains("contacts") else { return "" }
        return """
            , 'contacts', COALESCE((
                SELECT json_agg(json_build_object('id', p.id, '_links', \(selfLink(.contact, "p.id"))) ORDER BY p.id)
                FROM contacts AS p WHERE p.company_id = c.id AND \(seen(.contact, "p"))), '[]')
            """
    }

    /// What we do not have is answered empty to who asks for it: clients walk over the list.
    private var absent: PostgresStatement {
        var members: PostgresStatement = ""
        for word in ["customers", "catalog_elements"] where with.contains(word) {
            members.append(", \(word)::text, '[]'::json")
        }
        if party == .contact, with.contains("social_profiles") {
            members.append(", 'social_profiles', '[]'::json")
        }
        return members
    }

    private func seen(_ entity: EntityType, _ alias: StaticString) -> PostgresStatement {
        let row = PostgresIdentifier(literal: alias)
        return
            "\(ident: row).deleted_at IS NULL AND \(actor.owners(.view, entity).condition(alias))"
    }

    private func selfLink(_ entity: EntityType, _ column: PostgresStatement) -> PostgresStatement {
        """
        json_build_object('self', json_build_object('href', \
        \(baseURL + "/api/v4/" + entity.plural + "/")::text || \(column)))
        """
    }
}
