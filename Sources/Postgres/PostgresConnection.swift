import CLibPQ
import Dispatch
import Synchronization

/// One connection in pipeline mode, serving one exchange at a time.
///
/// Every libpq call happens under the lock: callers send from their own thread, the reactor
/// receives.
/// The pool is told exactly once about each end: `released` or `lost`.
final class PostgresConnection: Sendable {
    let id: PoolStateMachine.ConnectionID
    weak let pool: PostgresPool?
    private let cancelQueue: DispatchQueue
    private let wire: Mutex<Wire>

    /// What to do after the lock is released.
    private enum Aftermath {
        case nothing
        case finished(Exchange, Exchange.Outcome, releases: Bool)
        case lost(Exchange?, PostgresError)
        /// The exchange was answered for already (cancelled, or a ROLLBACK of ours).
        case released
    }

    init(
        id: PoolStateMachine.ConnectionID, pool: PostgresPool,
        handle: sending OpaquePointer, cancelQueue: DispatchQueue
    ) {
        self.id = id
        self.pool = pool
        self.cancelQueue = cancelQueue
        unsafe wire = Mutex(Wire(handle: unsafe handle))
    }

    /// Starts listening for answers. false: the connection died already.
    func open() -> Bool {
        wire.withLock { $0.open(self) }
    }

    // MARK: From callers

    /// Sends the exchange. Its outcome comes by `exchange.settle`, also when sending fails.
    /// `lease`: the exchange that the caller's lease began with; nil: it begins with this one.
    func execute(_ exchange: Exchange, lease: UInt64? = nil) {
        exchange.connection = self
        let aftermath: Aftermath = wire.withLock { wire in
            guard wire.isOpen else {
                // The pool knows already.
                return .finished(exchange, .failure(.lost), releases: false)
            }
            if let lease {
                guard wire.lease == lease, wire.current == nil else {
                    let error = PostgresError(.closed, "the transaction is busy or has ended")
                    return .finished(exchange, .failure(error), releases: false)
                }
                if exchange.isAbandoned { return .nothing }
            } else {
                wire.lease = exchange.id
                if exchange.isAbandoned { return end(&wire) }
            }
            guard let error = wire.send(exchange) else { return .nothing }
            wire.close()
            return .lost(exchange, error)
        }
        act(on: aftermath)
    }

    /// The caller is done with the connection: what is open is rolled back, then it returns to the
    /// pool.
    func endLease(_ lease: UInt64) {
        let aftermath: Aftermath = wire.withLock { wire in
            guard wire.isOpen, wire.lease == lease else { return .nothing }
            if wire.current != nil {
                wire.leaseEnded = true
                return .nothing
            }
            return end(&wire)
        }
        act(on: aftermath)
    }

    /// Asks the server to stop the exchange; the answer is read and dropped by the reactor.
    func cancel(_ exchange: Exchange) {
        let isWanted = wire.withLock { wire in
            guard wire.isOpen, wire.current === exchange, !wire.isCancelling,
                let request = unsafe PQgetCancel(wire.handle)
            else { return false }
            wire.isCancelling = true
            unsafe wire.cancelRequest = unsafe request
            return true
        }
        guard isWanted else { return }
        cancelQueue.async {
            // On a queue of its own: it connects and waits for the server.
            let request = self.wire.withLock { wire in
                UInt(bitPattern: unsafe wire.cancelRequest)
            }
            var buffer = [CChar](repeating: 0, count: 256)
            let pointer = unsafe OpaquePointer(bitPattern: request)
            _ = unsafe PQcancel(pointer, &buffer, 256)
            unsafe PQfreeCancel(pointer)
            // Only now may the connection serve somebody else: a late cancel would hit him.
            let aftermath: Aftermath = self.wire.withLock { wire in
                unsafe wire.cancelRequest = nil
                wire.isCancelling = false
                guard wire.isOpen else { return .nothing }
                return wire.isComplete ? self.complete(&wire) : .nothing
            }
            self.act(on: aftermath)
        }
    }

    /// Closes now, whatever is under way.
    func close(_ error: PostgresError) {
        let aftermath: Aftermath = wire.withLock { wire in
            guard wire.isOpen else { return .nothing }
            let exchange = wire.current
            wire.close()
            return .lost(exchange, error)
        }
        act(on: aftermath)
    }

    /// Closes without telling the pool, which asked for it.
    func discard() {
        let exchange = wire.withLock { wire in
            let exchange = wire.current
            wire.close()
            return exchange
        }
        exchange?.settle(.failure(.lost))
    }

    func checkDeadline(now_ns: Int64) {
        let isDead = wire.withLock { wire in
            guard let exchange = wire.current else { return false }
            return exchange.deadline_ns <= now_ns
        }
        if isDead { close(PostgresError(.connectionLost, "no answer in time")) }
    }

    // MARK: From the reactor

    func ready() {
        let aftermath: Aftermath = wire.withLock { wire in
            guard wire.isOpen else { return .nothing }
            if let error = wire.receive() {
                let exchange = wire.current
                wire.close()
                return .lost(exchange, error)
            }
            return wire.isComplete && !wire.isCancelling ? complete(&wire) : .nothing
        }
        act(on: aftermath)
    }

    /// The Sync of the current exchange has come back.
    private func complete(_ wire: inout Wire) -> Aftermath {
        guard let exchange = wire.current else { return .nothing }
        let outcome = wire.takeOutcome()
        if exchange.frame.keepsLease && !wire.leaseEnded {
            return .finished(exchange, outcome, releases: false)
        }
        switch end(&wire) {
        case .released: return .finished(exchange, outcome, releases: true)
        case .lost(_, let error):
            exchange.settle(outcome)
            return .lost(nil, error)
        default: return .finished(exchange, outcome, releases: false)
        }
    }

    /// Leaves the transaction, if there is one, and says what became of the connection.
    private func end(_ wire: inout Wire) -> Aftermath {
        wire.leaseEnded = false
        switch wire.transactionStatus {
        case PQTRANS_IDLE:
            wire.lease = 0
            wire.triedRollback = false
            return .released
        case PQTRANS_INTRANS, PQTRANS_INERROR:
            guard !wire.triedRollback else { break }
            wire.triedRollback = true
            let rollback = Exchange(
                frame: .init(end: "ROLLBACK"), statements: [],
                deadline_ns: Reactor.now_ns() + Self.rollback_ns_max)
            if wire.send(rollback) == nil { return .nothing }
        default: break
        }
        wire.close()
        return .lost(nil, PostgresError(.protocolViolation, "the transaction would not end"))
    }

    private static let rollback_ns_max: Int64 = 10_000_000_000

    private func act(on aftermath: Aftermath) {
        switch aftermath {
        case .nothing: break
        case .released: pool?.released(self)?.start(on: self)
        case .finished(let exchange, let outcome, let releases):
            let next = releases ? pool?.released(self) : nil
            exchange.settle(outcome)
            next?.start(on: self)
        case .lost(let exchange, let error):
            pool?.lost(self)
            exchange?.settle(.failure(error))
        }
    }
}

extension Exchange {
    fileprivate func start(on connection: PostgresConnection) { connection.execute(self) }
}

extension PostgresError {
    static var lost: PostgresError {
        PostgresError(.connectionLost, "the connection to PostgreSQL broke")
    }
}
