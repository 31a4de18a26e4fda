import FoundationEssentials
import Tenancy
import Testing
import Vocabulary
import Web

@testable import Identity

@Suite("An API token")
struct TokenTests {
    @Test("is its user in its company, on that host and on the tenant-less one")
    func works() async throws {
        try await withIdentity { world in
            let anna = try await world.member("anna", of: world.a, as: .administrator)
            let token = try await world.identity.issueToken(for: anna, in: world.a, name: "curl")
            for host in [world.a, nil] {
                let found = try await world.identity.authenticate(bearer: token, tenant: host)
                #expect(found.actor.userID == anna)
                #expect(found.tenant.id == world.a.id)
                #expect(found.scopes == ["crm"])
            }
        }
    }

    @Test("is refused on a neighbour's host, before and after it was cached")
    func foreign() async throws {
        try await withIdentity { world in
            let anna = try await world.member("anna", of: world.a)
            let token = try await world.identity.issueToken(for: anna, in: world.a, name: "curl")
            for _ in 0..<2 {
                await #expect(throws: Unauthenticated.self) {
                    _ = try await world.identity.authenticate(bearer: token, tenant: world.b)
                }
                _ = try await world.identity.authenticate(bearer: token, tenant: world.a)
            }
        }
    }

    @Test("ends on its day")
    func expiry() async throws {
        try await withIdentity { world in
            let anna = try await world.member("anna", of: world.a)
            let token = try await world.identity.issueToken(
                for: anna, in: world.a, name: "curl", days: 1)
            world.clock.pass(seconds: 86_399)
            _ = try await world.identity.authenticate(bearer: token, tenant: world.a)
            world.clock.pass(seconds: 1)
            await #expect(throws: Unauthenticated.self) {
                _ = try await world.identity.authenticate(bearer: token, tenant: world.a)
            }
        }
    }

    @Test(
        "that is revoked ends at once here, and within three seconds on a server that hears nothing"
    )
    func revocation() async throws {
        try await withIdentity { world in
            let anna = try await world.member("anna", of: world.a)
            let token = try await world.identity.issueToken(for: anna, in: world.a, name: "curl")
            let id = try #require(try await world.identity.tokens(in: world.a).first?.id)
            for server in [world.identity, world.neighbour] {
                _ = try await server.authenticate(bearer: token, tenant: world.a)
            }
            await #expect(throws: NotFound.self) {
                try await world.identity.revokeToken(id, in: world.b)
            }
            _ = try await world.identity.authenticate(bearer: token, tenant: world.a)
            try await world.identity.revokeToken(id, in: world.a)
            await #expect(throws: Unauthenticated.self) {
                _ = try await world.identity.authenticate(bearer: token, tenant: world.a)
            }
            world.clock.pass(seconds: AuthenticationCache.unpushed_s)
            await #expect(throws: Unauthenticated.self) {
                _ = try await world.neighbour.authenticate(bearer: token, tenant: world.a)
            }
            #expect(try await world.identity.tokens(in: world.a).first?.revokedAt != nil)
        }
    }

    @Test("for reading has no right to write")
    func scopes() async throws {
        try await withIdentity { world in
            let anna = try await world.member("anna", of: world.a, as: .administrator)
            let token = try await world.identity.issueToken(
                for: anna, in: world.a, name: "report", scopes: [.crmRead])
            let found = try await world.identity.authenticate(bearer: token, tenant: world.a)
            #expect(found.scopes == ["crm:read"])
            #expect(!found.actor.isAdministrator)
            #expect(found.actor.owners(.view, .deal) == .everyone)
            #expect(found.actor.owners(.edit, .deal) == .these([]))
            #expect(throws: FieldRefusal.self) { try Scope.parse(["crm", "moon"]) }
            #expect(throws: FieldRefusal.self) { try Scope.parse([]) }
        }
    }

    @Test("ends with its user's membership")
    func membership() async throws {
        try await withIdentity { world in
            let anna = try await world.member("anna", of: world.a)
            let token = try await world.identity.issueToken(for: anna, in: world.a, name: "curl")
            _ = try await world.identity.authenticate(bearer: token, tenant: nil)
            try await world.identity.setMember(anna, isActive: false, in: world.a)
            await #expect(throws: Unauthenticated.self) {
                _ = try await world.identity.authenticate(bearer: token, tenant: nil)
            }
        }
    }

    @Test("is for members, one day to five years, and has a name")
    func bounds() async throws {
        try await withIdentity { world in
            let boris = try await world.member("boris", of: world.b)
            await #expect(throws: FieldRefusal.self) {
                _ = try await world.identity.issueToken(for: boris, in: world.a, name: "curl")
            }
            for (name, days) in [("", 1), ("curl", 0), ("curl", 1827)] {
                await #expect(throws: FieldRefusal.self) {
                    _ = try await world.identity.issueToken(
                        for: boris, in: world.b, name: name, days: days)
                }
            }
            #expect(try await world.identity.tokens(in: world.a).isEmpty)
        }
    }

    @Test("that nobody signed, or that is a cookie, is refused")
    func odd() async throws {
        try await withIdentity { world in
            try await world.member("anna", of: world.a)
            let cookie = try await world.signIn("anna", at: world.a)
            _ = try await world.identity.authenticate(cookie: cookie, tenant: world.a)
            for bearer in ["", "x.y.z", cookie] {
                await #expect(throws: Unauthenticated.self) {
                    _ = try await world.identity.authenticate(bearer: bearer, tenant: world.a)
                }
            }
        }
    }
}
