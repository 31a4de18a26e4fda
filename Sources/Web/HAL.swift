package import Hummingbird
package import Vocabulary

/// amoCRM's envelope of lists (amocrm-api 1.3).
package enum HAL {
    /// A page of a list; 204 when it is empty.
    ///
    /// - Parameters:
    ///   - items: the JSON array of the items, made by PostgreSQL; nil, "" or "[]" is an empty
    ///     page.
    ///   - count: how many items there are in `items`.
    ///   - name: their key in `_embedded`.
    ///   - hasNext: whether there is a page after this one.
    ///   - totals: further members of the envelope, e.g. `_total_items`.
    package static func list(
        _ items: String?, count: Int, named name: String, page: Int, hasNext: Bool,
        request: Request, context: TenantContext, totals: [(String, Int64)] = []
    ) -> Response {
        guard let items, count > 0, !items.isEmpty else { return .empty }
        var writer = JSONWriter(capacity: items.utf8.count + 512)
        writer.object { writer in
            writer.field("_page", page)
            for (key, value) in totals { writer.field(key, value) }
            writer.object("_links") { writer in
                func link(_ name: String, _ href: String) {
                    writer.object(name) { $0.field("href", href) }
                }
                link("self", context.baseURL + request.uri.string)
                if hasNext { link("next", href(request, context, page: page + 1)) }
                if page > 1 {
                    link("first", href(request, context, page: 1))
                    link("prev", href(request, context, page: page - 1))
                }
            }
            writer.object("_embedded") { $0.field(name, json: items) }
        }
        return .json(writer.buffer)
    }

    /// The same address with another page; the rest of the query stays as the client wrote it.
    static func href(_ request: Request, _ context: TenantContext, page: Int) -> String {
        var parts = (request.uri.query ?? "").split(separator: "&").map(String.init)
        // Of several pages the last one counts, so none of the old ones may stay.
        parts.removeAll { $0 == "page" || $0.hasPrefix("page=") }
        parts.append("page=\(page)")
        return context.baseURL + request.uri.path + "?" + parts.joined(separator: "&")
    }

    /// What one changed record answers with: flat, as amoCRM's own client reads it, and with our
    /// version.
    ///
    /// - Parameters:
    ///   - name: the resource under `/api/v4`.
    ///   - more: further members.
    package static func changed(
        _ id: Int64, named name: String, version: Int64, updatedAt: Moment, context: TenantContext,
        more: (inout JSONWriter) -> Void = { _ in }
    ) -> Response {
        Response.json { writer in
            writer.field("id", id)
            writer.field("updated_at", updatedAt.seconds)
            writer.field("version", version)
            more(&writer)
            writer.field("_links", json: links(context, "/api/v4/\(name)/\(id)"))
        }.tagged(version: version)
    }

    /// `{"self": {"href": …}}` for an item.
    package static func links(_ context: TenantContext, _ path: String) -> String {
        var writer = JSONWriter(capacity: 96)
        writer.object { $0.object("self") { $0.field("href", context.baseURL + path) } }
        return String(buffer: writer.buffer)
    }
}
