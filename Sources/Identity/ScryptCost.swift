/// What one guess costs an attacker, and one sign-in costs us.
package struct ScryptCost: Sendable, Hashable {
    /// CPU and memory: a power of two. One derivation holds 128 · N · r bytes.
    package let rounds: Int
    package let blockSize: Int
    package let parallelism: Int

    package init(rounds: Int, blockSize: Int, parallelism: Int) {
        self.rounds = rounds
        self.blockSize = blockSize
        self.parallelism = parallelism
    }

    /// 16 MiB and five passes: the server stays small while it is as dear as N = 2^17, p = 1.
    /// Source: OWASP Password Storage Cheat Sheet, equivalent settings of scrypt.
    package static let production = ScryptCost(rounds: 1 << 14, blockSize: 8, parallelism: 5)
    /// For tests alone: the same code, no waiting.
    package static let testing = ScryptCost(rounds: 1 << 4, blockSize: 8, parallelism: 1)

    /// The most that a stored hash may ask of us (64 MiB): a damaged row must not take the server
    /// down.
    package static let memory_bytes_max = 64 << 20

    package var memory_bytes: Int { 128 * rounds * blockSize }

    /// Whether scrypt can take these at all, and we can afford it.
    var isSane: Bool {
        guard rounds > 1, rounds <= 1 << 20, rounds & (rounds - 1) == 0 else { return false }
        guard (1...64).contains(blockSize), (1...64).contains(parallelism) else { return false }
        return memory_bytes <= Self.memory_bytes_max
    }
}
