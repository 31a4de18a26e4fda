import Identity
import Postgres
import Tenancy
import Vocabulary

/// `voronka seed`: a demo company with its people, content and an API token.
package struct DemoSeeding: Sendable {
    /// What a tourist needs to get in.
    package struct Demo: Sendable {
        package let slug: String
        package let email: String
        package let password: String
        package let token: String
        /// false: it was there already, and nothing was written but the token.
        package let isNew: Bool
    }

    package static let password = "voronka-demo"
    /// The names that `voronka seed` knows, the salon first.
    package static var names: [String] { Seeds.all.map(\.company.slug) }

    let desk: Administration.Desk

    package init(_ desk: Administration.Desk) { self.desk = desk }

    /// - Parameters:
    ///   - total: how many deals; nil is the demo's own number.
    package func run(
        _ name: String, total: Int?, progress: @Sendable (Int, Int) -> Void = { _, _ in }
    ) async throws -> Demo {
        guard let seeds = Seeds.named(name) else {
            throw SettingsError(
                "There is no demo company \"\(name)\": \(Self.names.joined(separator: ", ")).")
        }
        let company = seeds.company
        guard let first = company.people.first else {
            throw SettingsError("\(name) has no people.")
        }
        var userID: Int64?
        var found = try await desk.tenants.find(slug: company.slug)
        if let half = found, half.state == .active, try await isEmpty(half) {
            try await desk.companies.delete(half)
            found = nil
        }
        if found == nil {
            let tenant = try await desk.companies.create(
                slug: company.slug, name: company.name, starter: false)
            do {
                let members = try await hire(company, tenant)
                userID = members.first
                try await seeds.fill(
                    desk.tenants.database(of: tenant, for: .longWork), members: members,
                    now: TimeSource.system.now(), total: total, progress: progress)
            } catch {
                try await desk.companies.delete(tenant)
                throw error
            }
        }
        let tenant = try await desk.tenant(company.slug)
        if userID == nil { userID = try await id(of: first.email) }
        let token = try await desk.identity.issueToken(for: userID ?? 0, in: tenant, name: "demo")
        return Demo(
            slug: company.slug, email: first.email, password: Self.password, token: token,
            isNew: found == nil)
    }

    /// A seeding that was stopped has made the company and no content.
    private func isEmpty(_ tenant: Tenant) async throws -> Bool {
        try await desk.tenants.database(of: tenant).query("SELECT 1 FROM pipelines LIMIT 1").isEmpty
    }

    private func hire(_ company: DemoCompany, _ tenant: Tenant) async throws -> [Int64] {
        let rows = try await desk.tenants.database(of: tenant).query(
            "SELECT id FROM roles ORDER BY id")
        let roles = try rows.map { try $0.decode(0, as: Int64.self) }
        guard roles.count >= 3 else { throw SettingsError("The company has no roles.") }
        var members: [Int64] = []
        for person in company.people {
            let role =
                switch person.role {
                case .administrator: roles[0]
                case .headOfSales: roles[1]
                case .seller: roles[2]
                }
            members.append(
                try await desk.identity.addMember(
                    NewMember(
                        name: person.name, email: person.email, password: Self.password,
                        roleID: role, hue: person.hue), to: tenant))
        }
        return members
    }

    private func id(of email: String) async throws -> Int64? {
        try await desk.tenants.control.query(
            "SELECT id FROM control.users WHERE email = \(email.lowercased())"
        ).first?.decode(0, as: Int64.self)
    }
}
