package import HTTPTypes
package import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Tenancy
package import Vocabulary
package import Web

/// The routes of one room as one person of one company meets them: real router, real database, no
/// socket.
package struct TestAPI: Sendable {
    package typealias Mount =
        @Sendable (_ api: RouterGroup<TenantContext>, _ ui: RouterGroup<TenantContext>) -> Void

    package struct Answer: Sendable {
        package let status: Int
        package let headers: HTTPFields
        package let text: String
        /// null when there is no body.
        package let json: JSONValue

        package func at(_ path: String) -> JSONValue? { json.at(path) }
    }

    let database: TenantDatabase
    let actor: Actor
    let now: Moment
    let mount: Mount

    /// Where the client believes the server to be.
    package static let baseURL = "http://localhost"

    package init(_ tenant: TestTenant, as actor: Actor, at now: Moment, mount: @escaping Mount) {
        database = tenant.database
        self.actor = actor
        self.now = now
        self.mount = mount
    }

    package func get(_ path: String) async throws -> Answer { try await call(.get, path) }
    package func post(_ path: String, _ body: String) async throws -> Answer {
        try await call(.post, path, body)
    }
    package func patch(
        _ path: String, _ body: String, headers: HTTPFields = [:]
    ) async throws -> Answer {
        try await call(.patch, path, body, headers: headers)
    }
    package func delete(_ path: String) async throws -> Answer {
        try await call(.delete, path, "[]")
    }

    package func call(
        _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil,
        headers: HTTPFields = [:]
    ) async throws -> Answer {
        var headers = headers
        if body != nil { headers[.contentType] = "application/json" }
        let router = Router(context: AnonymousContext.self)
        let time = TimeSource { [now] in now }
        let edge = Edge.Configuration(
            hosts: HostNames(baseDomains: ["localhost"]), time: time
        ) { [database] _ in database.tenant }
        router.add(middleware: Edge(edge, pages: NoPages(), allowed: AllowedMethods()))
        router.add(middleware: As(actor: actor, database: database))
        mount(
            router.group("api/v4").group(context: TenantContext.self),
            router.group("ui").group(context: TenantContext.self))
        let sent = headers
        let application = Application(responder: router.buildResponder(), logger: Self.logger)
        let response = try await application.test(.router) { client in
            try await client.executeRequest(
                uri: path, method: method, headers: sent, body: body.map { ByteBuffer(string: $0) })
        }
        let text = String(buffer: response.body)
        return Answer(
            status: response.status.code, headers: response.headers, text: text,
            json: text.isEmpty ? .null : try JSONParser.parse(Array(text.utf8)))
    }

    private static let logger: Logger = {
        var logger = Logger(label: "test-api")
        logger.logLevel = .error
        return logger
    }()
}

private struct NoPages: ErrorPages {
    func errorPage(_ problem: Problem, _ context: AnonymousContext) -> Response {
        Response(status: problem.status)
    }
}

/// Signs everybody in as one person.
private struct As: RouterMiddleware {
    let actor: Actor
    let database: TenantDatabase

    @concurrent func handle(
        _ request: Request, context: AnonymousContext,
        next: @concurrent (Request, AnonymousContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.signedIn = SignedIn(actor: actor, database: database, way: .bearer)
        return try await next(request, context)
    }
}

extension JSONValue {
    /// `_embedded.contacts.0.id`; nil when there is nothing there.
    package func at(_ path: String) -> JSONValue? {
        var value = self
        for part in path.split(separator: ".") {
            switch value {
            case .object(let object):
                guard let member = object[String(part)] else { return nil }
                value = member
            case .array(let list):
                guard let index = Int(part), list.indices.contains(index) else { return nil }
                value = list[index]
            default: return nil
            }
        }
        return value
    }
}
