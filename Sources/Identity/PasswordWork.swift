import Dispatch
import Synchronization

/// Where passwords are hashed: off the event loops, a few at a time, with a bounded queue.
///
/// Each derivation holds megabytes, so what is not bounded here is a way to take the server's
/// memory from outside.
package final class PasswordWork: Sendable {
    /// Derivations at the same moment; memory is this times `ScryptCost.memory_bytes`.
    package static let atOnce = 2
    /// Derivations waiting or running; the next caller is asked to come again.
    package static let queue_max = 64

    package let cost: ScryptCost
    /// Verified against when nobody has the e-mail, so that the answer takes as long.
    private let dummy: PasswordHash
    private let lanes: [DispatchQueue]
    private let state = Mutex(State())

    private struct State {
        var pending = 0
        var next = 0
    }

    package init(cost: ScryptCost = .production) throws {
        self.cost = cost
        dummy = try PasswordHash.derive("nobody's password", cost: cost)
        lanes = (0..<Self.atOnce).map { DispatchQueue(label: "voronka.password.\($0)") }
    }

    package func hash(_ password: String) async throws -> PasswordHash {
        try await perform { [cost] in try PasswordHash.derive(password, cost: cost) }
    }

    /// - Parameter hash: nil when there is no such user: the same work is done, and the answer is
    ///   false.
    package func verify(_ password: String, against hash: PasswordHash?) async throws -> Bool {
        let compared = hash ?? dummy
        let isMatch = try await perform { try compared.matches(password) }
        return isMatch && hash != nil
    }

    private func perform<Result: Sendable>(
        _ work: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        let lane = try state.withLock { state throws -> DispatchQueue in
            guard state.pending < Self.queue_max else { throw IdentityRefusal.busy }
            state.pending += 1
            state.next = (state.next + 1) % Self.atOnce
            return lanes[state.next]
        }
        return try await withCheckedThrowingContinuation { continuation in
            lane.async { [self] in
                let result = Swift.Result(catching: work)
                state.withLock { $0.pending -= 1 }
                continuation.resume(with: result)
            }
        }
    }
}
