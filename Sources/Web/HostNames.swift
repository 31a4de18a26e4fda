/// Which tenant a host name names: `{slug}.{any base domain}`.
package struct HostNames: Sendable {
    package enum Meaning: Sendable, Hashable {
        case tenant(slug: String)
        /// A base domain itself, or a loopback address.
        case tenantless
        /// No name of ours.
        case unknown
    }

    /// Lower case, without port. The first one makes links.
    package let baseDomains: [String]

    package init(baseDomains: [String]) { self.baseDomains = baseDomains.map { $0.lowercased() } }

    /// - Parameter host: as in the Host header, with or without port.
    package func meaning(of host: String) -> Meaning {
        let name = Self.name(host)
        if Self.isLoopback(name) && !baseDomains.contains(where: { name.hasSuffix("." + $0) }) {
            return .tenantless
        }
        for domain in baseDomains {
            if name == domain { return .tenantless }
            if name.hasSuffix(domain), name.dropLast(domain.count).last == "." {
                let slug = name.dropLast(domain.count + 1)
                return slug.contains(".") || slug.isEmpty ? .unknown : .tenant(slug: String(slug))
            }
        }
        return .unknown
    }

    private static func isLoopback(_ name: String) -> Bool {
        name == "localhost" || name == "[::1]" || name.hasPrefix("127.") && isAddress(name)
    }

    private static func isAddress(_ name: String) -> Bool {
        name.utf8.allSatisfy { $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) }
    }

    static func name(_ host: String) -> String {
        if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
            return String(host[...end]).lowercased()
        }
        return host.prefix { $0 != ":" }.lowercased()
    }

    /// Nothing but what a host and port can have: it goes into links.
    static func isPlausible(_ host: String) -> Bool {
        !host.isEmpty && host.utf8.count <= 255
            && host.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
                case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "["),
                    UInt8(ascii: "]"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
