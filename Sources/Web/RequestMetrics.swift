import HTTPTypes
package import Hummingbird
import Synchronization
import Vocabulary

/// How many requests each route had, how they ended, and how long they took until the answer began.
///
/// A route is told by its pattern, so that there are as many series as the program has routes,
/// whatever is asked for. A request costs one look into a dictionary, and no text is made.
package final class RequestMetrics: Sendable {
    private struct Route {
        let labels: String
        /// 1xx to 5xx.
        var classes = [0, 0, 0, 0, 0]
        var time = Histogram()
    }

    private struct State {
        /// Pattern → method → place among `routes`.
        var places: [String: [HTTPRequest.Method: Int]] = [:]
        /// The first is for what has no route.
        var routes = [Route(labels: #"method="any",route="none""#)]
    }

    private let state = Mutex(State())

    package init() {}

    /// To be called once, when all routes are there.
    package func learn(_ router: Router<some RequestContext>) {
        let all = router.routes.map { ($0.path.description, $0.method) }.sorted {
            ($0.0, $0.1.rawValue) < ($1.0, $1.1.rawValue)
        }
        state.withLock { state in
            for (path, method) in all {
                // HEAD answers wherever GET does.
                for method in method == .get ? [.get, .head] : [method]
                where state.places[path]?[method] == nil {
                    state.places[path, default: [:]][method] = state.routes.count
                    state.routes.append(
                        Route(labels: "method=\"\(method.rawValue)\",route=\"\(path)\""))
                }
            }
        }
    }

    /// - Parameter pattern: nil: it came to no route.
    func record(
        _ method: HTTPRequest.Method, _ pattern: String?, _ status: Int, _ duration: Duration
    ) {
        let (seconds, attoseconds) = duration.components
        let time_us = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
        state.withLock { state in
            let place = pattern.flatMap { state.places[$0]?[method] } ?? 0
            state.routes[place].classes[min(max(status / 100, 1), 5) - 1] += 1
            state.routes[place].time.record(time_us)
        }
    }

    /// Of the routes that were asked for.
    package func write(to page: inout MetricsPage) {
        let routes = state.withLock { $0.routes }.filter { $0.time.count > 0 }
        let total = "voronka_http_requests_total", seconds = "voronka_http_request_seconds"
        page.family(total, .counter, "Requests by route and class of status.")
        for route in routes {
            for (place, count) in route.classes.enumerated() where count > 0 {
                page.line(total, labels: "\(route.labels),status=\"\(place + 1)xx\"", count)
            }
        }
        page.family(seconds, .histogram, "Time until the answer began.")
        for route in routes { page.lines(seconds, labels: route.labels, route.time) }
    }
}
