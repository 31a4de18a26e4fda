import Logging
import Postgres
import ServiceLifecycle
import Tenancy
import Vocabulary

extension Identity {
    /// Sessions and attempts that are over are deleted this often.
    static let sweepEvery_s = 600

    /// Runs until the group shuts down.
    package func run() async throws {
        try await cancelWhenGracefulShutdown { [self] in
            try await withThrowingTaskGroup(of: Void.self) { group in
                if let url = configuration.controlURL {
                    let listener = PostgresListener(
                        url: url, channels: [Invalidation.channel], logger: logger)
                    group.addTask { try await listener.run() }
                    group.addTask { await self.hear(listener.events) }
                }
                group.addTask { await self.sweepUntilCancelled() }
                do { try await group.waitForAll() } catch is CancellationError {}
            }
        }
    }

    private func hear(_ events: AsyncStream<PostgresListener.Event>) async {
        for await event in events {
            switch event {
            case .connected: cache.setPushed(true)
            case .disconnected: cache.setPushed(false)
            case .notification(_, let payload): cache.forget(Invalidation(payload: payload))
            }
        }
        cache.setPushed(false)
    }

    private func sweepUntilCancelled() async {
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: .seconds(Self.sweepEvery_s))
                try await sweep()
            } catch is CancellationError {
                return
            } catch {
                logger.warning("sweeping sessions failed", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Deletes expired sessions, hand-over codes and throttling windows.
    package func sweep() async throws {
        let now = time.now()
        _ = try await control.send([
            "DELETE FROM control.sessions WHERE expires_at <= \(now)",
            SignInThrottle.sweep(before: now),
        ])
    }

    /// Forgets here at once; the statement makes the other servers forget when its transaction
    /// commits.
    func forgetting(_ invalidation: Invalidation) -> PostgresStatement {
        "SELECT pg_notify(\(Invalidation.channel.name), \(invalidation.payload))"
    }
}
