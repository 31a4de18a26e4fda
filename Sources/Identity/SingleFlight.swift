import Synchronization

/// Callers who want the same thing at the same time share one reading of it.
///
/// A page asks for a dozen things at once, and a client of the API opens several connections: all
/// come with a credential that nobody has checked yet.
final class SingleFlight<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let flights = Mutex<[Key: Task<Value, any Error>]>([:])

    /// What `read` gives or throws, to everyone who asks for `key` while it runs. It goes on when a
    /// caller is cancelled: others may wait.
    func value(
        for key: Key, _ read: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let flight = flights.withLock { running in
            if let flight = running[key] { return flight }
            let flight = Task {
                defer { flights.withLock { $0[key] = nil } }
                return try await read()
            }
            running[key] = flight
            return flight
        }
        return try await flight.value
    }
}
