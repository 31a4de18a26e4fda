import Postgres
import Tenancy
import Testing
import Vocabulary

@testable import Identity

@Suite("Guessing passwords")
struct ThrottleTests {
    private let limits = SignInThrottle.Limits(perEmail: 3, perAddress: 6, window_s: 900)

    private func guess(
        _ name: String, _ world: IdentityWorld, from address: String? = nil
    ) async -> IdentityRefusal? {
        do {
            _ = try await world.identity.signIn(
                email: world.mail(name), password: "not this one", tenant: world.a,
                address: address ?? world.address)
            return nil
        } catch let refusal as IdentityRefusal {
            return refusal
        } catch {
            Issue.record(error)
            return nil
        }
    }

    @Test("stops after three wrong ones for one e-mail, known or not, and says when to come again")
    func perEmail() async throws {
        try await withIdentity(attempts: limits) { world in
            try await world.member("anna", of: world.a)
            for name in ["anna", "nobody"] {
                let address = "other-\(name)-\(world.mark)"
                for _ in 0..<3 {
                    #expect(await guess(name, world, from: address) == .wrongEmailOrPassword)
                }
                world.clock.pass(seconds: 60)
                #expect(
                    await guess(name, world, from: address) == .tooManyAttempts(retryAfter_s: 840))
                world.clock.pass(seconds: -60)
            }
            // The right password does not help him who has used up his attempts.
            await #expect(throws: IdentityRefusal.tooManyAttempts(retryAfter_s: 900)) {
                _ = try await world.signIn("anna", at: world.a)
            }
            world.clock.pass(seconds: 900)
            _ = try await world.signIn("anna", at: world.a)
        }
    }

    @Test("stops after six wrong ones from one address, whatever the e-mails")
    func perAddress() async throws {
        try await withIdentity(attempts: limits) { world in
            for index in 0..<6 {
                #expect(await guess("user\(index)", world) == .wrongEmailOrPassword)
            }
            #expect(await guess("user6", world) == .tooManyAttempts(retryAfter_s: 900))
            let other = await guess("user7", world, from: "elsewhere-\(world.mark)")
            #expect(other == .wrongEmailOrPassword)
        }
    }

    @Test("starts afresh after the right one")
    func success() async throws {
        try await withIdentity(attempts: limits) { world in
            try await world.member("anna", of: world.a)
            for _ in 0..<10 {
                #expect(await guess("anna", world) == .wrongEmailOrPassword)
                _ = try await world.signIn("anna", at: world.a)
                world.clock.pass(seconds: 200)
            }
        }
    }

    @Test("many at the same moment counts each of them")
    func together() async throws {
        try await withIdentity(attempts: limits) { world in
            let refusals = await withTaskGroup(of: IdentityRefusal?.self) { group in
                for index in 0..<20 {
                    group.addTask { await guess("anna", world, from: "a\(index)-\(world.mark)") }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(refusals.count { $0 == .wrongEmailOrPassword } == 3)
            #expect(refusals.count { $0 == .tooManyAttempts(retryAfter_s: 900) } == 17)
        }
    }

    @Test("leaves nothing behind once its window is over")
    func sweep() async throws {
        // The control tables are everybody's: a sweep years before the other tests' clocks finds
        // only the rows of this test to be over.
        let longAgo = HandClock(at: Moment(seconds: 1_000_000_000))
        try await withIdentity(attempts: limits, clock: longAgo) { world in
            #expect(await guess("anna", world) == .wrongEmailOrPassword)
            world.clock.pass(seconds: 900)
            try await world.identity.sweep()
            let rows = try await world.tenants.control.query(
                "SELECT 1 FROM control.sign_in_attempts WHERE key LIKE \("%" + world.mark + "%")")
            #expect(rows.isEmpty)
        }
    }
}
