import Foundation
package import Logging
import Postgres
import ServiceLifecycle
import Synchronization
package import Tenancy
package import Vocabulary

/// Gives the events of each tenant their stream numbers, in the order of their outbox ids, shows
/// them on the open screens and brings them to the subscribers.
///
/// Writers wake it after COMMIT. Servers that share a database may publish the same tenant: the row
/// lock on `outbox_stream` puts them one after the other, so that numbers have no gap and no
/// double.
package final class Relay: Service, Sendable {
    /// The rest between two rounds: under load a round then publishes many events at once.
    static let pause_ms = 20
    /// Tenants of one cell that are worked on at the same time. A database that does not answer
    /// holds up these places of its own cell and nobody else's.
    static let tenantsPerCell_max = 4

    let tenants: Tenants
    let feed: LiveFeed
    let subscribers: [any Subscriber]
    /// Names this server in leases and announcements.
    package let serverID: String
    let time: TimeSource
    let logger: Logger
    let announcements: Announcements
    package let figures = RelayFigures()
    /// Per tenant with open screens: the number up to which they have been shown everything.
    let shown = Mutex<[Int64: Int64]>([:])
    private let sweepRest: Duration?
    private let listener: PostgresListener?
    private let queue = Mutex(RelayQueue())
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    /// - Parameters:
    ///   - controlURL: where other servers announce; nil: this is the only one.
    ///   - sweepRest: between two rounds; nil: no rounds, in tests, whose database has companies of
    ///     other tests.
    package init(
        tenants: Tenants, feed: LiveFeed, subscribers: [any Subscriber] = [],
        controlURL: String? = nil, serverID: String = UUID().uuidString,
        sweepRest: Duration? = .seconds(sweepRest_s),
        time: TimeSource = .system, logger: Logger
    ) {
        self.tenants = tenants
        self.feed = feed
        self.subscribers = subscribers
        self.serverID = serverID
        self.sweepRest = sweepRest
        self.time = time
        self.logger = logger
        announcements = Announcements(server: serverID, control: tenants.control)
        listener = controlURL.map {
            PostgresListener(url: $0, channels: [Announcements.channel], logger: logger)
        }
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Cheap and never waits: a tenant that is already waiting is not added twice.
    package func wake(_ tenant: Tenant) {
        figures.woken(tenant.id, at: time.now())
        if queue.withLock({ $0.add(tenant) }) { signal.yield() }
    }

    package func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                if let sweepRest {
                    group.addTask { await self.sweepUntilCancelled(rest: sweepRest) }
                }
                if let listener {
                    group.addTask { try? await listener.run() }
                    group.addTask { await self.listen(to: listener) }
                    group.addTask { [announcements, logger] in
                        await announcements.run {
                            logger.warning("cannot announce", metadata: ["error": "\($0)"])
                        }
                    }
                }
                await workUntilShutdown()
                group.cancelAll()
            }
        } onGracefulShutdown: {
            self.feed.close()
            self.signal.finish()
        }
    }

    /// What was begun is finished, for a delivery cut short would be made twice.
    private func workUntilShutdown() async {
        await withDiscardingTaskGroup { jobs in
            for await _ in signals.cancelOnGracefulShutdown() {
                for job in queue.withLock({ $0.start(perCell_max: Self.tenantsPerCell_max) }) {
                    jobs.addTask { await self.work(job) }
                }
                try? await Task.sleep(for: .milliseconds(Self.pause_ms))
            }
        }
    }

    private func work(_ job: RelayQueue.Job) async {
        let tenant = job.tenant
        if let first = job.announcedFrom {
            await attempt("cannot show", tenant.id) {
                try await self.show(tenant, announcedFrom: first)
            }
        }
        await attempt("cannot publish", tenant.id) {
            if job.isWoken {
                try await self.publish(tenant)
                self.figures.done(
                    tenant.id, isWoken: self.queue.withLock { $0.isWoken(tenant) },
                    at: self.time.now())
            }
            try await self.deliver(tenant)
        }
        if queue.withLock({ $0.finish(tenant) }) { signal.yield() }
    }

    private func listen(to listener: PostgresListener) async {
        for await event in listener.events {
            switch event {
            // What was announced before is unknown.
            case .connected: feed.reset()
            case .disconnected: break
            case .notification(_, let payload):
                for (tenantID, first) in announcements.read(payload) ?? [:] {
                    await attempt("cannot show", tenantID) {
                        guard let tenant = try await self.tenants.find(id: tenantID) else { return }
                        self.announced(tenant, from: first)
                    }
                }
            }
        }
    }

    /// Another server published from this number on.
    func announced(_ tenant: Tenant, from first: Int64) {
        if queue.withLock({ $0.add(tenant, announcedFrom: first) }) { signal.yield() }
    }

    /// false: there is no connection to the tenant's cell.
    @discardableResult
    func attempt(
        _ what: String, _ tenantID: Int64, _ body: () async throws -> Void
    ) async -> Bool {
        do { try await body() } catch {
            logger.warning("\(what)", metadata: ["tenant": "\(tenantID)", "error": "\(error)"])
            if let error = error as? PostgresError { return error.code != .connectionFailed }
        }
        return true
    }
}
