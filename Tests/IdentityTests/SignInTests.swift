import Postgres
import Tenancy
import Testing
import Vocabulary
import Web

@testable import Identity

@Suite("Signing in")
struct SignInTests {
    @Test("gives a cookie that is the member, on his company's host alone")
    func success() async throws {
        try await withIdentity { world in
            let anna = try await world.member("anna", of: world.a, as: .administrator)
            try await world.member("boris", of: world.b)
            let secret = try await world.signIn("anna", at: world.a)
            let found = try await world.identity.authenticate(cookie: secret, tenant: world.a)
            #expect(found.actor.userID == anna)
            #expect(found.actor.isAdministrator)
            #expect(found.scopes == nil)
            #expect(!found.key.contains(secret))
            await #expect(throws: Unauthenticated.self) {
                _ = try await world.identity.authenticate(cookie: secret, tenant: world.b)
            }
            // And what the cache has learnt changes nothing about that.
            _ = try await world.identity.authenticate(cookie: secret, tenant: world.a)
            await #expect(throws: Unauthenticated.self) {
                _ = try await world.identity.authenticate(cookie: secret, tenant: world.b)
            }
        }
    }

    @Test(
        "answers a wrong password, an unknown e-mail, a neighbour's and a former member alike"
    )
    func sameAnswer() async throws {
        try await withIdentity { world in
            try await world.member("anna", of: world.a)
            try await world.member("boris", of: world.b)
            let gone = try await world.member("gone", of: world.a)
            try await world.identity.setMember(gone, isActive: false, in: world.a)
            for (name, password) in [
                ("anna", "wrong password"), ("nobody", IdentityWorld.password),
                ("boris", IdentityWorld.password), ("gone", IdentityWorld.password),
                ("anna", String(repeating: "x", count: 100_000)), ("anna", "nul\0nul\0nul"),
            ] {
                await #expect(throws: IdentityRefusal.wrongEmailOrPassword) {
                    _ = try await world.signIn(name, at: world.a, password: password)
                }
            }
            await #expect(throws: IdentityRefusal.wrongEmailOrPassword) {
                _ = try await world.identity.signIn(
                    email: world.mail("gone"), password: IdentityWorld.password, tenant: nil,
                    address: world.address)
            }
        }
    }

    @Test("takes the e-mail in any case and with spaces around it")
    func spelling() async throws {
        try await withIdentity { world in
            try await world.member("anna", of: world.a)
            _ = try await world.identity.signIn(
                email: "  " + world.mail("anna").uppercased() + " ",
                password: IdentityWorld.password, tenant: world.a, address: nil)
        }
    }

    @Test("on the tenant-less host gives a code that the company's host takes once")
    func handOver() async throws {
        try await withIdentity { world in
            let anna = try await world.member("anna", of: world.a)
            let outcome = try await world.identity.signIn(
                email: world.mail("anna"), password: IdentityWorld.password, tenant: nil,
                address: world.address)
            guard case .choose(let workspaces) = outcome else {
                Issue.record("not a choice: \(outcome)")
                return
            }
            #expect(workspaces.map(\.tenant.id) == [world.a.id])
            let code = try #require(workspaces.first?.code)
            await #expect(throws: Unauthenticated.self) {
                _ = try await world.identity.authenticate(cookie: code, tenant: world.a)
            }
            #expect(try await world.identity.takeHandOver(code, at: world.b) == nil)
            let secret = try #require(try await world.neighbour.takeHandOver(code, at: world.a))
            let found = try await world.identity.authenticate(cookie: secret, tenant: world.a)
            #expect(found.actor.userID == anna)
            #expect(try await world.identity.takeHandOver(code, at: world.a) == nil)
        }
    }

    @Test("on the tenant-less host offers every company of the user, and codes last two minutes")
    func choice() async throws {
        try await withIdentity { world in
            let anna = try await world.member("anna", of: world.a)
            #expect(try await world.member("anna", of: world.b) == anna)
            let outcome = try await world.identity.signIn(
                email: world.mail("anna"), password: IdentityWorld.password, tenant: nil,
                address: world.address)
            guard case .choose(let workspaces) = outcome else { return }
            #expect(Set(workspaces.map(\.tenant.id)) == [world.a.id, world.b.id])
            world.clock.pass(seconds: Identity.handOver_s)
            for workspace in workspaces {
                #expect(
                    try await world.identity.takeHandOver(workspace.code, at: workspace.tenant)
                        == nil)
            }
        }
    }

    @Test("leads to the company's host with the scheme and port of the request")
    func homes() async throws {
        try await withIdentity { world in
            let slug = world.a.slug
            for (from, to) in [
                ("http://localhost:8080", "http://\(slug).localhost:8080"),
                ("http://127.0.0.1:8080", "http://\(slug).localhost:8080"),
                ("http://[::1]:8080", "http://\(slug).localhost:8080"),
                ("https://LOCALHOST", "https://\(slug).localhost"),
                ("https://evil.example", "https://\(slug).localhost"),
            ] {
                #expect(world.identity.home(of: world.a, from: from) == to)
            }
            #expect(!Identity.cookie("x", "http://localhost").contains("Secure"))
            let cookie = Identity.cookie("x", "https://localhost")
            for part in ["voronka_session=x", "HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
                #expect(cookie.contains(part))
            }
            #expect(!cookie.contains("Domain"))
        }
    }

    @Test("makes the hash anew when its cost has been raised")
    func rehash() async throws {
        try await withIdentity { world in
            let anna = try await world.member("anna", of: world.a)
            let old = try PasswordHash.derive(
                IdentityWorld.password, cost: ScryptCost(rounds: 2, blockSize: 8, parallelism: 1))
            _ = try await world.tenants.control.query(
                "UPDATE control.users SET password_hash = \(old.encoded) WHERE id = \(anna)")
            _ = try await world.signIn("anna", at: world.a)
            let user = try await world.identity.user(id: anna)
            #expect(user?.passwordHash.isOutdated(for: .testing) == false)
            _ = try await world.signIn("anna", at: world.a)
        }
    }
}
