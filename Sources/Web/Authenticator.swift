package import Tenancy
package import Vocabulary

/// Turns a credential into an actor. Identity implements it, and caches what it verified.
package protocol Authenticator: Sendable {
    /// - Parameter tenant: what the host says; nil on the tenant-less host. A token of another
    ///   tenant is refused.
    /// - Throws: `Unauthenticated`; a `PostgresError` when the control database is down.
    func authenticate(bearer: String, tenant: Tenant?) async throws -> Identified

    /// The rights of another member, for an administrator's token that works in his name
    /// (`X-Context-User-ID`); nil: nobody of that id works here.
    func actor(_ userID: Int64, seenFrom identified: Identified) async throws -> Actor?

    /// A browser's session. `tenant` is what the host says: a session of another tenant does not
    /// count.
    func authenticate(cookie: String, tenant: Tenant) async throws -> Identified
}

/// Who is calling, and with what.
package struct Identified: Sendable {
    package let actor: Actor
    package let tenant: Tenant
    /// One bucket of requests: the token's id or the session's hash. Never the secret itself.
    package let key: String
    /// The token's scopes; nil: a browser's session, which may do all that its user may.
    package let scopes: [String]?
    /// Nothing is written with it, on any route.
    package let isReadOnly: Bool

    package init(
        actor: Actor, tenant: Tenant, key: String, scopes: [String]? = nil,
        isReadOnly: Bool = false
    ) {
        self.isReadOnly = isReadOnly
        self.actor = actor
        self.tenant = tenant
        self.key = key
        self.scopes = scopes
    }
}

/// 401: no credential, or one that does not count (any more). All reasons look the same from
/// outside.
package struct Unauthenticated: Error, Sendable {
    package init() {}
}

/// 403 in general words, where no slice has a better refusal.
package struct Forbidden: Refusal {
    package let status = 403
    package let code = "Forbidden"
    package let path = ""
    package let detail: Text

    package init(
        _ detail: Text = Text(ru: "Недостаточно прав.", en: "You have no right to do this.")
    ) {
        self.detail = detail
    }
}

/// The session cookie's name: bound to the host, so that a neighbour's subdomain can neither read
/// nor set it.
package enum SessionCookie {
    package static let name = "voronka_session"
}
