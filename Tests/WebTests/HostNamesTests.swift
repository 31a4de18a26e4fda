import Synchronization
import Testing
import Vocabulary
import Web

@Suite("host names and limits")
struct HostNamesTests {
    private let hosts = HostNames(baseDomains: ["voronka.example", "localhost"])

    @Test("name a tenant below any base domain")
    func tenants() {
        #expect(hosts.meaning(of: "salon.voronka.example") == .tenant(slug: "salon"))
        #expect(hosts.meaning(of: "Salon.Localhost:8080") == .tenant(slug: "salon"))
    }

    @Test(
        "the base domain and loopback addresses are tenant-less",
        arguments: [
            "voronka.example", "localhost:8080", "127.0.0.1:8080", "127.1.2.3", "[::1]:8080",
        ])
    func tenantless(_ host: String) {
        #expect(hosts.meaning(of: host) == .tenantless)
    }

    @Test(
        "other names are not ours",
        arguments: [
            "evil.example", "voronka.example.evil.example", "a.b.voronka.example",
            "127.evil.example",
            "xvoronka.example", ".voronka.example",
        ])
    func unknown(_ host: String) {
        #expect(hosts.meaning(of: host) == .unknown)
    }

    @Test("a token has its bucket, which fills again with time")
    func rates() throws {
        let clock = Clock()
        let limits = RateLimits(
            api: .init(perSecond: 2), time: TimeSource { clock.now.withLock { $0 } })
        try limits.take("a", .bearer)
        try limits.take("a", .bearer)
        #expect(throws: Problem.self) { try limits.take("a", .bearer) }
        try limits.take("b", .bearer)
        clock.now.withLock { $0 = $0.adding(seconds: 1) }
        try limits.take("a", .bearer)
    }

    @Test("the language is the first of ours that the browser prefers")
    func languages() {
        #expect(Language.accepted("en-US,en;q=0.9,ru;q=0.8") == .en)
        #expect(Language.accepted("de, ru;q=0.5, en;q=0.4") == .ru)
        #expect(Language.accepted("de") == nil)
        #expect(Language.accepted(nil) == nil)
    }
}

private final class Clock: Sendable {
    let now = Mutex(Moment(seconds: 1_000))
}
