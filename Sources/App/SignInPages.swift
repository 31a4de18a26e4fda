import Foundation
import HTTPTypes
import Hummingbird
import Identity
import Postgres
import Tenancy
import Vocabulary
import Web

/// Signing in and up by plain HTML forms, which work without JavaScript. Scripts only add to them.
struct SignInPages: Sendable {
    let pages: Pages
    let tenants: Tenants
    let identity: Identity

    /// Bodies of these forms are small.
    private static let form_bytes_max = 16 << 10

    func add(to router: RouterGroup<AnonymousContext>) {
        router.get("/sign-in") { request, context in
            let query = try Query(request)
            if context.signedIn != nil { return Self.lead(to: Self.safe(query.string("next"))) }
            let next = Self.safe(query.string("next"))
            let path = next == "/" ? "/sign-in" : "/sign-in?next=\(Self.escaped(next))"
            if let kept = Look.keep(query, path: path, context) { return kept }
            return try await signInForm(context, ["next": next])
        }
        router.post("/sign-in") { request, context in
            try SameOrigin.check(request, baseURL: context.baseURL)
            return try await signIn(request.form(limit: Self.form_bytes_max), request, context)
        }
        router.get("/sign-up") { request, context in
            if let kept = Look.keep(try Query(request), path: "/sign-up", context) { return kept }
            return try signUpForm(context)
        }
        router.post("/sign-up") { request, context in
            try SameOrigin.check(request, baseURL: context.baseURL)
            return try await signUp(request.form(limit: Self.form_bytes_max), request, context)
        }
    }

    // MARK: Signing in

    private func signIn(
        _ form: Query, _ request: Request, _ context: AnonymousContext
    ) async throws -> Response {
        let email = form.string("email") ?? ""
        let next = Self.safe(form.string("next"))
        do {
            let outcome = try await identity.signIn(
                email: email, password: form.string("password") ?? "", tenant: context.hostTenant,
                address: context.clientAddress, userAgent: request.headers[.userAgent] ?? "")
            switch outcome {
            case .signedIn(let secret):
                var response = Self.lead(to: next)
                response.headers[.setCookie] = Identity.cookie(secret, context.baseURL)
                return response
            case .choose(let workspaces): return choice(workspaces, context)
            }
        } catch {
            let refused = try Refused(error, context.language)
            return try await signInForm(
                context, ["email": email, "next": next], refused: refused)
        }
    }

    private func signInForm(
        _ context: AnonymousContext, _ values: [String: String], refused: Refused? = nil
    ) async throws -> Response {
        let title = Text(ru: "Вход", en: "Sign in")
        var values = values
        if let tenant = context.hostTenant {
            let row = try await tenants.database(of: tenant).query(
                "SELECT name, subtitle FROM settings"
            ).first
            values["tenant_name"] = row?.text(0) ?? tenant.slug
            values["tenant_subtitle"] = row?.text(1) ?? ""
        } else {
            values["is_tenantless"] = "1"
        }
        return form("sign-in", title, values, refused, context)
    }

    /// Where the hand-over leads is another host, and a form may not be redirected there (the
    /// policy's form-action): a page with links leads on.
    private func choice(
        _ workspaces: [SignInOutcome.Workspace], _ context: AnonymousContext
    ) -> Response {
        let title = Text(ru: "Выбор компании", en: "Choose a company")
        let rows = workspaces.map { workspace in
            [
                "name": workspace.name, "slug": workspace.tenant.slug,
                "address": identity.address(of: workspace, from: context.baseURL),
            ]
        }
        return pages.page(
            "choose", title: title(context.language), context,
            ["only": rows.count == 1 ? rows[0]["address"] ?? "" : ""],
            lists: ["workspaces": rows])
    }

    // MARK: Signing up

    private func signUp(
        _ form: Query, _ request: Request, _ context: AnonymousContext
    ) async throws -> Response {
        guard context.hostTenant == nil else { throw NotFound() }
        var values: [String: String] = [:]
        for key in ["company", "slug", "name", "email"] { values[key] = form.string(key) ?? "" }
        do {
            let new = try NewCompany(
                company: values["company"] ?? "", slug: values["slug"] ?? "",
                name: values["name"] ?? "", email: values["email"] ?? "",
                password: form.string("password") ?? "", language: context.language)
            let workspace = try await identity.signUp(
                new, address: context.clientAddress, userAgent: request.headers[.userAgent] ?? "")
            return choice([workspace], context)
        } catch {
            return try signUpForm(context, values, refused: Refused(error, context.language))
        }
    }

    private func signUpForm(
        _ context: AnonymousContext, _ values: [String: String] = [:], refused: Refused? = nil
    ) throws -> Response {
        guard context.hostTenant == nil else { throw NotFound() }
        var values = values
        values["host"] = String(context.baseURL.drop { $0 != "/" }.drop { $0 == "/" })
        return form(
            "sign-up", Text(ru: "Новая компания", en: "New company"), values, refused, context)
    }

    private func form(
        _ template: String, _ title: Text, _ values: [String: String], _ refused: Refused?,
        _ context: AnonymousContext
    ) -> Response {
        var response = pages.page(
            template, status: refused?.status ?? .ok, title: title(context.language), context,
            values.merging(refused?.values ?? [:]) { _, new in new })
        if let wait = refused?.values["wait_s"] { response.headers[.retryAfter] = wait }
        return response
    }

    /// Only a path of our own: never `//elsewhere`.
    private static func safe(_ next: String?) -> String {
        guard let next, next.hasPrefix("/"), !next.hasPrefix("//"), !next.contains("\\"),
            next.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else { return "/" }
        return next
    }

    private static func escaped(_ path: String) -> String {
        path.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    private static func lead(to path: String) -> Response {
        Response(status: .seeOther, headers: [.location: path])
    }
}

/// A form that was not taken, as its template shows it: `error_{field}` and `error`.
private struct Refused {
    let status: HTTPResponse.Status
    let values: [String: String]

    /// - Throws: the error itself when it is no answer to a form.
    init(_ error: any Error, _ language: Language) throws {
        guard let problem = Problem.from(error),
            problem.status.code < 500 || error is IdentityRefusal
        else { throw error }
        status = problem.status
        let fields = problem.fields(language)
        var values = Dictionary(
            uniqueKeysWithValues: fields.map { ("error_" + $0.key, $0.value) })
        if fields.isEmpty { values["error"] = problem.detail(language) }
        if let wait_s = (error as? IdentityRefusal)?.retryAfter_s { values["wait_s"] = "\(wait_s)" }
        self.values = values
    }
}
