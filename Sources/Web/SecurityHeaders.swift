import HTTPTypes

/// Sent with every answer. The policy is strict: own scripts and styles only, no inline anything,
/// Trusted Types.
enum SecurityHeaders {
    static let contentSecurityPolicy = """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
        font-src 'self'; connect-src 'self'; frame-src 'self'; worker-src 'self'; \
        base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
        require-trusted-types-for 'script'; trusted-types voronka
        """

    private static let referrerPolicy = Edge.field("Referrer-Policy")
    private static let openerPolicy = Edge.field("Cross-Origin-Opener-Policy")
    private static let resourcePolicy = Edge.field("Cross-Origin-Resource-Policy")

    static func add(to headers: inout HTTPFields, isPage: Bool) {
        headers[.xContentTypeOptions] = "nosniff"
        guard isPage else { return }
        headers[.contentSecurityPolicy] = contentSecurityPolicy
        headers[referrerPolicy] = "same-origin"
        headers[openerPolicy] = "same-origin"
        headers[resourcePolicy] = "same-origin"
    }
}
