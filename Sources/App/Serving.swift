import Foundation
import Hummingbird
package import Logging
import ServiceLifecycle
import Tenancy
import UnixSignals
import Web

/// `voronka serve`: everything that runs, in one group that stops in the right order.
package enum Serving {
    /// How long requests and streams may take to end after the signal to stop.
    static let shutdown_s = 20

    /// Runs until SIGTERM or SIGINT.
    ///
    /// - Parameter announce: told once that requests are answered, with the address.
    package static func run(
        _ settings: Settings, logger: Logger, announce: @escaping @Sendable (String) -> Void
    ) async throws {
        let secret = try Secret.read(settings.secretFile)
        // The administrator's login is not among these, whatever the environment holds.
        let logins = try DatabaseLogins(url: DatabaseAddress.find(settings), secret: secret)
        let migrations = settings.shareDirectory.appendingPathComponent("migrations/tenant")
        let tenants = Tenants(
            logins: logins, connections: settings.connections,
            neededVersion: try Migrations(directory: migrations).latest, logger: logger)
        var configuration = Instance.Configuration(
            share: settings.shareDirectory, secret: Array(secret))
        configuration.controlURL = logins.control
        configuration.baseDomains = settings.baseDomains
        configuration.trustedProxies = Set(settings.trustedProxies)
        configuration.apiRate = .init(perSecond: settings.apiRate)
        configuration.uiRate = .init(perSecond: settings.uiRate, burst: settings.uiRate * 4)
        configuration.connections_max = connections(logger)
        let companies = try Companies(settings, logins: logins, tenants: tenants, logger: logger)
        let instance = try await Instance(
            configuration, tenants: tenants, logger: logger,
            provision: { try await companies.found($0) })
        let host = settings.listen.host
        let application = instance.application(host: host, port: settings.listen.port) { port in
            announce("http://\(host):\(port)")
        }
        let operations = instance.operations(
            host: settings.operationsListen.host, port: settings.operationsListen.port)
        var group = ServiceGroupConfiguration(
            services: instance.backgroundServices + [operations, application],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(shutdown_s)
        try await ServiceGroup(configuration: group).run()
    }

    /// As many as may be, with files to spare.
    private static func connections(_ logger: Logger) -> Int {
        let wanted = Connections.connections_max + OpenFiles.others_max
        let files = OpenFiles.raise(to: wanted)
        if files < wanted {
            logger.warning(
                "few open files are allowed, so that fewer connections are",
                metadata: ["files": .stringConvertible(files)])
        }
        return max(1, min(files, wanted) - OpenFiles.others_max)
    }
}
