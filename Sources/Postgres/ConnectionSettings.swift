import CLibPQ
import Glibc

/// How a connection is opened. The URL is libpq's, so `sslmode` and the rest are given there.
struct ConnectionSettings: Sendable {
    var url: String
    var applicationName = "voronka"
    var connectTimeout_s = 5
    /// `-c` settings of the session.
    var options: [String: String] = [
        "TimeZone": "UTC", "DateStyle": "ISO", "bytea_output": "hex", "jit": "off",
        "lock_timeout": "5000", "idle_in_transaction_session_timeout": "60000",
    ]

    /// Blocks: call it on a queue of its own.
    func connect() -> sending Result<OpaquePointer, PostgresError> {
        let parameters: [String: String]
        switch self.parameters {
        case .success(let given): parameters = given
        case .failure(let error): return unsafe .failure(error)
        }
        let connection = unsafe Self.withArrays(parameters) { keywords, values in
            unsafe PQconnectdbParams(keywords, values, 0)
        }
        guard let connection = unsafe connection else {
            return unsafe .failure(PostgresError(.connectionFailed, "out of memory"))
        }
        unsafe PQsetNoticeReceiver(connection, { _, _ in }, nil)
        guard unsafe PQstatus(connection) == CONNECTION_OK else {
            let error = unsafe PostgresError(.connectionFailed, lastMessage(connection))
            unsafe PQfinish(connection)
            return unsafe .failure(error)
        }
        return unsafe .success(connection)
    }

    /// Blocks. Is there a server, whatever it thinks of our login?
    func presence() -> PostgresPresence {
        guard case .success(let parameters) = parameters else { return .silent }
        let answer = unsafe Self.withArrays(parameters) { keywords, values in
            unsafe PQpingParams(keywords, values, 0)
        }
        return switch answer {
        case PQPING_OK: .accepting
        case PQPING_REJECT: .rejecting
        default: .silent
        }
    }

    private var parameters: Result<[String: String], PostgresError> {
        var given: [String: String] = [:]
        var message: UnsafeMutablePointer<CChar>? = nil
        guard let parsed = unsafe PQconninfoParse(url, &message) else {
            let text = unsafe message.map { unsafe String(cString: $0) } ?? "unreadable"
            unsafe PQfreemem(message)
            return .failure(PostgresError(.connectionFailed, "the database URL: \(text.trimmed)"))
        }
        var entry = unsafe parsed
        while let keyword = unsafe entry.pointee.keyword {
            if let value = unsafe entry.pointee.val {
                unsafe given[String(cString: keyword)] = unsafe String(cString: value)
            }
            unsafe entry += 1
        }
        unsafe PQconninfoFree(parsed)

        let ours = options.sorted { $0.key < $1.key }.map { "-c \($0.key)=\($0.value)" }
        given["options"] = (ours + [given["options"] ?? ""]).joined(separator: " ")
        given["client_encoding"] = "UTF8"
        given["fallback_application_name"] = applicationName
        if given["connect_timeout"] == nil { given["connect_timeout"] = String(connectTimeout_s) }
        return .success(given)
    }

    /// Both end with nil, as libpq wants them.
    private static func withArrays<Value>(
        _ parameters: [String: String],
        _ body: ([UnsafePointer<CChar>?], [UnsafePointer<CChar>?]) -> Value
    ) -> Value {
        let pairs = parameters.map { ($0.key, $0.value) }
        var keywords = unsafe pairs.map { unsafe UnsafePointer<CChar>(strdup($0.0)) }
        var values = unsafe pairs.map { unsafe UnsafePointer<CChar>(strdup($0.1)) }
        unsafe keywords.append(nil)
        unsafe values.append(nil)
        defer {
            unsafe (keywords + values).forEach { text in
                unsafe free(UnsafeMutableRawPointer(mutating: text))
            }
        }
        return unsafe body(keywords, values)
    }
}

/// What of a server one sees from outside, without a login.
package enum PostgresPresence: Sendable {
    case accepting
    /// It is starting or stopping.
    case rejecting
    /// Nothing answers there, or nobody can be asked.
    case silent
}

/// libpq's own words about the last failure on this connection.
func lastMessage(_ connection: OpaquePointer?) -> String {
    guard let text = unsafe PQerrorMessage(connection) else { return "" }
    return unsafe String(cString: text).trimmed
}

extension PostgresError {
    /// The error that a result carries.
    init(result: OpaquePointer, sql: String?) {
        func field(_ code: Character) -> String? {
            guard let byte = code.asciiValue,
                let text = unsafe PQresultErrorField(result, Int32(byte))
            else { return nil }
            return unsafe String(cString: text)
        }
        let fallback = unsafe PQresultErrorMessage(result).map { unsafe String(cString: $0) }
        self.init(
            .queryFailed, field("M") ?? fallback?.trimmed ?? "no message", sqlState: field("C"),
            sql: sql)
        detail = field("D")
        hint = field("H")
        constraint = field("n")
        table = field("t")
        column = field("c")
        position = field("P")
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = Substring(self)
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
