import CLibPQ
import Dispatch

/// A connection of one's own, outside of any pool: scripts, migrations, COPY.
///
/// libpq blocks here, on a queue of the session's own, never on a thread of Swift's. One call at a
/// time.
/// Unchecked: `handle` is only used on the serial queue, `canceller` never changes.
@safe package final class PostgresSession: @unchecked Sendable {
    private let queue = DispatchQueue(label: "postgres-session")
    private let handle: OpaquePointer
    private let canceller: OpaquePointer?
    /// A COPY is under way; touched on the queue only.
    private var isCopying = false

    private init(handle: OpaquePointer) {
        unsafe self.handle = unsafe handle
        unsafe canceller = unsafe PQgetCancel(handle)
    }

    deinit {
        unsafe PQfreeCancel(canceller)
        unsafe PQfinish(handle)
    }

    /// Opens a session for the time of `body`. The URL is libpq's.
    @discardableResult
    package static func withSession<Result>(
        url: String, applicationName: String = "voronka",
        _ body: (PostgresSession) async throws -> Result
    ) async throws -> Result {
        var settings = ConnectionSettings(url: url, applicationName: applicationName)
        settings.options["lock_timeout"] = nil
        settings.options["idle_in_transaction_session_timeout"] = nil
        let opening = settings
        let opened = unsafe await withUnsafeContinuation {
            (
                continuation: UnsafeContinuation<
                    Swift.Result<PostgresSession, PostgresError>, Never
                >
            )
            in
            DispatchQueue(label: "postgres-open").async {
                let result = unsafe opening.connect().map { unsafe PostgresSession(handle: $0) }
                unsafe continuation.resume(returning: result)
            }
        }
        return try await body(opened.get())
    }

    /// Whether a server is there at all; asked when a session cannot be opened.
    package static func presence(at url: String) async -> PostgresPresence {
        let settings = ConnectionSettings(url: url)
        return await withCheckedContinuation { continuation in
            DispatchQueue(label: "postgres-presence").async {
                continuation.resume(returning: settings.presence())
            }
        }
    }

    /// Several statements in the simple protocol and one round trip; one implicit transaction
    /// unless the script has its own BEGIN.
    ///
    /// - Returns: the rows of the last statement.
    @discardableResult
    package func script(_ sql: String) async throws(PostgresError) -> PostgresRows {
        try await perform { session in
            guard let result = unsafe PQexec(session.handle, sql) else {
                return .failure(session.broken)
            }
            // Its values are in its text, passwords too: nothing for an error to show.
            return unsafe session.check(ResultBox(result), nil)
        }
    }

    /// A text constant for a script, which cannot bind. Everywhere else values are binds.
    ///
    /// - Throws: for a NUL character, which no text in PostgreSQL holds.
    package static func literal(_ text: String) throws(PostgresError) -> String {
        if text.utf8.contains(0) {
            throw PostgresError(.encoding, "a text value holds a NUL character", sqlState: "22021")
        }
        let doubled = text.replacing("\\", with: "\\\\").replacing("'", with: "''")
        // E'…' means the same whatever standard_conforming_strings says.
        return "E'\(doubled)'"
    }

    @discardableResult
    package func query(_ statement: PostgresStatement) async throws(PostgresError) -> PostgresRows {
        if statement.binds.contains(where: \.holdsNUL) {
            throw PostgresError(.encoding, "a text value holds a NUL character", sqlState: "22021")
        }
        return try await perform { session in
            var binds = BindBuffer()
            binds.encode(statement.binds)
            let types = binds.types
            let result = unsafe binds.withPointers { values, lengths, formats in
                unsafe PQexecParams(
                    session.handle, statement.sql, Int32(types.count), types, values, lengths,
                    formats, 0)
            }
            guard let result = unsafe result else { return .failure(session.broken) }
            return unsafe session.check(ResultBox(result), statement.sql)
        }
    }

    /// `body` between BEGIN and COMMIT, under the context; ROLLBACK when it throws.
    @discardableResult
    package func transaction<Result>(
        context: PostgresContext? = nil, isolation: PostgresIsolation = .readCommitted,
        _ body: (PostgresSession) async throws -> Result
    ) async throws -> Result {
        try await script("BEGIN ISOLATION LEVEL \(isolation.rawValue)")
        do {
            if let context {
                try await query(
                    PostgresStatement(unsafeSQL: PostgresContext.sql, binds: context.binds))
            }
            let result = try await body(self)
            let rows = try await query("COMMIT")
            guard rows.commandTag == "COMMIT" else {
                throw PostgresError(.queryFailed, "rolled back", sqlState: "25P02")
            }
            return result
        } catch {
            // The session may be gone; then there is nothing left to roll back.
            await performQuietly("ROLLBACK")
            throw error
        }
    }

    // MARK: COPY

    /// `COPY … TO STDOUT`: chunks of whole rows, read as they are asked for.
    package func copyOut(_ sql: PostgresStatement) async throws(PostgresError) -> PostgresCopyOut {
        try await startCopy(sql, expected: PGRES_COPY_OUT)
        return PostgresCopyOut(session: self)
    }

    /// About 64 KiB of whole rows; nil: the end.
    fileprivate func nextChunk() async throws(PostgresError) -> [UInt8]? {
        try await perform { session in
            var chunk: [UInt8] = []
            while session.isCopying, chunk.count < Self.chunk_bytes {
                var data: UnsafeMutablePointer<CChar>? = nil
                let length = unsafe PQgetCopyData(session.handle, &data, 0)
                if length > 0, let data = unsafe data {
                    unsafe chunk.append(
                        contentsOf: unsafe UnsafeRawBufferPointer(
                            start: data, count: Int(length)))
                    unsafe PQfreemem(data)
                    continue
                }
                session.isCopying = false
                if case .failure(let error) = session.finishCopy() { return .failure(error) }
            }
            return .success(chunk.isEmpty ? nil : chunk)
        }
    }

    /// `COPY … FROM STDIN`; returns the rows copied. When `chunks` throws, nothing is copied.
    @discardableResult
    package func copyIn<Chunks: AsyncSequence>(
        _ sql: PostgresStatement, from chunks: Chunks
    ) async throws -> Int where Chunks.Element == [UInt8] {
        try await startCopy(sql, expected: PGRES_COPY_IN)
        do {
            for try await chunk in chunks {
                try await perform { session -> Swift.Result<Void, PostgresError> in
                    let sent = unsafe chunk.withUnsafeBytes { bytes in
                        unsafe PQputCopyData(
                            session.handle,
                            bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                            Int32(bytes.count))
                    }
                    return sent == 1 ? .success(()) : .failure(session.broken)
                }
            }
        } catch {
            await endCopy(error: "the source failed")
            throw error
        }
        return try await perform { session in
            session.isCopying = false
            guard unsafe PQputCopyEnd(session.handle, nil) == 1 else {
                return .failure(session.broken)
            }
            return session.finishCopy().map(\.affected)
        }
    }

    private static let chunk_bytes = 64 * 1024

    private func startCopy(
        _ sql: PostgresStatement, expected: ExecStatusType
    ) async throws(PostgresError) {
        try await perform { session -> Swift.Result<Void, PostgresError> in
            guard let result = unsafe PQexec(session.handle, sql.sql) else {
                return .failure(session.broken)
            }
            let box = unsafe ResultBox(result)
            guard unsafe PQresultStatus(box.pointer) == expected else {
                let error = unsafe PostgresError(result: box.pointer, sql: sql.sql)
                return .failure(error)
            }
            session.isCopying = true
            return .success(())
        }
    }

    private func endCopy(error: String) async {
        unsafe await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            queue.async {
                self.isCopying = false
                if unsafe PQputCopyEnd(self.handle, error) == 1 { _ = self.finishCopy() }
                unsafe continuation.resume()
            }
        }
    }

    private func finishCopy() -> Swift.Result<PostgresRows, PostgresError> {
        var last: Swift.Result<PostgresRows, PostgresError> = .success(PostgresRows())
        while let result = unsafe PQgetResult(handle) {
            let checked = unsafe check(ResultBox(result), "COPY")
            if case .success = last { last = checked }
        }
        return last
    }

    // MARK: The queue

    private func perform<Value: Sendable>(
        _ work: @escaping @Sendable (PostgresSession) -> Swift.Result<Value, PostgresError>
    ) async throws(PostgresError) -> Value {
        if Task.isCancelled { throw PostgresError(.cancelled, "the calling task was cancelled") }
        let result = await withTaskCancellationHandler {
            unsafe await withUnsafeContinuation {
                (continuation: UnsafeContinuation<Swift.Result<Value, PostgresError>, Never>) in
                queue.async { unsafe continuation.resume(returning: work(self)) }
            }
        } onCancel: {
            DispatchQueue(label: "postgres-cancel").async {
                var buffer = [CChar](repeating: 0, count: 256)
                _ = unsafe PQcancel(self.canceller, &buffer, 256)
            }
        }
        if case .failure(let error) = result, error.isStatementTimeout, Task.isCancelled {
            throw PostgresError(.cancelled, "the calling task was cancelled")
        }
        return try result.get()
    }

    /// Also when the task is cancelled.
    private func performQuietly(_ sql: String) async {
        unsafe await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            queue.async {
                unsafe PQclear(PQexec(self.handle, sql))
                unsafe continuation.resume()
            }
        }
    }

    private var broken: PostgresError {
        unsafe PostgresError(.connectionLost, lastMessage(handle))
    }

    private func check(
        _ box: ResultBox, _ sql: String?
    ) -> Swift.Result<PostgresRows, PostgresError> {
        switch unsafe PQresultStatus(box.pointer) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: .success(PostgresRows(box))
        default: .failure(unsafe PostgresError(result: box.pointer, sql: sql))
        }
    }
}

/// The chunks of a `COPY … TO STDOUT`. Read to the end, or end the session.
package struct PostgresCopyOut: AsyncSequence, Sendable {
    fileprivate let session: PostgresSession

    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let session: PostgresSession
        package mutating func next() async throws(PostgresError) -> [UInt8]? {
            try await session.nextChunk()
        }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(session: session) }
}
