package import Hummingbird
package import Postgres
package import Vocabulary
package import Web

/// Which page of a list the client wants.
package struct Paging: Sendable, Hashable {
    /// From 1.
    package let page: Int
    package let limit: Int
    package var offset: Int { (page - 1) * limit }

    package init(
        _ query: Query, default standard: Int = Query.limit_default, max: Int = Query.limit_max
    ) throws(FieldRefusal) {
        try self.init(
            page: try query.page(), limit: try query.limit(default: standard, max: max))
    }

    /// - Throws: a refusal of a page that lies too far.
    package init(page: Int, limit: Int) throws(FieldRefusal) {
        self.page = page
        self.limit = limit
        if offset > Query.offset_max {
            throw FieldRefusal(
                "page",
                Text(
                    ru: "Так далеко страницы не листаются: уточните фильтр.",
                    en: "Pages do not go that far: narrow the filter."))
        }
    }

    /// Chooses the page's rows first, and builds JSON for those alone.
    ///
    /// - Parameters:
    ///   - rows: the table and the rows wanted: `contacts AS c WHERE …`; the table is called `c`.
    ///   - order: unambiguous, so that no row is on two pages: `c.updated_at DESC, c.id DESC`.
    ///   - item: the JSON of a row, with the table called `c` again.
    ///   - joined: the table and what its item needs beside it: `contacts AS c LEFT JOIN …`.
    /// - Returns: one row: the JSON array as text, and how many there are, one more than `limit`
    ///   when a page follows.
    package func statement(
        rows: PostgresStatement, order: PostgresStatement, item: PostgresStatement,
        joined: PostgresStatement
    ) -> PostgresStatement {
        """
        WITH page AS (
            SELECT c.id, row_number() OVER (ORDER BY \(order)) AS place
            FROM \(rows)
            ORDER BY \(order)
            LIMIT \(limit + 1) OFFSET \(offset)
        )
        SELECT COALESCE(json_agg(\(item) ORDER BY page.place)
            FILTER (WHERE page.place <= \(offset + limit)), '[]')::text, count(*)
        FROM page JOIN \(joined) ON c.id = page.id
        """
    }

    /// The list as amoCRM answers it, from the row of such a statement; 204 when it is empty.
    package func response(
        _ rows: PostgresRows, named name: String, request: Request, context: TenantContext,
        totals: [(String, Int64)] = []
    ) throws -> Response {
        let row = try rows.one()
        let count = try row.decode(1, as: Int.self)
        return HAL.list(
            row.text(0), count: min(count, limit), named: name, page: page, hasNext: count > limit,
            request: request, context: context, totals: totals)
    }
}

extension Response {
    /// The one JSON text of a row; 204 when there is no row.
    package static func one(_ rows: PostgresRows, hal: Bool = true) -> Response {
        guard let text = rows.first?.text(0) else { return .empty }
        return .json(text, hal: hal)
    }

    /// amoCRM's answer to a batch: ids, what the client called them, and links.
    package static func batch(
        _ items: [(id: Int64, requestID: String, updatedAt: Int64?)], named name: String,
        path: String,
        context: TenantContext
    ) -> Response {
        .json { writer in
            writer.field("_links", json: HAL.links(context, "/api/v4/\(path)"))
            writer.object("_embedded") { writer in
                writer.array(name) { writer in
                    for item in items {
                        writer.object { writer in
                            writer.field("id", item.id)
                            if let updatedAt = item.updatedAt {
                                writer.field("updated_at", updatedAt)
                            }
                            writer.field("request_id", item.requestID)
                            writer.field(
                                "_links", json: HAL.links(context, "/api/v4/\(path)/\(item.id)"))
                        }
                    }
                }
            }
        }
    }
}
