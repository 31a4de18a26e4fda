import Synchronization

/// How many connections clients have open to one listening address, and whether there is room for
/// one more: each costs memory and one of the files that the process may open.
package final class Connections: Sendable {
    package static let connections_max = 8_192
    /// So many more are told that the server is full; the rest are closed without a word.
    package static let told_max = 256

    enum Place: Sendable { case seat, farewell, none }

    private struct State {
        var open = 0
        /// Being told that the server is full.
        var leaving = 0
        /// Since the start.
        var refused = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    package init(limit: Int = connections_max) { self.limit = limit }

    /// Connections that are served, and how many were not since the start.
    package var figures: (open: Int, refused: Int) {
        state.withLock { ($0.open, $0.refused) }
    }

    func enter() -> Place {
        state.withLock { state in
            if state.open < limit {
                state.open += 1
                return .seat
            }
            state.refused += 1
            if state.leaving == Self.told_max { return .none }
            state.leaving += 1
            return .farewell
        }
    }

    func leave(_ place: Place) {
        state.withLock { state in
            switch place {
            case .seat: state.open -= 1
            case .farewell: state.leaving -= 1
            case .none: break
            }
        }
    }
}
