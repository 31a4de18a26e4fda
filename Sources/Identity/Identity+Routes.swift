package import Hummingbird
package import Web

extension Identity {
    /// - Parameters:
    ///   - open: mounted at /ui for everyone: signing in, out and up.
    ///   - api: mounted at /api/v4.
    ///   - ui: mounted at /ui, cookie only.
    package func addRoutes(
        open: some RouterMethods<AnonymousContext>, api: some RouterMethods<TenantContext>,
        ui: some RouterMethods<TenantContext>
    ) {
        addSignInRoutes(open)
        addSessionRoutes(ui)
        addAccountRoutes(api)
        addUserRoutes(api)
        addUserWritingRoutes(api)
        addRoleRoutes(api)
        addRoleWritingRoutes(api)
        addCurrencyRoutes(api)
    }
}
