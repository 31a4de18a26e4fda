import HTTPTypes
package import Hummingbird
import Logging
package import Tenancy
import Vocabulary

/// Finds out who is calling: by bearer token, or by the session cookie. No credential is no error
/// here; a route
/// that needs one asks for it by its context.
package struct SignIn: RouterMiddleware {
    package enum Accepts: Sendable {
        case bearerOrCookie, cookie
        /// A page: a stale cookie is no refusal there, but a reason to show the sign-in page.
        case page
    }

    let authenticator: any Authenticator
    let database: @Sendable (Tenant) throws -> TenantDatabase
    let limits: RateLimits
    let accepts: Accepts

    package init(
        _ authenticator: any Authenticator, limits: RateLimits, accepts: Accepts,
        database: @escaping @Sendable (Tenant) throws -> TenantDatabase
    ) {
        self.authenticator = authenticator
        self.limits = limits
        self.accepts = accepts
        self.database = database
    }

    @concurrent package func handle(
        _ request: Request, context: AnonymousContext,
        next: @concurrent (Request, AnonymousContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        if accepts == .bearerOrCookie, let header = request.headers[.authorization] {
            guard header.count > 7, header.prefix(7).lowercased() == "bearer " else {
                throw Unauthenticated()
            }
            let found = try await authenticator.authenticate(
                bearer: String(header.dropFirst(7)), tenant: context.hostTenant)
            if let host = context.hostTenant, host.id != found.tenant.id { throw Unauthenticated() }
            if found.isReadOnly, request.method != .get, request.method != .head {
                throw Forbidden(Self.readOnly)
            }
            try accept(found, .bearer, &context)
            try await change(found, request, &context)
        } else if let tenant = context.hostTenant,
            let cookie = request.cookies[SessionCookie.name]?.value
        {
            // A browser sends the cookie by itself: a write must prove that it comes from our own
            // page.
            try SameOrigin.check(request, baseURL: context.baseURL)
            do {
                let found = try await authenticator.authenticate(cookie: cookie, tenant: tenant)
                guard found.tenant.id == tenant.id else { throw Unauthenticated() }
                try accept(found, .cookie, &context)
            } catch is Unauthenticated where accepts == .page {
                return try await next(request, context)
            }
        }
        return try await next(request, context)
    }

    private static let readOnly = Text(
        ru: "Токен даёт право только читать.", en: "This token may only read.")

    private static let contextUser = HTTPField.Name("X-Context-User-ID")

    /// Lets an administrator's token act as one of the members: with his rights, and under his name
    /// in the log (amocrm-api 1.2).
    private func change(
        _ found: Identified, _ request: Request, _ context: inout AnonymousContext
    ) async throws {
        guard let text = Self.contextUser.flatMap({ request.headers[$0] }), !text.isEmpty else {
            return
        }
        guard let userID = Int64(text) else {
            throw FieldRefusal(
                "X-Context-User-ID", code: "InvalidType",
                Text(ru: "Здесь нужно целое число.", en: "This value should be of type int."))
        }
        if userID == found.actor.userID { return }
        guard found.actor.isAdministrator else { throw Forbidden() }
        guard let actor = try await authenticator.actor(userID, seenFrom: found) else {
            throw Forbidden(Text(ru: "Такого сотрудника нет.", en: "There is no such member."))
        }
        context.signedIn = SignedIn(
            actor: actor, database: try database(found.tenant), way: .bearer, scopes: found.scopes)
        context.logger[metadataKey: "user"] = .stringConvertible(userID)
    }

    private func accept(
        _ found: Identified, _ way: SignedIn.Way, _ context: inout AnonymousContext
    ) throws {
        try limits.take(found.key, way)
        context.signedIn = SignedIn(
            actor: found.actor, database: try database(found.tenant), way: way, scopes: found.scopes
        )
        if context.acceptedLanguage == nil { context.language = found.actor.language }
        context.logger[metadataKey: "tenant"] = .string(found.tenant.slug)
        context.logger[metadataKey: "user"] = .stringConvertible(found.actor.userID)
    }
}
