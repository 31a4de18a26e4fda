import HTTPTypes
package import Hummingbird
import Vocabulary

/// Protection of cookie-borne writes against other sites (CSRF): by Sec-Fetch-Site, else by Origin.
///
/// Source: OWASP CSRF cheat sheet, "Fetch Metadata". A neighbour tenant's subdomain is
/// `same-site`, which is refused.
package enum SameOrigin {
    private static let fetchSite = Edge.field("Sec-Fetch-Site")

    /// - Throws: 403 for a write that another site, or nobody we know, has made.
    package static func check(_ request: Request, baseURL: String) throws(Problem) {
        switch request.method {
        case .get, .head, .options: return
        default: break
        }
        switch request.headers[fetchSite] {
        case "same-origin": return
        case nil: break
        default: throw refused
        }
        guard request.headers[.origin] == baseURL else { throw refused }
    }

    private static var refused: Problem {
        Problem(
            .forbidden,
            Text(
                ru: "Запрос пришёл с другого сайта.", en: "The request came from another site."))
    }
}
