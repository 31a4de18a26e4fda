import CLibPQ

/// libpq's side of one connection: what was sent, what is still to come. Used under
/// PostgresConnection's lock only.
@safe struct Wire {
    /// nil: closed.
    private(set) var handle: OpaquePointer?
    private(set) var current: Exchange? = nil
    /// The Sync of `current` has come back.
    private(set) var isComplete = false
    /// The exchange that the current lease began with; 0: nobody has the connection.
    var lease: UInt64 = 0
    var leaseEnded = false
    var triedRollback = false
    var isCancelling = false
    var cancelRequest: OpaquePointer? = nil

    private var steps: [Step] = []
    private var step = 0
    private var emptyAnswers = 0
    private var rows: [PostgresRows] = []
    private var failure: PostgresError? = nil
    private var isWriting = false
    private var token: UInt64 = 0
    private var prepared: [String: Prepared] = [:]
    private var lastPrepared = 0
    private var binds = BindBuffer()

    /// Statements prepared on one connection; beyond this they are sent unnamed.
    private static let prepared_max = 1_000

    private struct Prepared {
        /// `s12`, with its NUL.
        let name: [CChar]
        let types: [UInt32]
    }
    /// What libpq will answer, in this order.
    private enum Step {
        case prepare(String)
        case begin
        case context
        case statement(Int)
        case end(String)
    }

    init(handle: sending OpaquePointer) { unsafe self.handle = unsafe handle }

    var isOpen: Bool { unsafe handle != nil }
    var transactionStatus: PGTransactionStatusType { unsafe PQtransactionStatus(handle) }

    mutating func open(_ connection: PostgresConnection) -> Bool {
        guard let handle = unsafe handle, unsafe PQsetnonblocking(handle, 1) == 0,
            unsafe PQenterPipelineMode(handle) == 1
        else { return false }
        token = unsafe Reactor.shared.add(connection, descriptor: PQsocket(handle))
        return true
    }

    mutating func close() {
        guard let handle = unsafe handle else { return }
        unsafe Reactor.shared.remove(PQsocket(handle), token: token)
        unsafe PQfinish(handle)
        unsafe self.handle = nil
        current = nil
        rows = []
        prepared = [:]
    }

    // MARK: Sending

    /// nil: on its way.
    mutating func send(_ exchange: Exchange) -> PostgresError? {
        guard let handle = unsafe handle else { return .lost }
        current = exchange
        isComplete = false
        steps.removeAll(keepingCapacity: true)
        step = 0
        emptyAnswers = 0
        failure = nil
        rows = []
        rows.reserveCapacity(exchange.statements.count)

        var isSent = true
        let frame = exchange.frame
        if let begin = frame.begin { isSent = queue(begin, [], as: .begin) }
        if let context = frame.context, isSent {
            isSent = queue(PostgresContext.sql, context.binds, as: .context)
        }
        for (index, statement) in exchange.statements.enumerated() where isSent {
            isSent = queue(statement.sql, statement.binds, as: .statement(index))
        }
        if let end = frame.end, isSent { isSent = queue(end, [], as: .end(end)) }
        guard isSent, unsafe PQpipelineSync(handle) == 1, flush() else {
            return unsafe PostgresError(.connectionLost, lastMessage(handle))
        }
        return nil
    }

    /// One statement into libpq's buffer, prepared on first use.
    private mutating func queue(_ sql: String, _ values: [PostgresBind], as kind: Step) -> Bool {
        binds.encode(values)
        let count = Int32(values.count)
        var entry = prepared[sql]
        if entry == nil, prepared.count < Self.prepared_max {
            lastPrepared += 1
            let name = unsafe "s\(lastPrepared)".utf8CString.withUnsafeBufferPointer {
                unsafe Array($0)
            }
            let made = Prepared(name: name, types: binds.types)
            guard unsafe PQsendPrepare(handle, made.name, sql, count, made.types) == 1 else {
                return false
            }
            prepared[sql] = made
            steps.append(.prepare(sql))
            entry = made
        }
        steps.append(kind)
        let handle = unsafe handle
        let types = binds.types
        return unsafe binds.withPointers { values, lengths, formats in
            if let entry, entry.types == types {
                return unsafe PQsendQueryPrepared(
                    handle, entry.name, count, values, lengths, formats, 0) == 1
            }
            return unsafe PQsendQueryParams(
                handle, sql, count, types, values, lengths, formats, 0) == 1
        }
    }

