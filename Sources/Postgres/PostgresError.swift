/// Everything that can go wrong between us and PostgreSQL.
package struct PostgresError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The server could not be reached, or refused the login.
        case connectionFailed
        /// The connection broke while the statement was on its way; it may or may not have been
        /// carried out.
        case connectionLost
        /// No connection became free in time, or too many callers wait already.
        case poolTimeout
        /// PostgreSQL refused the statement: see sqlState.
        case queryFailed
        /// The calling task was cancelled.
        case cancelled
        /// A column is missing, NULL, or of another type than asked for.
        case decoding
        /// A value that PostgreSQL cannot take, found before sending (a NUL character in text).
        case encoding
        /// The pool, session or transaction is closed.
        case closed
        /// PostgreSQL answered what the protocol does not allow here.
        case protocolViolation
    }

    package var code: Code
    /// Five characters, e.g. `23505`. nil: the error is ours, not the server's.
    package var sqlState: String?
    package var message: String
    /// Quotes rows: nothing for a log.
    package var detail: String?
    package var hint: String?
    /// The violated constraint, by name.
    package var constraint: String?
    package var table: String?
    package var column: String?
    /// Where in the statement, in characters from 1.
    package var position: String?
    package var underlying: (any Error)?
    package var sql: String?
    package var file: String
    package var line: Int

    package init(
        _ code: Code, _ message: String, sqlState: String? = nil, sql: String? = nil,
        underlying: (any Error)? = nil, file: String = #fileID, line: Int = #line
    ) {
        self.code = code
        self.message = message
        self.sqlState = sqlState
        self.sql = sql
        self.underlying = underlying
        self.file = file
        self.line = line
    }

    package var isUniqueViolation: Bool { sqlState == "23505" }
    package var isForeignKeyViolation: Bool { sqlState == "23503" }
    package var isCheckViolation: Bool { sqlState == "23514" }
    package var isNotNullViolation: Bool { sqlState == "23502" }
    package var isSerializationFailure: Bool { sqlState == "40001" }
    package var isDeadlock: Bool { sqlState == "40P01" }
    package var isLockTimeout: Bool { sqlState == "55P03" }
    /// Cancelled by the server: a statement timeout, or an administrator.
    package var isStatementTimeout: Bool { sqlState == "57014" }
    package var isPermissionDenied: Bool { sqlState == "42501" }

    /// PostgreSQL cannot answer now, and the same request may succeed later: 503 with Retry-After.
    package var isUnavailable: Bool {
        switch code {
        case .connectionFailed, .connectionLost, .poolTimeout, .closed: true
        case .queryFailed:
            switch sqlState {
            // Shutting down, crashed, starting up, out of connections, disk full, out of memory.
            case "57P01", "57P02", "57P03", "57P05", "53300", "53100", "53200": true
            case let state?: state.hasPrefix("08")
            case nil: false
            }
        case .cancelled, .decoding, .encoding, .protocolViolation: false
        }
    }

    /// For logs: what broke and where, and nothing of what people typed. DETAIL quotes whole rows,
    /// and the message of a data exception (class 22) the value that could not be read.
    package var description: String {
        var text = "PostgreSQL \(code.rawValue)"
        if let sqlState { text += " \(sqlState)" }
        text += ": " + (sqlState?.hasPrefix("22") ?? false ? Self.withoutQuoted(message) : message)
        let places = [
            ("constraint", constraint), ("table", table), ("column", column),
            ("position", position),
        ]
        for case (let name, let place?) in places { text += " [\(name) \(place)]" }
        if let sql { text += " in: \(sql.prefix(300))" }
        return text + " at \(file):\(line)"
    }

    /// From the first quotation mark to the last: the value between them may have some of its own.
    private static func withoutQuoted(_ message: String) -> String {
        guard let first = message.firstIndex(of: "\""), let last = message.lastIndex(of: "\"")
        else { return message }
        return message[..<first] + "\"…\"" + message[message.index(after: last)...]
    }
}
