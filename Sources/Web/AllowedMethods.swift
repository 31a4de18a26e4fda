package import Hummingbird
import Synchronization

/// Knows every route's methods, for the 405 that says what would have been right.
package final class AllowedMethods: Sendable {
    private let routes = Mutex<[(parts: [Substring], method: String)]>([])

    package init() {}

    /// To be called once, when all routes are there.
    package func learn(_ router: Router<some RequestContext>) {
        let found = router.routes.map { route in
            (parts: route.path.description.split(separator: "/"), method: route.method.rawValue)
        }
        routes.withLock { $0 = found }
    }

    /// Sorted; empty when there is no such path.
    func methods(for path: String) -> [String] {
        let parts = path.split(separator: "/")
        let found = routes.withLock { routes in
            routes.filter { Self.matches($0.parts, parts) }.map(\.method)
        }
        return Set(found).sorted()
    }

    private static func matches(_ route: [Substring], _ parts: [Substring]) -> Bool {
        if route.last == "**" { return false }
        guard route.count == parts.count else { return false }
        return zip(route, parts).allSatisfy { pattern, part in
            pattern == part || pattern.first == ":" || pattern.first == "{"
        }
    }
}
