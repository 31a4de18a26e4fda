package import Hummingbird
package import Web

/// What is to be done, by whom and until when.
package struct Tasks: Sendable {
    private let services: Services

    package init(services: Services) { self.services = services }

    /// - Parameters:
    ///   - api: mounted at `/api/v4`.
    ///   - ui: mounted at `/ui`, for browsers only.
    package func addRoutes(api: RouterGroup<TenantContext>, ui: RouterGroup<TenantContext>) {
        TaskRoutes(services: services).add(to: api)
        TaskScreen().add(to: ui)
    }
}
