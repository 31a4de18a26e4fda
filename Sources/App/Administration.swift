package import Foundation
package import Identity
package import Logging
import Postgres
package import Tenancy

/// What the operator's commands work with: the logins, the pools, and people.
package struct Administration: Sendable {
    package let settings: Settings
    package let logins: DatabaseLogins
    package let secret: Data
    package let logger: Logger

    package init(_ settings: Settings, logger: Logger) throws {
        self.settings = settings
        self.logger = logger
        secret = try Secret.read(settings.secretFile)
        let url = try settings.databaseURL ?? DatabaseAddress.find(settings)
        logins = try DatabaseLogins(url: url, secret: secret)
    }

    /// Makes the secret when there is none, brings the schemas up to date, and leaves the address
    /// for `serve`.
    package static func migrate(_ settings: Settings, logger: Logger) async throws {
        guard let url = settings.databaseURL else {
            throw SettingsError("migrate needs VORONKA_DATABASE_URL, the administrator's.")
        }
        try await InstanceBackup.refuseUnfinished(url)
        try await Cells.refuseUnfit(administrator: url)
        let secret = try Secret.readOrCreate(settings.secretFile)
        let logins = try DatabaseLogins(url: url, secret: secret)
        try await SharedServer.refuseForeignLogins(administrator: url, logins: logins)
        let migrations = settings.shareDirectory.appendingPathComponent("migrations")
        try await Migrator(
            administrator: url, logins: logins, migrations: migrations, logger: logger
        ).run()
        try DatabaseAddress.write(url, in: settings.dataDirectory)
    }

    /// Pools and people for the length of one command.
    package func with<Result: Sendable>(
        _ body: (Desk) async throws -> Result
    ) async throws -> Result {
        let tenants = Tenants(logins: logins, connections: 2, logger: logger)
        let identity = try await Identity(
            .init(secret: Array(secret), baseDomains: settings.baseDomains), tenants: tenants,
            logger: logger)
        let desk = Desk(
            tenants: tenants, cells: Cells(logins: logins, logger: logger), identity: identity,
            companies: try Companies(settings, logins: logins, tenants: tenants, logger: logger))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await tenants.run() }
            do {
                let result = try await body(desk)
                group.cancelAll()
                return result
            } catch {
                group.cancelAll()
                throw error
            }
        }
    }

    package struct Desk: Sendable {
        package let tenants: Tenants
        package let cells: Cells
        package let identity: Identity
        package let companies: Companies

        /// - Throws: `SettingsError` when there is no such company.
        package func tenant(_ slug: String) async throws -> Tenant {
            guard let tenant = try await tenants.find(slug: slug) else {
                throw SettingsError("There is no company \"\(slug)\".")
            }
            return tenant
        }
    }
}
