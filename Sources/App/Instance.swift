package import Foundation
package import Hummingbird
import HummingbirdCore
package import Identity
package import Logging
package import Outbox
package import ServiceLifecycle
package import Tenancy
package import Vocabulary
package import Web

/// The composition root: one running Voronka, made of the same parts in the server and in the
/// tests.
package struct Instance: Sendable {
    package struct Configuration: Sendable {
        /// Where `web` and `migrations` are.
        package var share: URL
        package var secret: [UInt8]
        /// The control login's URL; nil: nothing is pushed between servers.
        package var controlURL: String?
        package var baseDomains: [String] = ["localhost"]
        package var trustedProxies: Set<String> = []
        package var apiRate: RateLimits.Rate = .api
        package var uiRate: RateLimits.Rate = .browser
        package var scryptCost: ScryptCost = .production
        package var time: TimeSource = .system
        /// Between two rounds over all outboxes; nil in tests, whose database has companies of
        /// other tests.
        package var sweepRest: Duration? = .seconds(Relay.sweepRest_s)
        package var heartbeat = Duration.seconds(LiveStream.heartbeat_s)
        package var connection = ConnectionGuard.Limits()
        /// Of all clients together, at the same time.
        package var connections_max = Connections.connections_max

        package init(share: URL, secret: [UInt8]) {
            self.share = share
            self.secret = secret
        }
    }

    package let configuration: Configuration
    package let tenants: Tenants
    package let feed: LiveFeed
    package let relay: Relay
    package let identity: Identity
    package let services: Services
    package let assets: Assets
    package let pages: Pages
    package let metrics = RequestMetrics()
    package let connections: Connections
    package let logger: Logger

    /// - Parameter provision: makes a company for sign-up; nil: companies are made by the operator
    ///   alone.
    package init(
        _ configuration: Configuration, tenants: Tenants, logger: Logger,
        provision: Identity.Provision? = nil
    ) async throws {
        self.configuration = configuration
        self.tenants = tenants
        self.logger = logger
        connections = Connections(limit: configuration.connections_max)
        feed = LiveFeed()
        let relay = Relay(
            tenants: tenants, feed: feed, controlURL: configuration.controlURL,
            sweepRest: configuration.sweepRest, time: configuration.time, logger: logger)
        self.relay = relay
        services = Services(time: configuration.time) { relay.wake($0) }
        identity = try await Identity(
            .init(
                secret: configuration.secret, controlURL: configuration.controlURL,
                baseDomains: configuration.baseDomains, scryptCost: configuration.scryptCost),
            tenants: tenants, time: configuration.time, logger: logger, provision: provision,
            wake: services.wake)
        let web = configuration.share.appendingPathComponent("web")
        assets = try Assets(directory: web.appendingPathComponent("static"))
        pages = try Pages(directory: web, assets: assets)
    }

    /// What must run beside the web server, in the order of starting; they stop in the opposite
    /// order.
    package var backgroundServices: [any Service] { [tenants, relay, identity] }

    /// - Parameters:
    ///   - port: 0 takes a free one.
    ///   - onListening: told the port that was taken.
    package func application(
        host: String, port: Int, onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        Application(
            router: router(),
            server: .http1(configuration: http(connections)),
            configuration: .init(
                address: .hostname(host, port: port), backlog: Self.backlog_max),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? port) },
            logger: logger)
    }

    func http(_ connections: Connections) -> HTTP1Channel.Configuration {
        .init(
            additionalChannelHandlers: [
                ConnectionGuard(configuration.connection, connections, logger: logger)
            ],
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: ConnectionGuard.Limits.header_bytes_max,
                maxHeaderListSize: ConnectionGuard.Limits.headers_bytes_max,
                maxHeaderFieldCount: ConnectionGuard.Limits.headers_max))
    }

    /// Connections that wait to be accepted.
    static let backlog_max = 1024
}
