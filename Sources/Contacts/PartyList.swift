import Postgres
import Records
import Tenancy
import Vocabulary
import Web

/// The filters and order of amoCRM's lists of contacts and companies (amocrm-api 8).
struct PartyList: Sendable {
    let party: Party
    let query: Query
    let paging: Paging
    /// Only what changed after it.
    let modifiedSince: Moment?

    init(_ party: Party, _ query: Query, modifiedSince: Moment? = nil) throws {
        self.party = party
        self.modifiedSince = modifiedSince
        self.query = query
        paging = try Paging(query)
    }

    /// - Parameter fields: the company's custom fields, when the query filters by them.
    func statement(
        _ actor: Actor, _ item: ContactItem, _ fields: CustomFields?, timeZone: String
    ) throws
        -> PostgresStatement
    {
        var rows: PostgresStatement = "\(ident: party.table) AS c WHERE "
        rows.append(
            item.with.contains("only_deleted") ? "c.deleted_at IS NOT NULL" : "c.deleted_at IS NULL"
        )
        rows.append(" AND \(actor.owners(.view, party.entity).condition("c"))")
        if let ids = try query.ids("filter[id]") { rows.append(" AND c.id = ANY(\(ids))") }
        if let names = query.texts("filter[name]") { rows.append(" AND c.name = ANY(\(names))") }
        if let ids = try query.ids("filter[created_by]") {
            rows.append(" AND c.created_by = ANY(\(ids))")
        }
        if let ids = try query.ids("filter[updated_by]") {
            rows.append(" AND c.updated_by = ANY(\(ids))")
        }
        if let ids = try query.ids("filter[responsible_user_id]") {
            rows.append(" AND c.owner_id = ANY(\(ids))")
        }
        rows.append(try MomentFilter.condition(query, "filter[created_at]", "c.created_at"))
        rows.append(try MomentFilter.condition(query, "filter[updated_at]", "c.updated_at"))
        rows.append(
            try MomentFilter.condition(query, "filter[closest_task_at]", "c.next_task_at"))
        if let modifiedSince { rows.append(" AND c.updated_at > \(modifiedSince)") }
        if let condition = SearchCondition(query.string("query") ?? "") {
            rows.append(" AND \(condition.sql(alias: "c"))")
        }
        if let fields {
            for filter in FieldFilter.all(query, fields) {
                rows.append(filter.condition(fields, timeZone: timeZone, alias: "c"))
            }
        }
        return paging.statement(
            rows: rows, order: order, item: item.sql,
            joined: "\(ident: party.table) AS c LEFT JOIN members AS m ON m.user_id = c.owner_id")
    }

    /// Unknown orders fall back to the id, as an unknown `with` means nothing.
    private var order: PostgresStatement {
        switch (query.order?.field, query.order?.isAscending ?? true) {
        case ("updated_at", true): "c.updated_at, c.id"
        case ("updated_at", false): "c.updated_at DESC, c.id DESC"
        case ("created_at", true): "c.created_at, c.id"
        case ("created_at", false): "c.created_at DESC, c.id DESC"
        case (_, false): "c.id DESC"
        case (_, true): "c.id"
        }
    }
}
