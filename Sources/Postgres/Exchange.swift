import Synchronization

/// What one flush carries: statements with a single Sync behind them, and the caller who waits for
/// the answer.
final class Exchange: Sendable {
    typealias Outcome = Result<[PostgresRows], PostgresError>

    /// What surrounds the statements.
    struct Frame: Sendable {
        /// `BEGIN …`, sent before the context.
        var begin: String? = nil
        var context: PostgresContext? = nil
        /// `COMMIT` or `ROLLBACK`, sent last.
        var end: String? = nil
        /// The connection stays with the caller when the answer is in.
        var keepsLease = false
    }

    let id: UInt64
    let frame: Frame
    let statements: [PostgresStatement]
    /// Monotonic; the answer must be complete by then, or the connection is taken for dead.
    let deadline_ns: Int64
    private let slot = Mutex(Slot())

    @safe private struct Slot {
        var continuation: UnsafeContinuation<Outcome, Never>? = nil
        var connection: PostgresConnection? = nil
        var isAbandoned = false
    }

    private static let lastID = Atomic<UInt64>(0)

    init(frame: Frame, statements: [PostgresStatement], deadline_ns: Int64) {
        id = Self.lastID.wrappingAdd(1, ordering: .relaxed).newValue
        self.frame = frame
        self.statements = statements
        self.deadline_ns = deadline_ns
    }

    /// nil: fine to send.
    var encodingError: PostgresError? {
        for statement in statements where statement.binds.contains(where: \.holdsNUL) {
            var error = PostgresError(
                .encoding, "a text value holds a NUL character", sql: statement.sql)
            error.sqlState = "22021"
            return error
        }
        return nil
    }

    /// Starts the exchange by `start` and waits for its outcome; `abandon` is called once when the
    /// task is
    /// cancelled meanwhile, after the caller has got his answer.
    func run(
        start: (Exchange) -> Void, abandon: @escaping @Sendable (Exchange) -> Void
    ) async -> Outcome {
        await withTaskCancellationHandler {
            unsafe await withUnsafeContinuation { continuation in
                let isAbandoned = slot.withLock { slot in
                    if !slot.isAbandoned { unsafe slot.continuation = unsafe continuation }
                    return slot.isAbandoned
                }
                if isAbandoned {
                    unsafe continuation.resume(returning: .failure(Self.cancelled))
                } else {
                    start(self)
                }
            }
        } onCancel: {
            let continuation = unsafe slot.withLock { slot in
                slot.isAbandoned = true
                let continuation = unsafe slot.continuation
                unsafe slot.continuation = nil
                return unsafe continuation
            }
            guard let continuation = unsafe continuation else { return }
            unsafe continuation.resume(returning: .failure(Self.cancelled))
            abandon(self)
        }
    }

    /// The answer is in. Only the first call counts.
    func settle(_ outcome: Outcome) {
        let continuation = unsafe slot.withLock { slot in
            let continuation = unsafe slot.continuation
            unsafe slot.continuation = nil
            return unsafe continuation
        }
        unsafe continuation?.resume(returning: outcome)
    }

    /// Nobody waits for the answer any more.
    var isAbandoned: Bool { slot.withLock { $0.isAbandoned } }

    /// Where it was sent, or is about to be.
    var connection: PostgresConnection? {
        get { slot.withLock { $0.connection } }
        set { slot.withLock { $0.connection = newValue } }
    }

    private static let cancelled = PostgresError(.cancelled, "the calling task was cancelled")
}
