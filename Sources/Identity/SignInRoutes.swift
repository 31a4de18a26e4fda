import HTTPTypes
import Hummingbird
import Tenancy
import Vocabulary
import Web

extension Identity {
    /// Bodies of these forms are small.
    private static let form_bytes_max = 16 << 10

    func addSignInRoutes(_ open: some RouterMethods<AnonymousContext>) {
        open.post("sign-in") { request, context in
            try await self.answering { try await self.signIn(request, context) }
        }
        open.post("sign-up") { request, context in
            try await self.answering { try await self.signUp(request, context) }
        }
        open.post("sign-out") { request, context in try await self.signOut(request, context) }
        open.get("hand-over") { request, context in try await self.takeHandOver(request, context) }
    }

    private func signIn(_ request: Request, _ context: AnonymousContext) async throws -> Response {
        try Self.refuseForeignPages(request)
        var reader = try await Self.form(request)
        reader.require("email")
        reader.require("password")
        let email = reader.string("email")
        let password = reader.string("password")
        try reader.finish()
        let outcome = try await signIn(
            email: email ?? "", password: password ?? "", tenant: context.hostTenant,
            address: context.clientAddress, userAgent: request.headers[.userAgent] ?? "")
        switch outcome {
        case .signedIn(let secret):
            var response = Response.json(hal: false) { $0.field("redirect", "/") }
            response.headers[.setCookie] = Self.cookie(secret, context.baseURL)
            return response
        case .choose(let workspaces):
            return Response.json(hal: false) { writer in
                if workspaces.count == 1 {
                    writer.field("redirect", address(of: workspaces[0], from: context.baseURL))
                }
                writer.array("workspaces") { writer in
                    for workspace in workspaces {
                        writer.object { writer in
                            writer.field("slug", workspace.tenant.slug)
                            writer.field("name", workspace.name)
                            writer.field("redirect", address(of: workspace, from: context.baseURL))
                        }
                    }
                }
            }
        }
    }

    private func signUp(_ request: Request, _ context: AnonymousContext) async throws -> Response {
        try Self.refuseForeignPages(request)
        guard context.hostTenant == nil else { throw NotFound() }
        var reader = try await Self.form(request)
        for key in ["company", "slug", "name", "email", "password"] { reader.require(key) }
        let company = reader.string("company")
        let slug = reader.string("slug")
        let name = reader.string("name")
        let email = reader.string("email")
        let password = reader.string("password")
        try reader.finish()
        let new = try NewCompany(
            company: company ?? "", slug: slug ?? "", name: name ?? "", email: email ?? "",
            password: password ?? "", language: context.language)
        let workspace = try await signUp(
            new, address: context.clientAddress, userAgent: request.headers[.userAgent] ?? "")
        return Response.json(status: .created, hal: false) {
            $0.field("redirect", address(of: workspace, from: context.baseURL))
        }
    }

    private func signOut(_ request: Request, _ context: AnonymousContext) async throws -> Response {
        try Self.refuseForeignPages(request)
        if let secret = request.cookies[SessionCookie.name]?.value { try await endSession(secret) }
        var response = Response.empty
        response.headers[.setCookie] = Self.cookie(nil, context.baseURL)
        return response
    }

    private func takeHandOver(
        _ request: Request, _ context: AnonymousContext
    ) async throws -> Response {
        guard let tenant = context.hostTenant else { throw NotFound() }
        let code = request.uri.queryParameters["code"].map(String.init) ?? ""
        guard let secret = try await takeHandOver(code, at: tenant) else {
            return Response(
                status: .seeOther, headers: [.location: "/sign-in", .cacheControl: "no-store"])
        }
        return Response(
            status: .seeOther,
            headers: [
                .location: "/", .cacheControl: "no-store",
                .setCookie: Self.cookie(secret, context.baseURL),
            ])
    }

    /// Says when to come again: refusals carry no headers of their own.
    private func answering(_ body: () async throws -> Response) async throws -> Response {
        do {
            return try await body()
        } catch let refusal as IdentityRefusal {
            guard let seconds = refusal.retryAfter_s else { throw refusal }
            throw Problem(
                HTTPResponse.Status(code: refusal.status), refusal.detail,
                headers: [.retryAfter: String(seconds)])
        }
    }

    private static func form(_ request: Request) async throws -> FieldReader {
        guard let object = try await request.json(limit: form_bytes_max).object else {
            throw FieldRefusal(
                "", code: "InvalidType",
                Text(ru: "Нужен объект JSON.", en: "A JSON object is expected."))
        }
        return FieldReader(object)
    }

    /// Nobody is signed in or out by a page of someone else's. Source: W3C Fetch Metadata.
    private static func refuseForeignPages(_ request: Request) throws {
        guard let name = HTTPField.Name("Sec-Fetch-Site"), let site = request.headers[name] else {
            return
        }
        guard site == "same-origin" || site == "none" else { throw Forbidden() }
    }

    /// nil takes the cookie away. No Domain: the cookie belongs to this host alone.
    package static func cookie(_ secret: String?, _ baseURL: String) -> String {
        let life_s = secret == nil ? 0 : session_s
        let secure = baseURL.hasPrefix("https:") ? "; Secure" : ""
        return "\(SessionCookie.name)=\(secret ?? ""); Path=/; Max-Age=\(life_s); HttpOnly; "
            + "SameSite=Lax\(secure)"
    }

    /// The company's address with the scheme and port that the client uses just now.
    func home(of tenant: Tenant, from baseURL: String) -> String {
        let scheme = baseURL.hasPrefix("https:") ? "https" : "http"
        let authority = baseURL.drop { $0 != "/" }.drop { $0 == "/" }
        let port = authority.last == "]" ? nil : authority.split(separator: ":").dropFirst().last
        let host = authority.prefix { $0 != ":" }.lowercased()
        let domain = configuration.baseDomains.first { $0 == host } ?? configuration.baseDomains[0]
        let suffix = port.flatMap { Int($0) }.map { ":\($0)" } ?? ""
        return "\(scheme)://\(tenant.slug).\(domain)\(suffix)"
    }
}
