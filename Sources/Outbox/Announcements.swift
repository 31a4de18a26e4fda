import Postgres
import Synchronization
import Tenancy

/// Tells the other servers on this database which tenants have new events: one NOTIFY on the
/// control connection for all that happened within 50 ms.
final class Announcements: Sendable {
    static let channel = PostgresIdentifier(literal: "voronka_outbox")
    static let pause_ms = 50
    /// NOTIFY takes 8,000 bytes; a pair of tenant and number at most 40.
    static let tenants_max = 150

    /// What one message says: tenant id → the first new stream number.
    typealias News = [Int64: Int64]

    private let server: String
    private let control: PostgresPool
    private let waiting = Mutex<News>([:])
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    init(server: String, control: PostgresPool) {
        self.server = server
        self.control = control
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func add(tenantID: Int64, first: Int64) {
        waiting.withLock { $0[tenantID] = min($0[tenantID] ?? first, first) }
        signal.yield()
    }

    /// Until cancelled. A message that cannot be sent is lost; the sweep makes up for it.
    func run(onFailure: (any Error) -> Void) async {
        for await _ in signals {
            do {
                try await Task.sleep(for: .milliseconds(Self.pause_ms))
                try await send()
            } catch is CancellationError {
                return
            } catch {
                onFailure(error)
            }
        }
    }

    func send() async throws {
        let news = waiting.withLock { waiting in
            defer { waiting = [:] }
            return waiting.sorted { $0.key < $1.key }
        }
        var rest = news[...]
        while !rest.isEmpty {
            let words = rest.prefix(Self.tenants_max).map { "\($0.key):\($0.value)" }
            let payload = ([server] + words).joined(separator: " ")
            try await control.query("SELECT pg_notify(\(Self.channel.name), \(payload))")
            rest = rest.dropFirst(Self.tenants_max)
        }
    }

    /// nil: our own message.
    func read(_ payload: String) -> News? {
        let words = payload.split(separator: " ")
        guard let sender = words.first, sender != server else { return nil }
        var news: News = [:]
        for word in words.dropFirst() {
            let parts = word.split(separator: ":").compactMap { Int64($0) }
            if parts.count == 2 { news[parts[0]] = parts[1] }
        }
        return news
    }
}
