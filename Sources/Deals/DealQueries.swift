import Postgres
import Records
import Vocabulary
import Web

enum DealQueries {
    /// One deal that the actor may see: its JSON and its version.
    static func one(_ id: Int64, as item: LeadItem, for owners: Owners) -> PostgresStatement {
        "SELECT \(item.sql), d.version \(row(id, owners))"
    }

    /// The same from its own row alone, without what it points to: then fields, tags and company.
    static func bare(_ id: Int64, as item: LeadItem, for owners: Owners) -> PostgresStatement {
        """
        SELECT json_build_object(\(item.own)), d.version, d.fields::text, d.tag_ids, d.company_id
        \(row(id, owners))
        """
    }

    private static func row(_ id: Int64, _ owners: Owners) -> PostgresStatement {
        """
        FROM deals AS d
        LEFT JOIN members AS m ON m.user_id = d.owner_id
        WHERE d.id = \(id) AND d.deleted_at IS NULL AND \(owners.condition("d"))
        """
    }

    /// A page of the list: the JSON array and how many rows it has; one more row than `limit` is
    /// looked for.
    static func list(
        _ filter: DealFilter, as item: LeadItem, for owners: Owners, limit: Int, offset: Int
    ) -> PostgresStatement {
        """
        WITH page AS (
            SELECT d.id, row_number() OVER (\(filter.order)) AS place
            FROM deals AS d
            WHERE \(filter.trash) AND \(owners.condition("d")) \(filter.condition)
            \(filter.order)
            LIMIT \(Int64(limit + 1)) OFFSET \(Int64(offset))
        )
        SELECT json_agg(\(item.sql) ORDER BY page.place)
            FILTER (WHERE page.place <= \(Int64(offset + limit))), count(*)
        FROM page
        JOIN deals AS d ON d.id = page.id
        LEFT JOIN members AS m ON m.user_id = d.owner_id
        """
    }
}
