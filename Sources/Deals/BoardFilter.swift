import Postgres
import Records
import Vocabulary
import Web

/// What narrows a board beside its tab: a person, a tag, words.
struct BoardFilter: Sendable {
    let ownerID: Int64?
    let tagID: Int64?
    /// nil: nothing typed.
    let search: SearchCondition?
    /// Whose contacts and companies may be looked through.
    let contacts: Owners
    let companies: Owners

    init(_ query: Query, _ actor: Actor) throws(FieldRefusal) {
        ownerID = try query.int64("owner")
        tagID = try query.int64("tag")
        search = SearchCondition(query.string("query") ?? "")
        contacts = actor.owners(.view, .contact)
        companies = actor.owners(.view, .company)
    }

    /// Of the row `d`, with `AND` before it. Words are looked for in the deal and in its people.
    var condition: PostgresStatement {
        var condition: PostgresStatement = ""
        if let ownerID { condition.append("AND d.owner_id = \(ownerID) ") }
        if let tagID { condition.append("AND \(tagID) = ANY(d.tag_ids) ") }
        guard let search else { return condition }
        condition.append(
            """
            AND (\(search.sql(alias: "d"))
                OR EXISTS (SELECT FROM deal_contacts AS fl
                    JOIN contacts AS fc ON fc.id = fl.contact_id
                    WHERE fl.deal_id = d.id AND fc.deleted_at IS NULL
                        AND \(contacts.condition("fc")) AND \(search.sql(alias: "fc")))
                OR EXISTS (SELECT FROM companies AS fo
                    WHERE fo.id = d.company_id AND fo.deleted_at IS NULL
                        AND \(companies.condition("fo")) AND \(search.sql(alias: "fo"))))
            """)
        return condition
    }
}
