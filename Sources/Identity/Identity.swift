package import Logging
import Postgres
import ServiceLifecycle
package import Tenancy
package import Vocabulary
import Web

/// Who people are: users, passwords, sessions, API tokens, roles. The door of the room.
///
/// Users are global (`control.users`); a company's members are rows of its own schema under the
/// same ids. A run-time service: it listens for what must be forgotten at once, and sweeps what is
/// over.
package final class Identity: Service, Sendable {
    package struct Configuration: Sendable {
        /// The secret file's content, at least 32 bytes: signs API tokens.
        package var secret: [UInt8]
        /// The control login's URL, for LISTEN on a connection of its own. nil: nothing is pushed,
        /// and what was verified is believed for 3 seconds instead of 60.
        package var controlURL: String?
        /// The domains under which companies live, without ports; the first makes links. Never
        /// empty.
        package var baseDomains: [String]
        package var scryptCost: ScryptCost
        package var attempts: SignInThrottle.Limits

        package init(
            secret: [UInt8], controlURL: String? = nil, baseDomains: [String] = ["localhost"],
            scryptCost: ScryptCost = .production, attempts: SignInThrottle.Limits = .init()
        ) {
            self.secret = secret
            self.controlURL = controlURL
            self.baseDomains = baseDomains.isEmpty ? ["localhost"] : baseDomains
            self.scryptCost = scryptCost
            self.attempts = attempts
        }
    }

    /// Makes the company's schema and starting content and gives the tenant, active.
    /// - Throws: a unique violation when the slug was taken meanwhile.
    package typealias Provision = @Sendable (NewCompany) async throws -> Tenant

    let configuration: Configuration
    let tenants: Tenants
    let time: TimeSource
    let logger: Logger
    let passwords: PasswordWork
    let signer: TokenSigner
    let throttle: SignInThrottle
    let cache = AuthenticationCache()
    let readings = SingleFlight<Reading, AuthenticationCache.Entry>()
    /// nil: new companies are made by the operator alone.
    let provision: Provision?
    /// Tells the relay that this company's outbox has something new.
    let wake: @Sendable (Tenant) -> Void

    var control: PostgresPool { tenants.control }

    package init(
        _ configuration: Configuration, tenants: Tenants, time: TimeSource = .system,
        logger: Logger = Logger(label: "voronka.identity"), provision: Provision? = nil,
        wake: @escaping @Sendable (Tenant) -> Void = { _ in }
    ) async throws {
        self.configuration = configuration
        self.tenants = tenants
        self.time = time
        self.logger = logger
        self.provision = provision
        self.wake = wake
        passwords = try PasswordWork(cost: configuration.scryptCost)
        signer = try await TokenSigner(secret: configuration.secret)
        throttle = SignInThrottle(control: tenants.control, limits: configuration.attempts)
    }
}
