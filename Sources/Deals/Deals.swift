package import Hummingbird
package import Web

/// Deals (сделки): cards that move over the stages of a pipeline until they are won or lost.
package struct Deals: Sendable {
    let services: Services

    package init(services: Services) { self.services = services }

    /// - Parameters:
    ///   - api: mounted at `/api/v4`.
    ///   - ui: mounted at `/ui`, for browser sessions only.
    package func addRoutes(api: RouterGroup<TenantContext>, ui: RouterGroup<TenantContext>) {
        addLeadRoutes(api)
        addPipelineRoutes(api)
        addStageRoutes(api)
        addLossReasonRoutes(api)
        addBoardRoutes(ui)
        addScreenRoutes(ui)
    }
}
