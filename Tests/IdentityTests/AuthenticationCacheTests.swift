import FoundationEssentials
import Testing
import Vocabulary

@testable import Identity

@Suite("What was verified is remembered")
struct AuthenticationCacheTests {
    private let now = Moment(seconds: 1_790_000_000)
    private let digest = SecretDigest("a")

    private func entry(
        user: Int64 = 7, tenant: Int64 = 1000, token: UUID? = nil
    ) -> AuthenticationCache.Entry {
        AuthenticationCache.Entry(
            actor: Actor(
                userID: user, name: "", language: .ru, isAdministrator: false, rights: .seller,
                groupMemberIDs: [user]),
            tenantID: tenant, tokenID: token, scopes: [], expiresAt: now.adding(seconds: 40))
    }

    private func filled() -> AuthenticationCache {
        let cache = AuthenticationCache()
        cache.setPushed(true)
        cache.keep(entry(), for: digest, at: now, readIn: cache.generation)
        return cache
    }

    @Test("for three seconds when nobody tells this server what was revoked")
    func unpushed() {
        let cache = filled()
        cache.setPushed(false)
        #expect(cache.find(digest, at: now) == nil)
        cache.keep(entry(), for: digest, at: now, readIn: cache.generation)
        #expect(cache.find(digest, at: now.adding(seconds: 2)) != nil)
        #expect(cache.find(digest, at: now.adding(seconds: 3)) == nil)
    }

    @Test("no longer than the session itself lives")
    func expiry() {
        let cache = filled()
        #expect(cache.find(digest, at: now.adding(seconds: 39)) != nil)
        #expect(cache.find(digest, at: now.adding(seconds: 40)) == nil)
    }

    @Test("until the user, the company, the token or the session is to be forgotten")
    func forgetting() {
        let token = UUID()
        for (invalidation, isForgotten) in [
            (Invalidation.user(7), true), (.user(8), false), (.tenant(1000), true),
            (.tenant(1001), false), (.session(digest), true), (.session(SecretDigest("b")), false),
            (.token(token), true), (.token(UUID()), false),
        ] {
            let cache = AuthenticationCache()
            cache.keep(entry(token: token), for: digest, at: now, readIn: cache.generation)
            cache.forget(invalidation)
            #expect((cache.find(digest, at: now) == nil) == isForgotten, "\(invalidation)")
        }
    }

    @Test("unless something was revoked while it was read")
    func race() {
        let cache = AuthenticationCache()
        let generation = cache.generation
        cache.forget(.user(99))
        cache.keep(entry(), for: digest, at: now, readIn: generation)
        #expect(cache.find(digest, at: now) == nil)
    }

    @Test("in a bounded number")
    func bound() {
        let cache = AuthenticationCache()
        for index in 0...AuthenticationCache.entries_max {
            cache.keep(entry(), for: SecretDigest("\(index)"), at: now, readIn: cache.generation)
        }
        #expect(cache.find(SecretDigest("0"), at: now) == nil)
        #expect(cache.find(SecretDigest("\(AuthenticationCache.entries_max)"), at: now) != nil)
    }
}
