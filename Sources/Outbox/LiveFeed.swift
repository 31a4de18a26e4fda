import Synchronization

/// Hands published events to the open screens of each tenant. Holds no history: who comes late
/// reads the outbox.
package final class LiveFeed: Sendable {
    package enum Message: Sendable {
        case change(Published)
        /// The screen fell too far behind: reload. Nothing follows.
        case reset
        /// Nothing happened for a while.
        case beat
        /// Whether the listener may still listen is to be looked up again.
        case doubt

        package var isReset: Bool { if case .reset = self { true } else { false } }
    }

    /// How many events one screen may be behind before it is told to reload.
    package static let bufferedEvents_max = 256
    /// Streams of one user: a browser has one for all its windows.
    package static let streamsPerUser_max = 20
    package static let streamsPerTenant_max = 2_000

    private struct Listener {
        let userID: Int64
        let continuation: AsyncStream<Message>.Continuation
    }

    private struct State {
        var next = 0
        var listeners: [Int64: [Int: Listener]] = [:]
        var isOpen = true
        /// Screens told to reload, since the start.
        var resets = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// One screen's events, and what its stream says to itself on the same way.
    package struct Subscription: Sendable {
        package let messages: AsyncStream<Message>
        fileprivate let continuation: AsyncStream<Message>.Continuation

        /// Puts a sign of life behind what waits. A screen that has no room for it has no room for
        /// news either.
        package func beat() { say(.beat) }

        package func doubt() { say(.doubt) }

        private func say(_ message: Message) {
            if case .dropped = continuation.yield(message) { continuation.reset() }
        }

        /// The screen has gone away.
        package func end() { continuation.finish() }
    }

    /// The tenant's events from now on. Ends when the server stops or the consumer goes away.
    ///
    /// - Returns: nil: this user, or the whole company, has as many streams as it may.
    package func subscribe(tenantID: Int64, userID: Int64 = 0) -> Subscription? {
        let (stream, continuation) = AsyncStream<Message>.makeStream(
            bufferingPolicy: .bufferingNewest(Self.bufferedEvents_max))
        let subscription = Subscription(messages: stream, continuation: continuation)
        let key: Int? = state.withLock { state in
            guard state.isOpen else { return 0 }
            let others = state.listeners[tenantID] ?? [:]
            guard others.count < Self.streamsPerTenant_max,
                others.values.count(where: { $0.userID == userID }) < Self.streamsPerUser_max
            else { return nil }
            state.next += 1
            state.listeners[tenantID, default: [:]][state.next] = Listener(
                userID: userID, continuation: continuation)
            return state.next
        }
        guard let key else { return nil }
        if key == 0 {
            // The server stops.
            continuation.finish()
            return subscription
        }
        continuation.onTermination = { [weak self] _ in self?.remove([key], tenantID: tenantID) }
        return subscription
    }

    /// Streams that are open, and screens that were told to reload since the start.
    package var figures: (streams: Int, resets: Int) {
        state.withLock { state in
            (state.listeners.values.reduce(0) { $0 + $1.count }, state.resets)
        }
    }

    package func hasListeners(tenantID: Int64) -> Bool {
        state.withLock { $0.listeners[tenantID] != nil }
    }

    package func publish(_ events: [Published], tenantID: Int64) {
        guard !events.isEmpty else { return }
        let listeners = state.withLock { $0.listeners[tenantID] ?? [:] }
        for listener in listeners.values {
            for event in events {
                // A full buffer drops its oldest event: the screen has a gap and must start afresh.
                if case .dropped = listener.continuation.yield(.change(event)) {
                    reset([listener])
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
        reset(all.flatMap(\.values))
    }

    private func reset(_ listeners: [Listener]) {
        for listener in listeners { listener.continuation.reset() }
        state.withLock { $0.resets += listeners.count }
    }

    /// Ends every stream; called at shutdown so that open screens do not hold it up.
    package func close() {
        let listeners = state.withLock { state in
            state.isOpen = false
            defer { state.listeners = [:] }
            return Array(state.listeners.values)
        }
        for listener in listeners.flatMap(\.values) { listener.continuation.finish() }
    }

    private func remove(_ keys: [Int], tenantID: Int64) {
        state.withLock { state in
            for key in keys { state.listeners[tenantID]?[key] = nil }
            if state.listeners[tenantID]?.isEmpty == true { state.listeners[tenantID] = nil }
        }
    }
}

extension AsyncStream.Continuation where Element == LiveFeed.Message {
    fileprivate func reset() {
        yield(.reset)
        finish()
    }
}
