import FoundationEssentials
import Logging
import Postgres
import Synchronization
import Tenancy
import Vocabulary
import VoronkaTesting

@testable import Identity

/// Two companies with people in them, and a clock that moves when it is told to.
struct IdentityWorld: Sendable {
    let identity: Identity
    /// Another server of the same instance: its cache is its own.
    let neighbour: Identity
    let a: Tenant
    let b: Tenant
    let tenants: Tenants
    let clock: HandClock
    /// Unlike anybody else's in the shared control tables.
    let mark = String(UUID().uuidString.prefix(8).lowercased())

    func mail(_ name: String) -> String {
        "\(name.replacing(" ", with: "."))-\(mark)@example.org"
    }
    var address: String { "address-\(mark)" }
    static let password = "voronka-demo"

    func database(_ tenant: Tenant) -> TenantDatabase { tenants.database(of: tenant) }

    enum Post { case administrator, headOfSales, seller }

    /// A member with his own fresh role.
    @discardableResult
    func member(
        _ name: String, of tenant: Tenant, as post: Post = .seller, groupID: Int64? = nil
    ) async throws -> Int64 {
        let roles = try await database(tenant).transaction {
            try await Identity.seedRoles(.ru, in: $0)
        }
        let roleID =
            switch post {
            case .administrator: roles.administrator
            case .headOfSales: roles.headOfSales
            case .seller: roles.seller
            }
        return try await identity.addMember(
            NewMember(
                name: name, email: mail(name), password: Self.password, roleID: roleID,
                groupID: groupID),
            to: tenant)
    }

    /// The cookie's secret after signing in on the company's own host.
    func signIn(
        _ name: String, at tenant: Tenant, password: String = password
    ) async throws -> String {
        let outcome = try await identity.signIn(
            email: mail(name), password: password, tenant: tenant, address: address)
        guard case .signedIn(let secret) = outcome else { throw NotFound() }
        return secret
    }
}

final class HandClock: Sendable {
    private let moment: Mutex<Moment>

    init(at start: Moment = Moment(seconds: 1_790_000_000)) { moment = Mutex(start) }

    var now: Moment { moment.withLock { $0 } }
    func pass(seconds: Int64) { moment.withLock { $0 = $0.adding(seconds: seconds) } }
    var source: TimeSource { TimeSource { self.now } }
}

func withIdentity(
    attempts: SignInThrottle.Limits = .init(), provision: Identity.Provision? = nil,
    clock: HandClock = HandClock(),
    _ body: @Sendable @escaping (IdentityWorld) async throws -> Void
) async throws {
    try await withTenants { world in
        let configuration = Identity.Configuration(
            secret: [UInt8](repeating: 7, count: 32), baseDomains: ["localhost"],
            scryptCost: .testing, attempts: attempts)
        func server() async throws -> Identity {
            try await Identity(
                configuration, tenants: world.tenants, time: clock.source, provision: provision)
        }
        for company in [world.a, world.b] {
            _ = try await company.database.query(
                "INSERT INTO settings (name) VALUES ('Аврора') ON CONFLICT DO NOTHING")
        }
        try await body(
            IdentityWorld(
                identity: try await server(), neighbour: try await server(),
                a: world.a.tenant, b: world.b.tenant, tenants: world.tenants, clock: clock))
    }
}
