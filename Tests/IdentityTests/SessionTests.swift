import Postgres
import Tenancy
import Testing
import Vocabulary
import Web

@testable import Identity

@Suite("A session")
struct SessionTests {
    private func isSignedIn(_ secret: String, _ world: IdentityWorld) async throws -> Bool {
        do {
            _ = try await world.identity.authenticate(cookie: secret, tenant: world.a)
            return true
        } catch is Unauthenticated {
            return false
        }
    }

    @Test("is kept as a SHA-256 and nowhere as itself")
    func atRest() async throws {
        try await withIdentity { world in
            let anna = try await world.member("anna", of: world.a)
            let secret = try await world.signIn("anna", at: world.a)
            let row = try await world.tenants.control.query(
                """
                SELECT token_hash, session::text
                FROM control.sessions AS session
                WHERE user_id = \(anna)
                """
            ).one()
            let (hash, text) = try row.decode([UInt8].self, String.self)
            #expect(hash == SecretDigest(secret).bytes)
            #expect(!text.contains(secret))
        }
    }

    @Test("ends after thirty days without use, and slides while it is used")
    func expiry() async throws {
        try await withIdentity { world in
            try await world.member("anna", of: world.a)
            let used = try await world.signIn("anna", at: world.a)
            let idle = try await world.signIn("anna", at: world.a)
            world.clock.pass(seconds: 20 * 86_400)
            #expect(try await isSignedIn(used, world))
            world.clock.pass(seconds: 20 * 86_400)
            #expect(try await isSignedIn(used, world))
            #expect(try await !isSignedIn(idle, world))
            world.clock.pass(seconds: 30 * 86_400)
            #expect(try await !isSignedIn(used, world))
        }
    }

    @Test("ends at once with signing out, and only that one")
    func signOut() async throws {
        try await withIdentity { world in
            try await world.member("anna", of: world.a)
            let first = try await world.signIn("anna", at: world.a)
            let second = try await world.signIn("anna", at: world.a)
            #expect(try await isSignedIn(first, world))
            try await world.identity.endSession(first)
            #expect(try await !isSignedIn(first, world))
            #expect(try await isSignedIn(second, world))
        }
    }

    @Test("ends everywhere when the password changes, and the old password is no good")
    func passwordChange() async throws {
        try await withIdentity { world in
            let anna = try await world.member("anna", of: world.a)
            let secrets = [
                try await world.signIn("anna", at: world.a),
                try await world.signIn("anna", at: world.a),
            ]
            for secret in secrets { #expect(try await isSignedIn(secret, world)) }
            await #expect(throws: IdentityRefusal.wrongEmailOrPassword) {
                try await world.identity.changePassword(
                    of: anna, from: "not this one", to: "a new long one", address: world.address)
            }
            await #expect(throws: FieldRefusal.self) {
                try await world.identity.changePassword(
                    of: anna, from: IdentityWorld.password, to: "short", address: world.address)
            }
            try await world.identity.resetPassword(email: world.mail("anna"), to: "a new long one")
            for secret in secrets { #expect(try await !isSignedIn(secret, world)) }
            await #expect(throws: IdentityRefusal.wrongEmailOrPassword) {
                _ = try await world.signIn("anna", at: world.a)
            }
            _ = try await world.signIn("anna", at: world.a, password: "a new long one")
            await #expect(throws: NotFound.self) {
                try await world.identity.resetPassword(
                    email: world.mail("nobody"), to: "a new long one")
            }
        }
    }

    @Test("ends when the member is switched off")
    func switchedOff() async throws {
        try await withIdentity { world in
            let anna = try await world.member("anna", of: world.a)
            let secret = try await world.signIn("anna", at: world.a)
            #expect(try await isSignedIn(secret, world))
            try await world.identity.setMember(anna, isActive: false, in: world.a)
            #expect(try await !isSignedIn(secret, world))
            await #expect(throws: NotFound.self) {
                try await world.identity.setMember(anna, isActive: false, in: world.b)
            }
        }
    }

    @Test(
        "that is no secret of ours is not even looked up",
        arguments: ["", "x", "привет", "' OR 1=1 --"])
    func odd(secret: String) async throws {
        try await withIdentity { world in
            let isSignedIn = try await isSignedIn(secret, world)
            #expect(!isSignedIn)
        }
    }

    @Test("is one of fifty at most")
    func bound() async throws {
        try await withIdentity { world in
            let anna = try await world.member("anna", of: world.a)
            for _ in 0..<52 {
                _ = try await world.identity.startSession(of: anna, in: world.a)
                world.clock.pass(seconds: 1)
            }
            let row = try await world.tenants.control.query(
                "SELECT count(*) FROM control.sessions WHERE user_id = \(anna)"
            ).one()
            #expect(try row.decode(0, as: Int.self) == Identity.sessionsPerUser_max)
        }
    }
}
