import FoundationEssentials
import Synchronization
import Vocabulary

/// Who stands behind a session cookie or a token, for as long as it may be believed without asking
/// PostgreSQL.
///
/// The key is the secret's SHA-256. What changes (revocation, sign-out, a switched-off user, a new
/// password) is pushed by NOTIFY; while this server does not hear the channel it believes an entry
/// for `unpushed_s` only.
final class AuthenticationCache: Sendable {
    static let pushed_s: Int64 = 60
    static let unpushed_s: Int64 = 3
    static let entries_max = 10_000

    struct Entry: Sendable {
        let actor: Actor
        let tenantID: Int64
        /// nil: a session.
        let tokenID: UUID?
        let scopes: [Scope]
        /// When the session or token ends by itself.
        let expiresAt: Moment
    }

    private struct Kept {
        let entry: Entry
        let since: Moment
    }

    private struct State {
        var entries: [SecretDigest: Kept] = [:]
        var isPushed = false
        /// Counts invalidations, so that what was read before one is not kept after it.
        var generation = 0
        /// Told of every invalidation.
        var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
        var nextListener = 0
    }

    private let state = Mutex(State())

    func find(_ digest: SecretDigest, at now: Moment) -> Entry? {
        state.withLock { state in
            guard let kept = state.entries[digest] else { return nil }
            let life_s = state.isPushed ? Self.pushed_s : Self.unpushed_s
            guard kept.entry.expiresAt > now, kept.since <= now,
                kept.since.adding(seconds: life_s) > now
            else {
                state.entries[digest] = nil
                return nil
            }
            return kept.entry
        }
    }

    /// Taken before the database is read, given back with `keep`.
    var generation: Int { state.withLock(\.generation) }

    func keep(_ entry: Entry, for digest: SecretDigest, at now: Moment, readIn generation: Int) {
        state.withLock { state in
            guard state.generation == generation else { return }
            // Full: start afresh rather than keep an order of use for a case that only an attack
            // makes.
            if state.entries.count >= Self.entries_max { state.entries.removeAll() }
            state.entries[digest] = Kept(entry: entry, since: now)
        }
    }

    /// - Parameter invalidation: nil forgets everything.
    func forget(_ invalidation: Invalidation?) {
        let listeners = state.withLock { state in
            state.generation += 1
            switch invalidation {
            case nil: state.entries.removeAll()
            case .session(let digest)?: state.entries[digest] = nil
            case .user(let id)?:
                state.entries = state.entries.filter { $0.value.entry.actor.userID != id }
            case .tenant(let id)?:
                state.entries = state.entries.filter { $0.value.entry.tenantID != id }
            case .token(let id)?:
                state.entries = state.entries.filter { $0.value.entry.tokenID != id }
            }
            return state.listeners.values
        }
        for listener in listeners { listener.yield() }
    }

    /// An element after something was forgotten; several at once are one.
    func doubts() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(
            bufferingPolicy: .bufferingNewest(1))
        let key = state.withLock { state in
            state.nextListener += 1
            state.listeners[state.nextListener] = continuation
            return state.nextListener
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { $0.listeners[key] = nil }
        }
        return stream
    }

    /// Whether this server hears the channel just now.
    var isPushed: Bool { state.withLock(\.isPushed) }

    /// Forgets everything: something may have been missed.
    func setPushed(_ isPushed: Bool) {
        state.withLock { $0.isPushed = isPushed }
        forget(nil)
    }
}
