import Contacts
import Deals
import Hummingbird
import Identity
import Records
import Tasks
import Web

extension Instance {
    /// The doors of the slices. A new slice is mounted here and nowhere else.
    ///
    /// - Parameters:
    ///   - open: `/ui` for everyone.
    ///   - api: `/api/v4`.
    ///   - ui: `/ui`, cookie only.
    func addSlices(
        open: RouterGroup<AnonymousContext>, api: RouterGroup<TenantContext>,
        ui: RouterGroup<TenantContext>
    ) {
        identity.addRoutes(open: open, api: api, ui: ui)
        Records(services: services).addRoutes(api: api, ui: ui)
        let deals = Deals(services: services)
        deals.addRoutes(api: api, ui: ui)
        ComplexLeadRoutes(deals: deals, services: services).add(to: api)
        Contacts(services: services).addRoutes(api: api, ui: ui)
        Tasks(services: services).addRoutes(api: api, ui: ui)
    }
}
