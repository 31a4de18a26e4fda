import FoundationEssentials
import Postgres
import Tenancy
import Testing
import Vocabulary
import VoronkaTesting
import Web

@testable import Identity

@Suite("Signing up a company")
struct SignUpTests {
    private func form(
        _ world: IdentityWorld, slug: String, name: String = "anna",
        password: String = IdentityWorld.password
    ) throws -> NewCompany {
        try NewCompany(
            company: "Аврора", slug: slug, name: "Анна Ким", email: world.mail(name),
            password: password, language: .ru)
    }

    /// Gives the second company of the world as if it had just been made.
    private func withSignUp(
        fails failure: PostgresError? = nil,
        _ body: @Sendable @escaping (IdentityWorld) async throws -> Void
    ) async throws {
        let provisioning = try await TestDatabase.shared().provisioning
        let made = Made()
        try await withIdentity(provision: { new in
            if let failure { throw failure }
            let tenant = try await provisioning.create(slug: new.slug)
            await made.add(tenant)
            return tenant
        }) { try await body($0) }
        for tenant in await made.tenants { try await provisioning.delete(tenant) }
    }

    private actor Made {
        private(set) var tenants: [Tenant] = []
        func add(_ tenant: Tenant) { tenants.append(tenant) }
    }

    @Test("makes its administrator, and the code leads him in")
    func success() async throws {
        try await withSignUp { world in
            let slug = "new-\(world.mark)"
            let workspace = try await world.identity.signUp(
                try form(world, slug: slug), address: world.address)
            #expect(workspace.tenant.slug == slug)
            let secret = try #require(
                try await world.identity.takeHandOver(workspace.code, at: workspace.tenant))
            let found = try await world.identity.authenticate(
                cookie: secret, tenant: workspace.tenant)
            #expect(found.actor.isAdministrator)
            #expect(found.actor.name == "Анна Ким")
            let roles = try await world.database(workspace.tenant).query(
                "SELECT name FROM roles ORDER BY id")
            #expect(
                try roles.map { try $0.decode(0, as: String.self) } == [
                    "Администратор", "Руководитель продаж", "Менеджер",
                ])
            await #expect(throws: Unauthenticated.self) {
                _ = try await world.identity.authenticate(cookie: secret, tenant: world.a)
            }
        }
    }

    @Test("with an address that is taken names the field, and leaves no user behind")
    func takenSlug() async throws {
        try await withSignUp { world in
            let new = try form(world, slug: world.a.slug)
            await #expect(throws: Slug.taken()) {
                _ = try await world.identity.signUp(new, address: world.address)
            }
            #expect(try await world.identity.user(email: new.email) == nil)
        }
    }

    @Test("that fails half way leaves no user behind")
    func failure() async throws {
        try await withSignUp(fails: PostgresError(.queryFailed, "taken", sqlState: "23505")) {
            world in
            let new = try form(world, slug: "new-\(world.mark)")
            await #expect(throws: Slug.taken()) {
                _ = try await world.identity.signUp(new, address: world.address)
            }
            #expect(try await world.identity.user(email: new.email) == nil)
        }
    }

    @Test("by someone who has a password here needs that password")
    func known() async throws {
        try await withSignUp { world in
            let anna = try await world.member("anna", of: world.a)
            let slug = "new-\(world.mark)"
            let wrong = try form(world, slug: slug, password: "not the right one")
            await #expect(throws: IdentityRefusal.wrongEmailOrPassword) {
                _ = try await world.identity.signUp(wrong, address: world.address)
            }
            let workspace = try await world.identity.signUp(
                try form(world, slug: slug), address: world.address)
            #expect(
                try await world.identity.workspaces(of: anna).map(\.id).contains(
                    workspace.tenant.id))
            #expect(try await world.identity.user(id: anna)?.name == "anna")
        }
    }

    @Test("is throttled, and can be closed")
    func bounds() async throws {
        try await withIdentity { world in
            let new = try form(world, slug: "new-\(world.mark)")
            await #expect(throws: IdentityRefusal.signUpIsClosed) {
                _ = try await world.identity.signUp(new, address: world.address)
            }
        }
        let never: Identity.Provision = { _ in throw NotFound() }
        let limits = SignInThrottle.Limits(perEmail: 9, perAddress: 2, window_s: 60)
        try await withIdentity(attempts: limits, provision: never) { world in
            for index in 0..<3 {
                let new = try form(world, slug: "new-\(world.mark)", name: "anna\(index)")
                let error = await #expect(throws: (any Error).self) {
                    _ = try await world.identity.signUp(new, address: world.address)
                }
                #expect((error is NotFound) == (index < 2))
            }
        }
    }

    @Test("of members checks the role, the group and the password")
    func members() async throws {
        try await withIdentity { world in
            let neighbours = try await world.database(world.b).transaction {
                try await Identity.seedRoles(.en, in: $0)
            }
            func refusal(
                role: Int64, group: Int64? = nil, password: String? = "long enough 1"
            ) async -> String? {
                do {
                    _ = try await world.identity.addMember(
                        NewMember(
                            name: "Илья", email: world.mail("ilya"), password: password,
                            roleID: role, groupID: group), to: world.a)
                    return nil
                } catch { return (error as? FieldRefusal)?.path }
            }
            #expect(await refusal(role: neighbours.seller + 1_000) == "role_id")
            let own = try await world.database(world.a).transaction {
                try await Identity.seedRoles(.en, in: $0)
            }
            #expect(await refusal(role: own.seller, group: 77) == "group_id")
            #expect(await refusal(role: own.seller, password: "short") == "password")
            #expect(await refusal(role: own.seller, password: nil) == "password")
            #expect(await refusal(role: own.seller) == nil)
            // Again, with another role: he is there already.
            #expect(await refusal(role: own.headOfSales, password: nil) == nil)
            #expect(try await world.database(world.b).query("SELECT 1 FROM members").isEmpty)
        }
    }
}
