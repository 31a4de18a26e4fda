import CEpoll
import CLibPQ
import Dispatch
import Glibc
package import Logging
import ServiceLifecycle

/// LISTEN on a connection of its own, reconnecting for as long as `run()` runs.
///
/// Notifications are hints, never the truth: after `.connected` read the tables, for what was sent
/// meanwhile is gone.
package final class PostgresListener: Service, Sendable {
    package enum Event: Sendable, Hashable {
        /// Listening (again).
        case connected
        case notification(channel: String, payload: String)
        case disconnected
    }

    /// Bounded: when the reader is too slow, the oldest are dropped.
    package let events: AsyncStream<Event>
    private let continuation: AsyncStream<Event>.Continuation
    private let settings: ConnectionSettings
    private let channels: [PostgresIdentifier]
    private let logger: Logger
    private let queue = DispatchQueue(label: "postgres-listener")
    private let wake: Int32

    private static let backoff_ms_min: Int32 = 100
    private static let backoff_ms_max: Int32 = 5_000

    package init(
        url: String, channels: [PostgresIdentifier], logger: Logger,
        bufferedEvents_max: Int = 1_024
    ) {
        (events, continuation) = AsyncStream.makeStream(
            bufferingPolicy: .bufferingNewest(bufferedEvents_max))
        settings = ConnectionSettings(url: url, applicationName: "voronka listener")
        self.channels = channels
        self.logger = logger
        wake = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    }

    deinit { _ = Glibc.close(wake) }

    /// Until cancelled or shut down gracefully; then `events` ends.
    package func run() async throws {
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                unsafe await withUnsafeContinuation { (done: UnsafeContinuation<Void, Never>) in
                    queue.async {
                        self.loop()
                        self.continuation.finish()
                        unsafe done.resume()
                    }
                }
            } onGracefulShutdown: {
                self.stop()
            }
        } onCancel: {
            stop()
        }
    }

    private func stop() {
        var one: UInt64 = 1
        _ = unsafe write(wake, &one, 8)
    }

    // MARK: On the queue

    private func loop() {
        var backoff_ms = Self.backoff_ms_min
        while true {
            switch unsafe settings.connect() {
            case .failure(let error):
                logger.warning("cannot listen", metadata: ["error": "\(error)"])
            case .success(let handle):
                defer { unsafe PQfinish(handle) }
                if unsafe listen(handle) {
                    backoff_ms = Self.backoff_ms_min
                    continuation.yield(.connected)
                    if unsafe receive(handle) { return }
                    continuation.yield(.disconnected)
                }
            }
            var stopping = pollfd(fd: wake, events: Int16(POLLIN), revents: 0)
            if unsafe poll(&stopping, 1, Int32.random(in: backoff_ms / 2...backoff_ms)) > 0 {
                return
            }
            backoff_ms = min(backoff_ms * 2, Self.backoff_ms_max)
        }
    }

    private func listen(_ handle: OpaquePointer) -> Bool {
        let sql = channels.map { "LISTEN \($0.quoted)" }.joined(separator: ";")
        let result = unsafe PQexec(handle, sql)
        defer { unsafe PQclear(result) }
        return unsafe PQresultStatus(result) == PGRES_COMMAND_OK
    }

    /// true: asked to stop; false: the connection broke.
    private func receive(_ handle: OpaquePointer) -> Bool {
        while true {
            while let notification = unsafe PQnotifies(handle) {
                let channel = unsafe String(cString: notification.pointee.relname)
                let payload = unsafe String(cString: notification.pointee.extra)
                continuation.yield(.notification(channel: channel, payload: payload))
                unsafe PQfreemem(notification)
            }
            var sockets = unsafe [
                pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0),
                pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
            ]
            guard unsafe poll(&sockets, 2, -1) >= 0 || errno == EINTR else { return false }
            if sockets[1].revents != 0 { return true }
            guard unsafe PQconsumeInput(handle) == 1 else { return false }
        }
    }
}
