import VoronkaTesting
import Web

extension RouteBook {
    /// The route's address with the query that makes it show these rows.
    static func listPath(_ route: RouteCase, _ ids: Ids, search: String) -> String {
        let path = route.path(ids)
        switch route.route {
        case "GET /ui/board/cards": return path + "?ids=\(ids.deal)"
        case "GET /ui/board": return path + "?pipeline=\(ids.pipeline)"
        case "GET /ui/board/stage":
            return path + "?pipeline=\(ids.pipeline)&stage=\(ids.stage)"
        case "GET /ui/tasks": return path + "?whose=all"
        case "GET /ui/search": return path + "?query=" + search.percentEncoded
        case "GET /api/v4/events": return path + "?with=lead_name,contact_name,company_name"
        default: break
        }
        guard route.method == "GET", path.hasSuffix("/links"), !route.namesRows else { return path }
        let kind = String(path.split(separator: "/")[2])
        return path + "?filter[entity_id]=\(ids.card[kind] ?? 0)".escaped
    }

    /// Without what differs between any two requests, and with names in place of ids.
    static func masked(_ answer: RunningServer.Answer, _ ids: Ids) -> String {
        var headers = answer.headers
        headers["x-request-id"] = nil
        headers["date"] = nil
        headers["content-length"] = nil
        headers["set-cookie"] = nil
        var text = answer.text
        if let id = answer.headers["x-request-id"] {
            text = text.replacing(id, with: "REQUEST")
        }
        let heads = headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        var whole = "\(answer.status)\n\(heads.joined(separator: "\n"))\n\(text)"
        for (name, id) in ids.words { whole = whole.replacing(id, with: name) }
        return whole
    }
}

extension String {
    /// For a query with letters outside ASCII.
    var percentEncoded: String {
        utf8.reduce(into: "") { result, byte in
            let isPlain =
                (48...57).contains(byte) || (65...90).contains(byte)
                || (97...122).contains(byte)
            result +=
                isPlain
                ? String(UnicodeScalar(byte))
                : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
    }
}
