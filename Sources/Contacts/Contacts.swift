package import Hummingbird
package import Web

/// People and the companies they work for.
package struct Contacts: Sendable {
    private let services: Services

    package init(services: Services) { self.services = services }

    /// - Parameters:
    ///   - api: mounted at `/api/v4`.
    ///   - ui: mounted at `/ui`, for browsers only.
    package func addRoutes(api: RouterGroup<TenantContext>, ui: RouterGroup<TenantContext>) {
        for party in Party.allCases {
            PartyRoutes(party: party, services: services).add(to: api)
            PartyScreens(party: party).add(to: ui)
        }
    }
}
