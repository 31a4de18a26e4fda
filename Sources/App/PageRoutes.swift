import Foundation
import HTTPTypes
import Hummingbird
import Vocabulary
import Web

/// The HTML pages. The workspace is one shell whose screens are drawn by the browser.
struct PageRoutes: Sendable {
    let pages: Pages

    /// Addresses that open the workspace; the browser draws what belongs there.
    private static let workspace: [RouterPath] = [
        "/", "/deals", "/deals/{id}", "/contacts", "/contacts/{id}", "/companies",
        "/companies/{id}",
        "/tasks",
    ]

    func add(to router: RouterGroup<AnonymousContext>) {
        for path in Self.workspace {
            router.get(path) { request, context in shell(request, context) }
        }
    }

    private func shell(_ request: Request, _ context: AnonymousContext) -> Response {
        guard let signedIn = context.signedIn else { return Self.toSignIn(request) }
        var context = context
        // The user's own choice; the browser's list of languages is for strangers.
        context.language = signedIn.actor.language
        return pages.page("app", title: "Voronka", context)
    }

    /// He comes back to where he wanted to go.
    private static func toSignIn(_ request: Request) -> Response {
        var wanted = request.uri.path
        if let query = request.uri.query { wanted += "?" + query }
        let next = wanted.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return Response(
            status: .seeOther,
            headers: [.location: wanted == "/" ? "/sign-in" : "/sign-in?next=\(next)"])
    }
}
