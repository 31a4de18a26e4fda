package import App
package import Identity
import NIOCore
import Postgres
package import Tenancy
package import Vocabulary
import Web

/// Two companies with people in them, on a running server.
package struct LiveWorld: Sendable {
    package let server: RunningServer
    package let a: LiveCompany
    package let b: LiveCompany
}

package struct LiveCompany: Sendable {
    package struct Person: Sendable {
        package let id: Int64
        package let email: String
        package let token: String
        package let cookie: String
    }

    package let server: RunningServer
    package let tenant: Tenant
    package let database: TenantDatabase
    package let administrator: Person
    /// Three with one role, whose rights a test chooses: the colleague is in the seller's group,
    /// the stranger in another.
    package let seller: Person
    package let colleague: Person
    package let stranger: Person
    package let sellerRoleID: Int64

    package static let password = "voronka-demo"

    package var host: String { "\(tenant.slug).localhost:\(server.port)" }

    /// As a program with this person's token.
    package func api(_ person: Person) -> Caller {
        Caller(
            server: server, host: host, headers: [("Authorization", "Bearer \(person.token)")])
    }

    /// As this person's browser, on our own page.
    package func browser(_ person: Person) -> Caller {
        Caller(
            server: server, host: host,
            headers: [
                ("Cookie", "voronka_session=\(person.cookie)"), ("Sec-Fetch-Site", "same-origin"),
            ])
    }

    /// Rights of the three, from the next request on.
    package func setRights(_ rights: Rights) async throws {
        let stored = rights.reaches.mapValues { $0.mapValues(\.rawValue) }
        var writer = JSONWriter()
        writer.object { writer in
            for (entity, verbs) in stored {
                writer.object(entity) { writer in
                    for (verb, reach) in verbs { writer.field(verb, reach) }
                }
            }
        }
        _ = try await database.query(
            """
            UPDATE roles SET rights = \(String(buffer: writer.buffer))::text::jsonb
            WHERE id = \(sellerRoleID)
            """)
        try await server.instance.identity.setMember(seller.id, isActive: true, in: tenant)
    }
}

/// Who asks, and by which address.
package struct Caller: Sendable {
    package let server: RunningServer
    package var host: String
    package var headers: [(String, String)] = []

    package init(server: RunningServer, host: String, headers: [(String, String)] = []) {
        self.server = server
        self.host = host
        self.headers = headers
    }

    package func at(_ host: String) -> Caller {
        Caller(server: server, host: host, headers: headers)
    }

    package func with(_ name: String, _ value: String) -> Caller {
        Caller(
            server: server, host: host,
            headers: headers.filter { $0.0.lowercased() != name.lowercased() } + [(name, value)])
    }

    package func get(_ path: String) async throws -> RunningServer.Answer {
        try await call("GET", path)
    }
    package func post(_ path: String, _ body: String) async throws -> RunningServer.Answer {
        try await call("POST", path, body)
    }
    package func patch(_ path: String, _ body: String) async throws -> RunningServer.Answer {
        try await call("PATCH", path, body)
    }

    package func call(
        _ method: String, _ path: String, _ body: String? = nil
    ) async throws -> RunningServer.Answer {
        try await send(method, path, body.map { Array($0.utf8) })
    }

    package func send(
        _ method: String, _ path: String, _ body: [UInt8]?
    ) async throws -> RunningServer.Answer {
        try await server.call(method, path, host: host, body: body, headers: headers)
    }
}

/// Runs a test with two fresh companies on a server of its own.
package func withLiveWorld(
    provision: Identity.Provision? = nil,
    change: @Sendable (inout Instance.Configuration) -> Void = { _ in },
    _ body: @Sendable (LiveWorld) async throws -> Void
) async throws {
    try await inWorldPlace {
        try await withLiveWorld(
            on: try await TestDatabase.shared(), provision: provision, change: change, body)
    }
}

/// The same on a database of the test's own.
package func withLiveWorld(
    on database: TestDatabase, provision: Identity.Provision? = nil,
    change: @Sendable (inout Instance.Configuration) -> Void = { _ in },
    _ body: @Sendable (LiveWorld) async throws -> Void
) async throws {
    let tenants = Tenants(logins: database.logins, connections: 4, logger: database.logger)
    try await database.companies.withTwo { a, b in
        try await RunningServer.with(tenants, provision: provision, change: change) { server in
            try await body(
                LiveWorld(
                    server: server, a: try await .found(a, on: server),
                    b: try await .found(b, on: server)))
        }
    }
}

extension LiveCompany {
    /// Starting content and people.
    package static func found(
        _ tenant: Tenant, on server: RunningServer
    ) async throws -> LiveCompany {
        let identity = server.instance.identity
        let database = server.instance.tenants.database(of: tenant)
        let (roles, groups) = try await database.transaction { transaction in
            let roles = try await Identity.seedRoles(.ru, in: transaction)
            _ = try await transaction.query("INSERT INTO settings (name) VALUES ('Аврора')")
            try await Starter.install(.ru, in: transaction)
            let groups = try await transaction.query(
                "INSERT INTO user_groups (name) VALUES ('Первая'), ('Вторая') RETURNING id")
            return (roles, try groups.map { try $0.decode(0, as: Int64.self) })
        }
        func person(_ name: String, _ roleID: Int64, _ groupID: Int64) async throws -> Person {
            let email = "\(name)-\(tenant.slug)@example.org"
            let id = try await identity.addMember(
                NewMember(
                    name: name, email: email, password: password, roleID: roleID, groupID: groupID),
                to: tenant)
            return Person(
                id: id, email: email,
                token: try await identity.issueToken(for: id, in: tenant, name: "test"),
                cookie: try await identity.startSession(of: id, in: tenant))
        }
        return LiveCompany(
            server: server, tenant: tenant, database: database,
            administrator: try await person("anna", roles.administrator, groups[0]),
            seller: try await person("ilya", roles.seller, groups[0]),
            colleague: try await person("maria", roles.seller, groups[0]),
            stranger: try await person("oleg", roles.seller, groups[1]),
            sellerRoleID: roles.seller)
    }
}
