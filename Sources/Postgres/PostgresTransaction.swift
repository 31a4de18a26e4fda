import Synchronization

package enum PostgresIsolation: String, Sendable {
    case readCommitted = "READ COMMITTED"
    case repeatableRead = "REPEATABLE READ"
    case serializable = "SERIALIZABLE"
}

extension PostgresPool {
    /// `body` in one transaction: committed when it returns, rolled back when it throws.
    ///
    /// BEGIN and the context travel with the first statement; `finish(with:)` sends the last
    /// together with COMMIT, so
    /// two statements cost two round trips. A connection is taken only when the first statement
    /// comes.
    @discardableResult
    package func withTransaction<Result>(
        context: PostgresContext? = nil, isolation: PostgresIsolation = .readCommitted,
        readOnly: Bool = false, _ body: (PostgresTransaction) async throws -> Result
    ) async throws -> Result {
        var begin = "BEGIN"
        if isolation != .readCommitted { begin += " ISOLATION LEVEL \(isolation.rawValue)" }
        if readOnly { begin += " READ ONLY" }
        let transaction = PostgresTransaction(pool: self, context: context, begin: begin)
        do {
            let result = try await body(transaction)
            try await transaction.commit()
            return result
        } catch {
            transaction.abandon()
            throw error
        }
    }
}

/// The inside of `withTransaction`; of no use outside of it. One statement at a time.
package final class PostgresTransaction: Sendable {
    private let pool: PostgresPool
    private let context: PostgresContext?
    private let begin: String
    private let state = Mutex(State())

    private struct State {
        /// nil: nothing was sent yet.
        var connection: PostgresConnection? = nil
        /// Which of the connection's leases is ours.
        var lease: UInt64 = 0
        var isEnded = false
    }

    init(pool: PostgresPool, context: PostgresContext?, begin: String) {
        self.pool = pool
        self.context = context
        self.begin = begin
    }

    @discardableResult
    package func query(_ statement: PostgresStatement) async throws(PostgresError) -> PostgresRows {
        try await only(exchange([statement], end: nil))
    }

    /// Several statements in one round trip.
    @discardableResult
    package func pipeline(
        _ statements: [PostgresStatement]
    ) async throws(PostgresError) -> [PostgresRows] {
        try await exchange(statements, end: nil)
    }

    /// The last statement and COMMIT in one round trip.
    @discardableResult
    package func finish(
        with statement: PostgresStatement
    ) async throws(PostgresError) -> PostgresRows {
        try await only(exchange([statement], end: "COMMIT"))
    }

    @discardableResult
    package func finish(
        with statements: [PostgresStatement]
    ) async throws(PostgresError) -> [PostgresRows] {
        try await exchange(statements, end: "COMMIT")
    }

    private func only(_ rows: [PostgresRows]) throws(PostgresError) -> PostgresRows {
        guard let first = rows.first else { throw PostgresError(.protocolViolation, "no answer") }
        return first
    }

    private func exchange(
        _ statements: [PostgresStatement], end: String?
    ) async throws(PostgresError) -> [PostgresRows] {
        let now = state.withLock { $0 }
        guard !now.isEnded else { throw PostgresError(.closed, "the transaction has ended") }
        if end != nil { state.withLock { $0.isEnded = true } }
        if let connection = now.connection {
            let exchange = try pool.exchange(.init(end: end, keepsLease: end == nil), statements)
            return try await pool.run(exchange) { _ in
                connection.execute(exchange, lease: now.lease)
            }
        }
        let exchange = try pool.exchange(
            .init(begin: begin, context: context, end: end, keepsLease: end == nil), statements)
        defer {
            state.withLock { state in
                state.connection = exchange.connection
                state.lease = exchange.id
            }
        }
        return try await pool.run(exchange) { $0.submit(exchange) }
    }

    func commit() async throws(PostgresError) {
        let isOpen = state.withLock { $0.connection != nil && !$0.isEnded }
        if isOpen { _ = try await exchange([], end: "COMMIT") }
    }

    /// Rolls back in the background, unless it was committed; the caller need not wait for it.
    func abandon() {
        let now = state.withLock { state in
            state.isEnded = true
            return state
        }
        now.connection?.endLease(now.lease)
    }
}
