package import Hummingbird
import Logging
import NIOCore
package import Tenancy
package import Vocabulary

/// A request of which we know no more than what its head says. Pages, sign-in, health.
package struct AnonymousContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// In the response header, in every log line, and on the error page.
    package var requestID: String
    /// Scheme and host exactly as the client called us, e.g. `http://salon.localhost:8080`.
    package var baseURL: String
    /// The tenant that the host names. nil: the tenant-less host (sign-up, tokens by `127.0.0.1`).
    package var hostTenant: Tenant?
    /// Where no company is named, when the host names one: for the way out of a wrong address.
    package var tenantlessURL: String?
    /// `auto`, `light` or `dark`: what this browser was last asked for.
    package var theme: String
    /// Set by `SignIn` when the credential counts.
    package var signedIn: SignedIn?
    /// By what this browser was last asked for (on pages), Accept-Language, the user, the tenant.
    package var language: Language
    /// What Accept-Language asks for, if anything.
    package var acceptedLanguage: Language?
    package var now: Moment
    /// The peer's address, or what a trusted proxy says it is. For throttling and the log.
    package var clientAddress: String

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        requestID = ""
        baseURL = ""
        hostTenant = nil
        theme = Look.themes[0]
        signedIn = nil
        language = .ru
        acceptedLanguage = nil
        now = Moment(seconds: 0)
        clientAddress = source.channel.remoteAddress?.ipAddress ?? ""
    }
}

/// A credential that counts, bound to its tenant.
package struct SignedIn: Sendable {
    package enum Way: Sendable { case bearer, cookie }

    package let actor: Actor
    package let database: TenantDatabase
    package let way: Way
    package let scopes: [String]?

    package init(actor: Actor, database: TenantDatabase, way: Way, scopes: [String]? = nil) {
        self.actor = actor
        self.database = database
        self.way = way
        self.scopes = scopes
    }
}
