import Synchronization
import Tenancy
package import Vocabulary

/// How far publishing is behind, for the operator.
package final class RelayFigures: Sendable {
    package struct Now: Sendable {
        /// Tenants with changes that are not published yet.
        package let waiting: Int
        /// Since when the first of them waits. nil: nobody does.
        package let since: Moment?
        /// From the change to its number, of each event that this server published.
        package let lag: Histogram
    }

    private struct State {
        var since: [Int64: Moment] = [:]
        var lag = Histogram()
    }

    private let state = Mutex(State())

    package var now: Now {
        state.withLock { state in
            Now(waiting: state.since.count, since: state.since.values.min(), lag: state.lag)
        }
    }

    func woken(_ tenantID: Int64, at now: Moment) {
        state.withLock { state in
            if state.since[tenantID] == nil { state.since[tenantID] = now }
        }
    }

    /// Nobody waits for what a company has yet to hear that is served no more.
    func keep(_ tenants: [Tenant]) {
        let ids = Set(tenants.map(\.id))
        state.withLock { state in state.since = state.since.filter { ids.contains($0.key) } }
    }

    func published(_ events: [Published], at now: Moment) {
        state.withLock { state in
            for event in events {
                state.lag.record(max(0, now.microseconds - event.createdAt.microseconds))
            }
        }
    }

    /// - Parameter isWoken: again, meanwhile.
    func done(_ tenantID: Int64, isWoken: Bool, at now: Moment) {
        state.withLock { $0.since[tenantID] = isWoken ? now : nil }
    }
}
