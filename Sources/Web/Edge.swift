import HTTPTypes
package import Hummingbird
import Logging
package import Tenancy
package import Vocabulary

/// What every request passes first: its id, its host and tenant, its language, the error table,
/// the security
/// headers, the access log and the metrics. One middleware, because each one costs.
package struct Edge: RouterMiddleware {
    package struct Configuration: Sendable {
        package var hosts: HostNames
        /// Proxies whose X-Forwarded-* count, by address. Empty: nobody's.
        package var trustedProxies: Set<String>
        package var time: TimeSource
        /// nil: no such tenant, or one that nobody may enter now.
        package var tenant: @Sendable (_ slug: String) async throws -> Tenant?

        package init(
            hosts: HostNames, trustedProxies: Set<String> = [], time: TimeSource,
            tenant: @escaping @Sendable (String) async throws -> Tenant?
        ) {
            self.hosts = hosts
            self.trustedProxies = trustedProxies
            self.time = time
            self.tenant = tenant
        }
    }

    let configuration: Configuration
    let pages: any ErrorPages
    /// Which methods a path has, asked when a path is not found for the method used.
    let allowed: AllowedMethods
    let metrics: RequestMetrics

    package init(
        _ configuration: Configuration, pages: any ErrorPages, allowed: AllowedMethods,
        metrics: RequestMetrics = RequestMetrics()
    ) {
        self.configuration = configuration
        self.pages = pages
        self.allowed = allowed
        self.metrics = metrics
    }

    @concurrent package func handle(
        _ request: Request, context: AnonymousContext,
        next: @concurrent (Request, AnonymousContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        var context = context
        identify(request, &context)
        var response: Response
        do {
            // The front end's files are everybody's: the page of a wrong address needs them.
            if !request.uri.path.hasPrefix(Self.files) { try await findTenant(request, &context) }
            response = try await next(request, context)
            try await Compression.compress(&response, for: request)
        } catch {
            response = refuse(error, request, context)
        }
        response.headers[Self.requestIDHeader] = context.requestID
        let isPage = response.headers[.contentType]?.hasPrefix("text/html") ?? false
        SecurityHeaders.add(to: &response.headers, isPage: isPage)
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        let duration = ContinuousClock.now - start
        metrics.record(
            request.method, context.endpointPath, response.status.code, duration)
        log(request, response, context, duration)
        return response
    }

    private static let files = "/a/"

    static let requestIDHeader = field("X-Request-Id")
    private static let forwardedProto = field("X-Forwarded-Proto")
    private static let forwardedHost = field("X-Forwarded-Host")
    private static let forwardedFor = field("X-Forwarded-For")

    static func field(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else {
            preconditionFailure("\(name) is no header name")
        }
        return field
    }

    private func identify(_ request: Request, _ context: inout AnonymousContext) {
        context.requestID =
            RequestIDs.given(request.headers[Self.requestIDHeader]) ?? RequestIDs.next()
        context.logger[metadataKey: "hb.request.id"] = nil
        context.logger[metadataKey: "request"] = .string(context.requestID)
        context.now = configuration.time.now()
        context.acceptedLanguage = Language.accepted(request.headers[.acceptLanguage])
        if Self.isOfPages(request.uri.path) {
            context.theme = Look.theme(request)
            if let chosen = Look.language(request) { context.acceptedLanguage = chosen }
        }
        context.language = context.acceptedLanguage ?? .ru
        var scheme = "http"
        var host = request.head.authority ?? ""
        if configuration.trustedProxies.contains(context.clientAddress) {
            if request.headers[Self.forwardedProto] == "https" { scheme = "https" }
            if let forwarded = request.headers[Self.forwardedHost] { host = forwarded }
            // The last one was added by the proxy that we trust; what is before it, the client may
            // have made up.
            if let client = request.headers[Self.forwardedFor]?.split(separator: ",").last {
                context.clientAddress = client.filter { $0 != " " }
            }
        }
        context.baseURL = "\(scheme)://\(host)"
    }

    private func findTenant(_ request: Request, _ context: inout AnonymousContext) async throws {
        let host = String(context.baseURL.drop { $0 != ":" }.dropFirst(3))
        guard HostNames.isPlausible(host) else {
            throw Problem(
                .badRequest, Text(ru: "Нет заголовка Host.", en: "A Host header is needed."))
        }
        switch configuration.hosts.meaning(of: host) {
        case .tenantless: break
        case .unknown: throw Problem(.misdirectedRequest, Self.noCompany)
        case .tenant(let slug):
            let port = host.split(separator: ":").dropFirst().first.map { ":\($0)" } ?? ""
            let domain = HostNames.name(host).dropFirst(slug.count + 1)
            context.tenantlessURL = "\(context.baseURL.prefix { $0 != ":" })://\(domain)\(port)"
            guard let tenant = try await configuration.tenant(slug) else {
                throw Problem(.notFound, Self.noCompany)
            }
            context.hostTenant = tenant
            if context.acceptedLanguage == nil { context.language = tenant.language }
        }
    }

    private static let noCompany = Text(
        ru: "По этому адресу нет компании.", en: "There is no company at this address.")

    private func refuse(
        _ error: any Error, _ request: Request, _ context: AnonymousContext
    ) -> Response {
        var problem: Problem
        if let known = Problem.from(error) {
            problem = known
            if problem.status.code >= 500 {
                context.logger.warning("unavailable", metadata: ["error": .string("\(error)")])
            }
        } else {
            problem = Problem(.internalServerError)
            context.logger.error(
                "unexpected error",
                metadata: [
                    "error": .string(String(reflecting: error)), "path": .string(request.uri.path),
                    "method": .string(request.method.rawValue),
                ])
        }
        if problem.status == .notFound {
            let methods = allowed.methods(for: request.uri.path)
            if !methods.isEmpty, !methods.contains(request.method.rawValue) {
                problem = Problem(
                    .methodNotAllowed, headers: [.allow: methods.joined(separator: ", ")])
            }
        }
        var response: Response
        if Self.wantsPage(request) {
            response = pages.errorPage(problem, context)
        } else {
            response = Response(
                status: problem.status, headers: [.contentType: "application/problem+json"],
                body: .init(
                    byteBuffer: problem.json(context.language, requestID: context.requestID)
                        .buffer))
        }
        for field in problem.headers { response.headers[field.name] = field.value }
        return response
    }

    /// A browser that follows a link or sends a form, not a script or an integration.
    static func wantsPage(_ request: Request) -> Bool {
        isOfPages(request.uri.path) && request.headers[.accept]?.contains("text/html") ?? false
    }

    private static func isOfPages(_ path: String) -> Bool {
        !path.hasPrefix("/api/") && !path.hasPrefix("/ui/") && !path.hasPrefix(files)
    }

    private func log(
        _ request: Request, _ response: Response, _ context: AnonymousContext, _ duration: Duration
    ) {
        let level: Logger.Level =
            switch response.status.code {
            case 500...: .warning
            case 400...: .info
            default: .debug
            }
        guard context.logger.logLevel <= level else { return }
        context.logger.log(
            level: level, "request",
            metadata: [
                "method": .string(request.method.rawValue), "path": .string(request.uri.path),
                "status": .stringConvertible(response.status.code),
                "tenant": .string(context.hostTenant?.slug ?? ""),
                "client": .string(context.clientAddress),
                "took_us": .stringConvertible(
                    duration.components.seconds * 1_000_000
                        + duration.components.attoseconds / 1_000_000_000_000),
            ])
    }
}

/// Makes the page that a person sees instead of problem+json.
package protocol ErrorPages: Sendable {
    func errorPage(_ problem: Problem, _ context: AnonymousContext) -> Response
}
