import Crypto
import CryptoExtras
import FoundationEssentials

/// A password as we keep it: `scrypt$N$r$p$salt$hash`, salt and hash in base64.
///
/// Deriving takes tens of milliseconds and megabytes: call it through `PasswordWork`, never on an
/// event loop.
package struct PasswordHash: Sendable, Hashable {
    package let encoded: String

    private static let salt_bytes = 16
    private static let hash_bytes = 32

    /// What is stored in `control.users.password_hash`.
    package init(encoded: String) { self.encoded = encoded }

    /// Derives with a fresh random salt.
    package static func derive(
        _ password: String, cost: ScryptCost = .production
    ) throws -> PasswordHash {
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<salt_bytes).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return try derive(password, cost: cost, salt: salt)
    }

    static func derive(_ password: String, cost: ScryptCost, salt: [UInt8]) throws -> PasswordHash {
        let hash = try key(password, cost: cost, salt: salt, byteCount: hash_bytes)
        return PasswordHash(
            encoded: "scrypt$\(cost.rounds)$\(cost.blockSize)$\(cost.parallelism)"
                + "$\(Data(salt).base64EncodedString())$\(Data(hash).base64EncodedString())")
    }

    /// Compares in constant time. false also for a stored text that is not one of ours.
    package func matches(_ password: String) throws -> Bool {
        guard let parts = Parts(encoded) else { return false }
        let candidate = try Self.key(
            password, cost: parts.cost, salt: parts.salt, byteCount: parts.hash.count)
        return isEqualInConstantTime(candidate, parts.hash)
    }

    /// Whether the hash was made with another cost and should be made anew at the next sign-in.
    package func isOutdated(for cost: ScryptCost) -> Bool { Parts(encoded)?.cost != cost }

    private static func key(
        _ password: String, cost: ScryptCost, salt: [UInt8], byteCount: Int
    ) throws -> [UInt8] {
        // The library unwraps the base address, which an empty array need not have.
        let password = password.isEmpty ? "\0" : password
        let key = try KDF.Scrypt.deriveKey(
            from: Array(password.utf8), salt: salt, outputByteCount: byteCount,
            rounds: cost.rounds, blockSize: cost.blockSize, parallelism: cost.parallelism)
        return unsafe key.withUnsafeBytes { unsafe Array($0) }
    }

    struct Parts {
        let cost: ScryptCost
        let salt: [UInt8]
        let hash: [UInt8]

        init?(_ encoded: String) {
            let parts = encoded.split(separator: "$", omittingEmptySubsequences: false)
            guard parts.count == 6, parts[0] == "scrypt", let rounds = Int(parts[1]),
                let blockSize = Int(parts[2]), let parallelism = Int(parts[3]),
                let salt = Data(base64Encoded: String(parts[4])),
                let hash = Data(base64Encoded: String(parts[5])), !salt.isEmpty,
                (16...64).contains(hash.count)
            else { return nil }
            cost = ScryptCost(rounds: rounds, blockSize: blockSize, parallelism: parallelism)
            guard cost.isSane else { return nil }
            self.salt = Array(salt)
            self.hash = Array(hash)
        }
    }
}

/// Looks at every byte whatever it finds, so that the time says nothing about where the first
/// difference is.
func isEqualInConstantTime(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard a.count == b.count else { return false }
    var difference: UInt8 = 0
    for index in a.indices { difference |= a[index] ^ b[index] }
    return difference == 0
}
