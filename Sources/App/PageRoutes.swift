import HTTPTypes
import Hummingbird
import Postgres
import Tenancy
import Vocabulary
import Web

/// The HTML pages. The workspace is one shell whose screens are drawn by the browser.
struct PageRoutes: Sendable {
    let pages: Pages
    let tenants: Tenants

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
        router.get("/sign-in") { _, context in try await signIn(context) }
        router.get("/sign-up") { _, context in
            if context.hostTenant != nil { throw NotFound() }
            let title = Text(ru: "Новая компания", en: "New company")
            return pages.page("sign-up", title: title(context.language), context)
        }
    }

    private func shell(_ request: Request, _ context: AnonymousContext) -> Response {
        guard let signedIn = context.signedIn else { return Self.toSignIn(request) }
        var context = context
        // The user's own choice; the browser's list of languages is for strangers.
        context.language = signedIn.actor.language
        return pages.page("app", title: "Voronka", context)
    }

    private static func toSignIn(_ request: Request) -> Response {
        let next = request.uri.path == "/" ? "" : "?next=\(request.uri.path)"
        return Response(status: .seeOther, headers: [.location: "/sign-in\(next)"])
    }

    private func signIn(_ context: AnonymousContext) async throws -> Response {
        let title = Text(ru: "Вход", en: "Sign in")
        var more: [String: String] = [:]
        if let tenant = context.hostTenant {
            let row = try await tenants.database(of: tenant).query(
                "SELECT name, subtitle FROM settings"
            ).first
            more["tenant_name"] = row?.text(0) ?? tenant.slug
            more["tenant_subtitle"] = row?.text(1) ?? ""
        }
        return pages.page("sign-in", title: title(context.language), context, more)
    }
}
