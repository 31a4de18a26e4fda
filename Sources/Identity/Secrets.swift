import Crypto

/// The SHA-256 of a secret: what we store and look up instead of the secret.
struct SecretDigest: Sendable, Hashable {
    let bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }

    init(_ secret: some StringProtocol) { bytes = Array(SHA256.hash(data: Array(secret.utf8))) }
}

/// 256 random bits for a cookie or a code, as 43 characters that need no quoting anywhere.
enum OpaqueSecret {
    static let bits = 256
    static let length = 43

    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<(bits / 8)).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return base64URL(bytes)
    }

    /// Anything else is not looked up at all.
    static func isWellFormed(_ text: some StringProtocol) -> Bool {
        text.utf8.count == length
            && text.utf8.allSatisfy {
                (97...122).contains($0) || (65...90).contains($0) || (48...57).contains($0)
                    || $0 == 45 || $0 == 95
            }
    }

    /// RFC 4648, 5, without padding.
    private static func base64URL(_ bytes: [UInt8]) -> String {
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var result: [UInt8] = []
        var buffer: UInt32 = 0
        var bits = 0
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                result.append(alphabet[Int(buffer >> UInt32(bits)) & 63])
            }
        }
        if bits > 0 { result.append(alphabet[Int(buffer << UInt32(6 - bits)) & 63]) }
        return String(decoding: result, as: UTF8.self)
    }
}
