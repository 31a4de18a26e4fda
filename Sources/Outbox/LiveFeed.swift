import Synchronization

/// Hands published events to the open screens of each tenant. Holds no history: who comes late
/// reads the outbox.
package final class LiveFeed: Sendable {
    package enum Message: Sendable {
        case change(Published)
        /// The screen fell too far behind: reload. Nothing follows.
        case reset
    }

    /// How many events one screen may be behind before it is told to reload.
    package static let bufferedEvents_max = 256

    private typealias Listeners = [Int: AsyncStream<Message>.Continuation]

    private struct State {
        var next = 0
        var listeners: [Int64: Listeners] = [:]
        var isOpen = true
    }

    private let state = Mutex(State())

    package init() {}

    /// The tenant's events from now on. Ends when the server stops or the consumer goes away.
    package func subscribe(tenantID: Int64) -> AsyncStream<Message> {
        let (stream, continuation) = AsyncStream<Message>.makeStream(
            bufferingPolicy: .bufferingNewest(Self.bufferedEvents_max))
        let key: Int? = state.withLock { state in
            guard state.isOpen else { return nil }
            state.next += 1
            state.listeners[tenantID, default: [:]][state.next] = continuation
            return state.next
        }
        guard let key else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in self?.remove([key], tenantID: tenantID) }
        return stream
    }

    package func hasListeners(tenantID: Int64) -> Bool {
        state.withLock { $0.listeners[tenantID] != nil }
    }

    package func publish(_ events: [Published], tenantID: Int64) {
        guard !events.isEmpty else { return }
        let listeners = state.withLock { $0.listeners[tenantID] ?? [:] }
        for continuation in listeners.values {
            for event in events {
                // A full buffer drops its oldest event: the screen has a gap and must start afresh.
                if case .dropped = continuation.yield(.change(event)) {
                    continuation.yield(.reset)
                    continuation.finish()
                    break
                }
            }
        }
    }

    /// Every screen of the tenant, or of all when nil, has to reload: events may have been missed.
    package func reset(tenantID: Int64? = nil) {
        let all = state.withLock { state in
            tenantID.map { [state.listeners[$0] ?? [:]] } ?? Array(state.listeners.values)
        }
        for continuation in all.flatMap(\.values) {
            continuation.yield(.reset)
            continuation.finish()
        }
    }

    /// Ends every stream; called at shutdown so that open screens do not hold it up.
    package func close() {
        let listeners = state.withLock { state in
            state.isOpen = false
            defer { state.listeners = [:] }
            return Array(state.listeners.values)
        }
        for continuation in listeners.flatMap(\.values) { continuation.finish() }
    }

    private func remove(_ keys: [Int], tenantID: Int64) {
        state.withLock { state in
            for key in keys { state.listeners[tenantID]?[key] = nil }
            if state.listeners[tenantID]?.isEmpty == true { state.listeners[tenantID] = nil }
        }
    }
}
