package import Hummingbird
import Vocabulary
package import Web

/// What every card has: custom fields, tags, notes, links, its place in the event log.
/// Rooms that own cards use the parts; the resources that look the same for every kind of card are
/// served here.
package struct Records: Sendable {
    private let services: Services

    package init(services: Services) { self.services = services }

    /// - Parameters:
    ///   - api: mounted at `/api/v4`.
    ///   - ui: mounted at `/ui`, for browsers only.
    package func addRoutes(api: RouterGroup<TenantContext>, ui: RouterGroup<TenantContext>) {
        for entity in EntityType.cards {
            NoteRoutes(entity: entity, services: services).add(to: api)
            TagRoutes(entity: entity, services: services).add(to: api)
            LinkRoutes(entity: entity, services: services).add(to: api)
            CustomFieldRoutes(entity: entity, services: services).add(to: api)
        }
        EventRoutes().add(to: api)
        FeedRoutes().add(to: ui)
    }
}
