import FoundationEssentials
import Testing
import Vocabulary

@testable import Identity

@Suite("A signed token")
struct TokenSignerTests {
    private let now = Moment(seconds: 1_790_000_000)
    private let secret = [UInt8](repeating: 7, count: 32)

    private func claims(exp: Int64 = 1_790_000_100, nbf: Int64 = 1_790_000_000) -> TokenClaims {
        TokenClaims(
            aud: "voronka", jti: UUID(), iat: 1_790_000_000, nbf: nbf, exp: exp, sub: "1001",
            accountID: 1000, baseDomain: "localhost", apiDomain: "salon.localhost", scopes: ["crm"],
            version: 2)
    }

    private func json(_ part: Substring) throws -> [String: String] {
        var text = part.replacing("-", with: "+").replacing("_", with: "/")
        while text.count % 4 != 0 { text += "=" }
        let data = try #require(Data(base64Encoded: String(text)))
        let words = String(decoding: data, as: UTF8.self).dropFirst().dropLast().split(
            separator: ",")
        return Dictionary(
            words.map { word in
                let sides = word.split(separator: ":", maxSplits: 1)
                return (sides[0].filter { $0 != "\"" }, String(sides[1]))
            }, uniquingKeysWith: { first, _ in first })
    }

    @Test("has a kid, HS256, and the claims that amoCRM's clients read, numbers as integers")
    func shape() async throws {
        let signer = try await TokenSigner(secret: secret)
        let parts = try await signer.sign(claims()).split(separator: ".")
        #expect(parts.count == 3)
        let header = try json(parts[0])
        #expect(header["alg"] == "\"HS256\"")
        #expect(header["kid"] == "\"\(signer.kid)\"")
        let payload = try json(parts[1])
        #expect(payload["exp"] == "1790000100")
        #expect(payload["account_id"] == "1000")
        #expect(payload["sub"] == "\"1001\"")
        #expect(payload["api_domain"] == "\"salon.localhost\"")
        for key in ["aud", "jti", "iat", "nbf", "base_domain", "scopes", "version"] {
            #expect(payload[key] != nil, "\(key)")
        }
    }

    @Test("is believed until it expires, and not before it begins")
    func times() async throws {
        let signer = try await TokenSigner(secret: secret)
        let token = try await signer.sign(claims())
        #expect(await signer.verify(token, at: now)?.userID == 1001)
        #expect(await signer.verify(token, at: now.adding(seconds: 99)) != nil)
        #expect(await signer.verify(token, at: now.adding(seconds: 100)) == nil)
        #expect(await signer.verify(token, at: now.adding(seconds: -60)) == nil)
    }

    @Test("of another instance, changed, unsigned or no token at all is not believed")
    func forged() async throws {
        let signer = try await TokenSigner(secret: secret)
        let stranger = try await TokenSigner(secret: [UInt8](repeating: 8, count: 32))
        let foreign = try await stranger.sign(claims())
        #expect(await signer.verify(foreign, at: now) == nil)
        let token = try await signer.sign(claims())
        let other = try await signer.sign(claims(exp: 1_999_999_999))
        let parts = token.split(separator: ".")
        let others = other.split(separator: ".")
        #expect(await signer.verify("\(parts[0]).\(others[1]).\(parts[2])", at: now) == nil)
        let none = Data(#"{"alg":"none","typ":"JWT"}"#.utf8).base64EncodedString()
            .replacing("=", with: "")
        #expect(await signer.verify("\(none).\(parts[1]).", at: now) == nil)
        #expect(await signer.verify("\(parts[0]).\(parts[1]).", at: now) == nil)
        for odd in ["", ".", "..", "a.b.c", "привет", String(repeating: "x", count: 100_000)] {
            #expect(await signer.verify(odd, at: now) == nil)
        }
    }

    @Test("needs a secret of 32 bytes")
    func shortSecret() async throws {
        await #expect(throws: TokenSigner.SecretTooShort.self) {
            _ = try await TokenSigner(secret: [UInt8](repeating: 1, count: 31))
        }
    }
}
