import CLibPQ
import Dispatch
package import Logging
import ServiceLifecycle
import Synchronization

/// Connections to one database with one login.
///
/// Works from the moment it is made; `run()` keeps it until the graceful shutdown and then drains
/// it.
package final class PostgresPool: Service, Sendable {
    package let configuration: Configuration
    let logger: Logger
    private let state: Mutex<State>
    private let connectQueue = DispatchQueue(label: "postgres-connect")
    private let cancelQueue = DispatchQueue(label: "postgres-cancel")

    struct State {
        var machine: PoolStateMachine
        var connections: [PoolStateMachine.ConnectionID: PostgresConnection] = [:]
        var waiting: [UInt64: Exchange] = [:]
        var drained: [CheckedContinuation<Void, Never>] = []
        /// Why the last attempt to connect failed.
        var lastFailure: PostgresError? = nil
    }

    package init(configuration: Configuration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        state = Mutex(State(machine: PoolStateMachine(limits: configuration.limits)))
        Reactor.shared.add(self)
    }

    deinit {
        Reactor.shared.remove(ObjectIdentifier(self))
        for connection in state.withLock({ Array($0.connections.values) }) { connection.discard() }
    }

    // MARK: One round trip

    /// Everything in one flush with one Sync: an implicit transaction, all or nothing. With a
    /// context, it is bound
    /// first, and nothing runs when that fails.
    @discardableResult
    package func send(
        _ statements: [PostgresStatement], context: PostgresContext? = nil
    ) async throws(PostgresError) -> [PostgresRows] {
        let exchange = try exchange(.init(context: context), statements)
        return try await run(exchange) { $0.submit(exchange) }
    }

    /// `send` of a single statement.
    @discardableResult
    package func query(
        _ statement: PostgresStatement, context: PostgresContext? = nil
    ) async throws(PostgresError) -> PostgresRows {
        let rows = try await send([statement], context: context)
        guard let first = rows.first else { throw PostgresError(.protocolViolation, "no answer") }
        return first
    }

    func exchange(
        _ frame: Exchange.Frame, _ statements: [PostgresStatement]
    ) throws(PostgresError) -> Exchange {
        let timeout_ms =
            frame.context.map { $0.statementTimeout_ms * max(1, statements.count) }
            ?? configuration.answerTimeout_ms
        let patience_ms =
            (timeout_ms == 0 ? configuration.answerTimeout_ms : timeout_ms)
            + configuration.acquireTimeout_ms + Configuration.answerGrace_ms
        let exchange = Exchange(
            frame: frame, statements: statements,
            deadline_ns: Reactor.now_ns() + Int64(patience_ms) * 1_000_000)
        if let error = exchange.encodingError { throw error }
        return exchange
    }

    func run(
        _ exchange: Exchange, start: (PostgresPool) -> Void
    ) async throws(PostgresError) -> [PostgresRows] {
        let outcome = await exchange.run(
            start: { _ in start(self) }, abandon: { [weak self] in self?.abandon($0) })
        return try outcome.get()
    }

    // MARK: Finding a connection

    /// On a free connection, or into the queue.
    func submit(_ exchange: Exchange) {
        let now_ns = Reactor.now_ns()
        enum Found {
            case connection(PostgresConnection)
            case queued(open: PoolStateMachine.ConnectionID?)
            case refused(PostgresError)
        }
        let found: Found = state.withLock { state in
            let acquired = state.machine.acquire(
                waiter: exchange.id, key: exchange.frame.context?.affinityKey, now_ns: now_ns,
                deadline_ns: now_ns + Int64(configuration.acquireTimeout_ms) * 1_000_000)
            switch acquired {
            case .lease(let id):
                guard let connection = state.connections[id] else { return .refused(.lost) }
                return .connection(connection)
            case .queued(let open):
                state.waiting[exchange.id] = exchange
                return .queued(open: open)
            case .refused(.closed): return .refused(PostgresError(.closed, "the pool is closed"))
            case .refused(.queueFull):
                return .refused(PostgresError(.poolTimeout, "too many callers wait already"))
            }
        }
        switch found {
        case .connection(let connection): connection.execute(exchange)
        case .queued(let open):
            if let open { self.open(open) }
            Reactor.shared.wakeUp()
        case .refused(let error): exchange.settle(.failure(error))
        }
    }

    private func abandon(_ exchange: Exchange) {
        let wasWaiting = state.withLock { state in
            guard state.machine.cancel(waiter: exchange.id) else { return false }
            state.waiting[exchange.id] = nil
            return true
        }
        if !wasWaiting { exchange.connection?.cancel(exchange) }
    }

    // MARK: Events of connections

    /// The connection is clean. Returns who gets it next.
    func released(_ connection: PostgresConnection) -> Exchange? {
        settle(connection) { $0.release(connection.id, now_ns: Reactor.now_ns()) }
    }

    private func settle(
        _ connection: PostgresConnection,
        _ event: (inout PoolStateMachine) -> PoolStateMachine.Released
    ) -> Exchange? {
        let (decision, next) = state.withLock { state in
            let decision = event(&state.machine)
            switch decision {
            case .assign(let waiter):
                return (decision, state.waiting.removeValue(forKey: waiter))
            case .close:
                state.connections[connection.id] = nil
                return (decision, nil)
            case .idle: return (decision, nil)
            }
        }
        if case .close(let open) = decision {
            connection.discard()
            if let open { self.open(open) }
            resumeDrained()
        }
        return next
    }

    func lost(_ connection: PostgresConnection) {
        let open = state.withLock { state in
            state.connections[connection.id] = nil
            return state.machine.lost(connection.id, now_ns: Reactor.now_ns())
        }
        if let open { self.open(open) }
        resumeDrained()
    }

    // MARK: Opening

    private func open(_ id: PoolStateMachine.ConnectionID) {
        let settings = configuration.settings
        connectQueue.async { [weak self, cancelQueue] in
            switch unsafe settings.connect() {
            case .failure(let error): self?.connectFailed(id, error)
            case .success(let handle):
                guard let self else { return unsafe PQfinish(handle) }
                let connection = unsafe PostgresConnection(
                    id: id, pool: self, handle: handle, cancelQueue: cancelQueue)
                guard connection.open() else {
                    connection.discard()
                    return self.connectFailed(id, .lost)
                }
                self.connected(connection)
            }
        }
    }

    private func connected(_ connection: PostgresConnection) {
        state.withLock { state in
            state.connections[connection.id] = connection
            state.lastFailure = nil
        }
        settle(connection) { $0.connected(connection.id, now_ns: Reactor.now_ns()) }

            .map { connection.execute($0) }
    }

    private func connectFailed(_ id: PoolStateMachine.ConnectionID, _ error: PostgresError) {
        logger.warning("PostgreSQL refuses the connection", metadata: ["error": "\(error)"])
        let failed = state.withLock { state in
            state.lastFailure = error
            let failed = state.machine.connectFailed(
                id, now_ns: Reactor.now_ns(), jitter: .random(in: 0..<1))
            return failed.waiters.compactMap { state.waiting.removeValue(forKey: $0) }
        }
        for exchange in failed { exchange.settle(.failure(error)) }
        resumeDrained()
    }

    // MARK: For the operator

    package struct Figures: Sendable {
        /// Open, or being opened.
        package let connections: Int
        package let idle: Int
        /// Callers who wait for one.
        package let waiters: Int
    }

    package var figures: Figures {
        state.withLock { state in
            Figures(
                connections: state.machine.connectionCount, idle: state.machine.idleCount,
                waiters: state.machine.waiterCount)
        }
    }

    // MARK: Time

    var needsTicks: Bool { state.withLock { $0.machine.needsTicks } }

    func tick(now_ns: Int64) {
        let (expired, closed, open, busy, assigned, cause) = state.withLock { state in
            let ticked = state.machine.tick(now_ns: now_ns)
            let assigned = ticked.assigned.compactMap {
                assignment -> (PostgresConnection, Exchange)? in
                guard let exchange = state.waiting.removeValue(forKey: assignment.waiter),
                    let connection = state.connections[assignment.connection]
                else { return nil }
                return (connection, exchange)
            }
            let expired = ticked.expired.compactMap { state.waiting.removeValue(forKey: $0) }
            let closed = ticked.close.compactMap { state.connections.removeValue(forKey: $0) }
            let busy = state.machine.needsTicks ? Array(state.connections.values) : []
            return (expired, closed, ticked.open, busy, assigned, state.lastFailure)
        }
        for exchange in expired {
            exchange.settle(
                .failure(
                    cause ?? PostgresError(.poolTimeout, "no connection became free in time")))
        }
        for connection in closed { connection.discard() }
        for (connection, exchange) in assigned { connection.execute(exchange) }
        for connection in busy { connection.checkDeadline(now_ns: now_ns) }
        if let open { self.open(open) }
    }

    // MARK: The end

    package func run() async throws {
        try? await gracefulShutdown()
        await shutdown()
    }

    /// New callers get `closed`; those under way are waited for, at most `drainTimeout_ms`, then
    /// cut off.
    package func shutdown() async {
        let idle = state.withLock { state in
            state.machine.close().compactMap { state.connections.removeValue(forKey: $0) }
        }
        for connection in idle { connection.discard() }
        let timer = DispatchSource.makeTimerSource(queue: cancelQueue)
        timer.schedule(deadline: .now() + .milliseconds(configuration.drainTimeout_ms))
        timer.setEventHandler { [weak self] in self?.abort() }
        timer.resume()
        await withCheckedContinuation { continuation in
            state.withLock { $0.drained.append(continuation) }
            resumeDrained()
        }
        timer.cancel()
        Reactor.shared.remove(ObjectIdentifier(self))
    }

    private func abort() {
        let (connections, waiting) = state.withLock { state in
            _ = state.machine.abort()
            defer {
                state.connections = [:]
                state.waiting = [:]
            }
            return (Array(state.connections.values), Array(state.waiting.values))
        }
        for connection in connections { connection.discard() }
        for exchange in waiting {
            exchange.settle(.failure(PostgresError(.closed, "the pool is closed")))
        }
        resumeDrained()
    }

    private func resumeDrained() {
        let continuations = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard state.machine.isDrained else { return [] }
            defer { state.drained = [] }
            return state.drained
        }
        for continuation in continuations { continuation.resume() }
    }
}
