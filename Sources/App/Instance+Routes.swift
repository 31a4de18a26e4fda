package import Hummingbird
import Tenancy
import Vocabulary
package import Web

extension Instance {
    /// Every route of the product, mounted once.
    package func router() -> Router<AnonymousContext> {
        let router = Router(context: AnonymousContext.self, options: .autoGenerateHeadEndpoints)
        let allowed = AllowedMethods()
        router.add(middleware: Edge(edge, pages: pages, allowed: allowed, metrics: metrics))
        assets.addRoutes(to: router)
        let limits = RateLimits(
            api: configuration.apiRate, browser: configuration.uiRate, time: configuration.time)

        let api = router.group("api/v4").add(middleware: signIn(limits, .bearerOrCookie))
            .group(context: TenantContext.self)
        let open = router.group("ui")
        let ui = router.group("ui").add(middleware: signIn(limits, .cookie))
            .group(context: TenantContext.self)
        addSlices(open: open, api: api, ui: ui)
        LiveStream(
            feed: feed, relay: relay, identity: identity, heartbeat: configuration.heartbeat
        ).addRoutes(ui: ui)
        let page = router.group().add(middleware: signIn(limits, .page))
        PageRoutes(pages: pages).add(to: page)
        SignInPages(pages: pages, tenants: tenants, identity: identity).add(to: page)
        allowed.learn(router)
        metrics.learn(router)
        return router
    }

    private func signIn(_ limits: RateLimits, _ accepts: SignIn.Accepts) -> SignIn {
        let tenants = tenants
        return SignIn(identity, limits: limits, accepts: accepts) { tenants.database(of: $0) }
    }

    private var edge: Edge.Configuration {
        let tenants = tenants
        return Edge.Configuration(
            hosts: HostNames(baseDomains: configuration.baseDomains),
            trustedProxies: configuration.trustedProxies, time: configuration.time
        ) { slug in
            guard let tenant = try await tenants.find(slug: slug) else { return nil }
            if tenant.state == .suspended { throw Problem(.forbidden, Self.suspended) }
            return tenant
        }
    }

    private static let suspended = Text(
        ru: "Работа компании приостановлена.", en: "This company is suspended.")
}
