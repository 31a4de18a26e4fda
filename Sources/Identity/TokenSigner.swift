import Crypto
import FoundationEssentials
import JWTKit
package import Vocabulary

/// Signs and checks API tokens: JWT, HS256, with `kid`.
package struct TokenSigner: Sendable {
    /// Source: RFC 7518, 3.2: a key of the size of the hash output or larger.
    package static let secret_bytes_min = 32
    /// Clocks of two servers may differ by this much.
    static let leeway_s: Int64 = 5
    /// A longer bearer is not one of ours and is not parsed.
    static let token_length_max = 4096

    package let kid: String
    private let keys: JWTKeyCollection

    package struct SecretTooShort: Error, CustomStringConvertible {
        package var description: String {
            "the secret must have at least \(TokenSigner.secret_bytes_min) bytes"
        }
    }

    /// - Parameter secret: the content of the secret file. The signing key is derived from it, so
    ///   that the secret's other uses (logins, encryption) and this one say nothing about one
    ///   another.
    package init(secret: [UInt8]) async throws {
        guard secret.count >= Self.secret_bytes_min else { throw SecretTooShort() }
        let key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: secret), info: Array("voronka api tokens v1".utf8),
            outputByteCount: 32)
        let name = SHA256.hash(data: unsafe key.withUnsafeBytes { unsafe Array($0) })
        kid = name.prefix(4).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
            .joined()
        keys = JWTKeyCollection()
        await keys.add(
            hmac: HMACKey(key: key), digestAlgorithm: .sha256, kid: JWKIdentifier(string: kid))
    }

    package func sign(_ claims: TokenClaims) async throws -> String {
        try await keys.sign(claims, kid: JWKIdentifier(string: kid))
    }

    /// nil: not signed by us, damaged, not valid yet, or expired. Whether it was revoked the
    /// database knows.
    package func verify(_ token: String, at now: Moment) async -> TokenClaims? {
        guard token.utf8.count <= Self.token_length_max else { return nil }
        guard let claims = await signed(token) else { return nil }
        guard claims.exp > now.seconds, claims.nbf <= now.seconds + Self.leeway_s else {
            return nil
        }
        return claims
    }

    private func signed(_ token: String) async -> TokenClaims? {
        do {
            return try await keys.verify(token, as: TokenClaims.self)
        } catch {
            // Whatever is wrong with it, the answer is the same 401: details would only help a
            // forger.
            return nil
        }
    }
}
