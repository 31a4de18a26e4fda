package import FoundationEssentials
package import JWTKit

/// What an API token says. The claims that clients written for amoCRM decode are all there; `exp`
/// is an integer. Source: amocrm-api, 3.3.
package struct TokenClaims: JWTPayload, Hashable {
    /// The integration's client id; our own long-lived tokens have `voronka`.
    package var aud: String
    /// The row in control.api_tokens.
    package var jti: UUID
    package var iat: Int64
    package var nbf: Int64
    package var exp: Int64
    /// The user's id, as a string.
    package var sub: String
    package var accountID: Int64
    package var baseDomain: String
    package var apiDomain: String
    package var scopes: [String]
    package var version: Int

    package static let currentVersion = 2

    package enum CodingKeys: String, CodingKey {
        case aud, jti, iat, nbf, exp, sub, scopes, version
        case accountID = "account_id"
        case baseDomain = "base_domain"
        case apiDomain = "api_domain"
    }

    package var userID: Int64? { Int64(sub) }

    /// The time is checked by TokenSigner, against the injected clock.
    package func verify(using algorithm: some JWTAlgorithm) async throws {}
}