    private mutating func flush() -> Bool {
        let left = unsafe PQflush(handle)
        if (left == 1) != isWriting {
            isWriting = left == 1
            unsafe Reactor.shared.watch(PQsocket(handle), token: token, isWriting: isWriting)
        }
        return left >= 0
    }

    // MARK: Receiving

    /// Reads what has arrived. An error: the connection is of no use any more.
    mutating func receive() -> PostgresError? {
        if isWriting, !flush() { return broken }
        let isRead = unsafe PQconsumeInput(handle) == 1
        while current != nil, !isComplete, unsafe PQisBusy(handle) == 0 {
            guard let result = unsafe PQgetResult(handle) else {
                emptyAnswers += 1
                if emptyAnswers > 3 { return isRead ? .unexpected("no answer") : broken }
                step = min(step + 1, steps.count)
                continue
            }
            emptyAnswers = 0
            if let error = unsafe take(ResultBox(result)) { return error }
        }
        if current == nil { _ = unsafe PQisBusy(handle) }
        let isAlive = unsafe PQstatus(handle) == CONNECTION_OK
        return isRead && isAlive ? nil : broken
    }

    /// What the server said last before it went, if it said anything.
    private var broken: PostgresError {
        guard let failure, failure.isUnavailable else {
            return unsafe PostgresError(.connectionLost, lastMessage(handle))
        }
        return failure
    }

    private mutating func take(_ box: ResultBox) -> PostgresError? {
        let status = unsafe PQresultStatus(box.pointer)
        switch status {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
            guard step < steps.count else { return .unexpected("an answer too many") }
            switch steps[step] {
            case .prepare, .begin: break
            case .context:
                if unsafe PQntuples(box.pointer) != 1 {
                    return .unexpected("the context was not bound")
                }
            case .statement: rows.append(PostgresRows(box))
            case .end(let sql):
                // COMMIT of a failed transaction answers ROLLBACK.
                if PostgresRows(box).commandTag != sql, failure == nil {
                    failure = PostgresError(.queryFailed, "rolled back", sqlState: "25P02")
                }
            }
        case PGRES_PIPELINE_SYNC: isComplete = true
        case PGRES_PIPELINE_ABORTED: forgetPreparing()
        case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE:
            forgetPreparing()
            if failure == nil {
                failure = unsafe PostgresError(result: box.pointer, sql: sqlOfStep)
                forgetStale()
            }
        default: return .unexpected("COPY and the like need a PostgresSession")
        }
        return nil
    }

    private mutating func forgetPreparing() {
        guard step < steps.count, case .prepare(let sql) = steps[step] else { return }
        prepared[sql] = nil
    }

    /// "cached plan must not change result type" (a migration changed the table) and "no such
    /// prepared statement":
    /// the next use prepares anew.
    private mutating func forgetStale() {
        guard failure?.sqlState == "0A000" || failure?.sqlState == "26000",
            let sql = sqlOfStep
        else { return }
        prepared[sql] = nil
    }

    private var sqlOfStep: String? {
        guard step < steps.count else { return "COMMIT" }
        switch steps[step] {
        case .prepare(let sql): return sql
        case .begin: return "BEGIN"
        case .context: return PostgresContext.sql
        case .statement(let index): return current?.statements[index].sql
        case .end(let sql): return sql
        }
    }

    mutating func takeOutcome() -> Exchange.Outcome {
        defer {
            current = nil
            isComplete = false
            rows = []
            failure = nil
        }
        if let failure { return .failure(failure) }
        return .success(rows)
    }
}

extension PostgresError {
    fileprivate static func unexpected(_ what: String) -> PostgresError {
        PostgresError(.protocolViolation, what)
    }
}
