import Foundation
import Identity
import Synchronization
import Tenancy
import Testing
import Vocabulary
import VoronkaTesting
import Web

@testable import App
@testable import Identity

@Suite("Credentials that do not count, over HTTP", .timeLimit(.minutes(2)))
struct CredentialTests {
    private static let now = Moment(seconds: 1_800_000_000)

    @Test("get the same 401 whatever is wrong with them, in the language of who asks")
    func tokens() async throws {
        let clock = MovedClock(Self.now)
        try await withLiveWorld(change: { $0.time = clock.source }) { world in
            let person = world.a.administrator
            let identity = world.server.instance.identity
            let short = try await identity.issueToken(
                for: person.id, in: world.a.tenant, name: "short", days: 1)
            let revoked = try await identity.issueToken(
                for: person.id, in: world.a.tenant, name: "revoked")
            let working = world.a.api(person)
            for token in [short, revoked] {
                #expect(try await Self.ask(world, token).status == 200)
            }
            let tokens = try await identity.tokens(in: world.a.tenant)
            let id = try #require(tokens.first { $0.name == "revoked" }).id
            try await identity.revokeToken(id, in: world.a.tenant)
            clock.pass(seconds: 86_400)

            let good = try Self.parts(person.token)
            let stranger = try await TokenSigner(secret: [UInt8](repeating: 9, count: 32))
            let ours = try await TokenSigner(secret: [UInt8](TestDatabase.secret))
            let claims = try #require(await ours.verify(person.token, at: clock.now))
            var early = claims
            early.nbf = clock.now.seconds + TokenSigner.leeway_s + 1
            var elsewhere = claims
            elsewhere.accountID = world.b.tenant.id
            var other = claims
            other.sub = "\(world.a.seller.id)"
            var unknown = claims
            unknown.jti = UUID()
            var over = claims
            over.exp = clock.now.seconds
            let bad: [(what: String, token: String)] = [
                ("expired", short), ("revoked", revoked),
                ("of the other company", world.b.administrator.token),
                ("signed by another key", try await stranger.sign(claims)),
                ("not valid yet", try await ours.sign(early)),
                ("of another company, says who signed it", try await ours.sign(elsewhere)),
                ("of another user", try await ours.sign(other)),
                ("never issued", try await ours.sign(unknown)),
                ("over by its own words", try await ours.sign(over)),
                ("without signature", good.head + "." + good.body + "."),
                ("alg none", Self.coded(#"{"alg":"none","typ":"JWT"}"#) + "." + good.body + "."),
                (
                    "alg none, signed",
                    Self.coded(#"{"alg":"none","typ":"JWT"}"#) + "." + good.body + "." + good.seal
                ),
                (
                    "another algorithm",
                    Self.coded("{\"alg\":\"HS512\",\"typ\":\"JWT\",\"kid\":\"\(ours.kid)\"}") + "."
                        + good.body + "." + good.seal
                ),
                ("changed", good.head + "." + Self.coded(#"{"sub":"1"}"#) + "." + good.seal),
                ("cut", String(person.token.dropLast(1))), ("no token", "x"),
                ("two parts", good.head + "." + good.body),
                ("too long", person.token + String(repeating: "A", count: 5_000)),
                ("a cookie", person.cookie),
            ]
            for (what, token) in bad {
                try await Self.expectRefusal(world, token, what)
            }
            #expect(try await working.get("/api/v4/account").status == 200)
            let deals = try await world.a.api(person).get("/api/v4/leads")
            #expect(deals.status == 204)
        }
    }

    @Test("a web session that has run out is a 401 for scripts and the way to sign in for a page")
    func session() async throws {
        let clock = MovedClock(Self.now)
        try await withLiveWorld(change: { $0.time = clock.source }) { world in
            let browser = world.a.browser(world.a.seller)
            #expect(try await browser.get("/ui/session").status == 200)
            clock.pass(seconds: Identity.session_s)
            for (path, language, words) in [
                ("/ui/session", "ru", "Нужно войти."), ("/api/v4/account", "en", "Unauthorized"),
            ] {
                let answer = try await browser.with("Accept-Language", language).get(path)
                #expect(answer.status == 401)
                #expect(answer.at("detail") == .string(words))
            }
            let written = try await browser.post("/api/v4/leads", #"[{"name":"Поздно"}]"#)
            #expect(written.status == 401)
            let page = try await browser.with("Accept", "text/html").get("/deals/5?x=1")
            #expect(page.status == 303)
            #expect(page.headers["location"] == "/sign-in?next=%2Fdeals%2F5%3Fx%3D1")
            let opened = await #expect(throws: Caller.NotOpened.self) {
                try await browser.listen { _ in }
            }
            #expect(opened?.status == 401)
            let foreign = try await world.a.browser(world.b.seller).get("/ui/session")
            #expect(foreign.status == 401)
        }
    }

    private static func ask(
        _ world: LiveWorld, _ token: String, language: String = "ru"
    ) async throws -> RunningServer.Answer {
        try await world.server.call(
            "GET", "/api/v4/account", host: world.a.host,
            headers: [("Authorization", "Bearer \(token)"), ("Accept-Language", language)])
    }

    private static func expectRefusal(
        _ world: LiveWorld, _ token: String, _ what: String
    ) async throws {
        for (language, words) in [("ru", "Нужно войти."), ("en", "Unauthorized")] {
            let answer = try await ask(world, token, language: language)
            #expect(answer.status == 401, "\(what)")
            #expect(answer.headers["www-authenticate"] == "Bearer", "\(what)")
            #expect(answer.headers["content-type"] == "application/problem+json", "\(what)")
            #expect(answer.at("detail") == .string(words), "\(what)")
            #expect(
                answer.at("type")
                    == .string("https://developers.amocrm.ru/v3/errors/OAuthProblemJson"))
        }
        let written = try await world.server.call(
            "POST", "/api/v4/leads", host: world.a.host, body: Array(#"[{"name":"x"}]"#.utf8),
            headers: [("Authorization", "Bearer \(token)")])
        #expect(written.status == 401, "\(what)")
        #expect(!world.server.log.lines.contains { $0.text.contains(token) && token.count > 1 })
    }

    private static func parts(
        _ token: String
    ) throws -> (head: String, body: String, seal: String) {
        let parts = token.split(separator: ".").map(String.init)
        try #require(parts.count == 3)
        return (parts[0], parts[1], parts[2])
    }

    private static func coded(_ text: String) -> String {
        Data(text.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }
}

/// A clock that moves when it is told to.
private final class MovedClock: Sendable {
    private let moment: Mutex<Moment>

    init(_ start: Moment) { moment = Mutex(start) }

    var now: Moment { moment.withLock { $0 } }
    var source: TimeSource { TimeSource { self.now } }
    func pass(seconds: Int64) { moment.withLock { $0 = $0.adding(seconds: seconds) } }
}
