package import Hummingbird
import Logging
package import Tenancy
package import Vocabulary

/// A request of a known actor in a known tenant. Handlers of every slice get it; it cannot be made
/// without both.
package struct TenantContext: ChildRequestContext {
    package var coreContext: CoreRequestContextStorage
    package let actor: Actor
    /// The only way to the tenant's tables.
    package let tenant: TenantDatabase
    package let way: SignedIn.Way
    /// The API token's scopes; nil: a browser's session.
    package let scopes: [String]?
    /// For words in the answer: Accept-Language, then the user, then the tenant.
    package let language: Language
    /// Scheme and host exactly as the client called us; every link begins with it.
    package let baseURL: String
    package let now: Moment
    package let requestID: String
    package let clientAddress: String

    /// - Throws: `Unauthenticated`, which is a 401.
    package init(context: AnonymousContext) throws {
        guard let signedIn = context.signedIn else { throw Unauthenticated() }
        coreContext = context.coreContext
        actor = signedIn.actor
        tenant = signedIn.database
        way = signedIn.way
        scopes = signedIn.scopes
        language = context.language
        baseURL = context.baseURL
        now = context.now
        requestID = context.requestID
        clientAddress = context.clientAddress
    }

    /// The id in the path.
    /// - Throws: `NotFound` when it is not a positive number: such a record never existed.
    package func id(_ name: String = "id") throws -> Int64 {
        guard let text = parameters.get(name), let id = Int64(text), id > 0 else {
            throw NotFound()
        }
        return id
    }

    /// Like `id`, but nil instead of an error, for reads that answer 204.
    package func readableID(_ name: String = "id") -> Int64? {
        parameters.get(name).flatMap { Int64($0) }.flatMap { $0 > 0 ? $0 : nil }
    }
}
