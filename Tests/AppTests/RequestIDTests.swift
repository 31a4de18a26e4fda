import Logging
import Postgres
import Tenancy
import Testing
import VoronkaTesting
import Web

@testable import App

@Suite("A request's id", .timeLimit(.minutes(2)))
struct RequestIDTests {
    private static let coded = "%D1%82%D0%B0%D0%B9%D0%BD%D0%B0"

    @Test("leads from the page that a user sees to what the log knows of his request")
    func fromPageToLog() async throws {
        try await withLiveWorld { world in
            let page = try await world.a.browser(world.a.administrator)
                .with("Accept", "text/html").get("/nowhere/\(world.a.tenant.id)")
            #expect(page.status == 404)
            let id = try #require(page.headers["x-request-id"])
            #expect(page.text.contains(id))
            let lines = world.server.log.lines(of: id)
            let line = try #require(lines.first { $0.message == "request" })
            #expect(line.metadata["status"] == "404")
            #expect(line.metadata["path"] == "/nowhere/\(world.a.tenant.id)")
            #expect(line.metadata["tenant"] == world.a.tenant.slug)
        }
    }

    @Test("leads from a fault of our own to its cause in the log, and to nothing that people wrote")
    func ownFault() async throws {
        let postgres = try TestServer()
        defer { postgres.remove() }
        let database = try await TestDatabase.prepare(postgres.url())
        try await withLiveWorld(on: database) { world in
            let secret = "Кравцова-тайна"
            let ids = try await world.a.sell(1, name: secret)
            let id = try #require(ids.first)
            let schema = try #require(PostgresIdentifier(world.a.tenant.schemaKey.rawValue))
            // Under the running server: a column goes, and another comes that nobody fills.
            try await PostgresSession.withSession(url: postgres.url()) { session in
                try await session.query(
                    "ALTER TABLE \(ident: schema).deals DROP COLUMN amount_minor CASCADE")
                try await session.query(
                    "ALTER TABLE \(ident: schema).contacts ADD COLUMN lost int NOT NULL")
                try await session.query("ALTER TABLE control.sessions DROP COLUMN seen_at CASCADE")
            }
            let api = world.a.api(world.a.administrator)
            let page = try await world.a.browser(world.a.seller).with("Accept", "text/html")
                .get("/deals?query=\(Self.coded)")
            #expect(page.headers["content-type"]?.hasPrefix("text/html") == true)
            let faults = [
                (page, "seen_at"),
                (try await api.get("/api/v4/leads/\(id)"), "amount_minor"),
                (
                    try await api.patch("/api/v4/leads/\(id)", "{\"name\":\"\(secret) 2\"}"),
                    "amount_minor"
                ),
                (try await api.post("/api/v4/contacts", "[{\"name\":\"\(secret)\"}]"), "lost"),
            ]
            let person = world.a.administrator
            for (answer, cause) in faults {
                #expect(answer.status == 500, "\(answer.text)")
                let requestID = try #require(answer.headers["x-request-id"])
                #expect(answer.text.contains(requestID))
                // A stranger learns nothing of what is behind.
                for word in [cause, "PostgreSQL", "column", "SELECT", "42703", "23502"] {
                    #expect(!answer.text.contains(word), "\(answer.text)")
                }
                let lines = world.server.log.lines(of: requestID)
                let fault = try #require(lines.first { $0.message == "unexpected error" })
                #expect(fault.level == .error)
                #expect(fault.metadata["error"]?.contains(cause) == true, "\(fault.text)")
                #expect(fault.metadata["path"]?.isEmpty == false)
                for line in lines {
                    for word in [
                        secret, "тайна", person.token, person.cookie, world.a.seller.cookie,
                    ] {
                        #expect(!line.text.contains(word), "\(line.text)")
                    }
                }
            }
            // The neighbour has all his columns.
            let theirs = try await world.b.sell()
            let read = try await world.b.api(world.b.administrator)
                .get("/api/v4/leads/\(theirs.first ?? 0)")
            #expect(read.status == 200)
        }
    }

    @Test("is on every answer, and in every refusal that a program reads")
    func everywhere() async throws {
        try await withLiveWorld { world in
            let api = world.a.api(world.a.administrator)
            let stranger = Caller(server: world.server, host: world.a.host)
            let answers = [
                try await api.get("/api/v4/account"), try await api.get("/api/v4/leads"),
                try await api.post("/api/v4/leads", "[5]"),
                try await api.get("/api/v4/nothing"), try await api.call("PUT", "/api/v4/leads"),
                try await stranger.get("/api/v4/account"), try await stranger.get("/sign-in"),
                try await api.at("nobody.localhost").get("/api/v4/account"),
                try await api.at("elsewhere.example").get("/api/v4/account"),
                try await api.get("/a/x/js/nothing.js"), try await stranger.get("/deals"),
            ]
            let expected = [200, 204, 400, 404, 405, 401, 200, 404, 421, 404, 303]
            #expect(answers.map(\.status) == expected)
            var seen: Set<String> = []
            for answer in answers {
                let id = try #require(answer.headers["x-request-id"])
                seen.insert(id)
                if answer.headers["content-type"] == "application/problem+json" {
                    #expect(answer.at("request_id") == .string(id))
                }
                #expect(!world.server.log.lines(of: id).isEmpty)
            }
            #expect(seen.count == answers.count)
            // What is no HTTP comes to no route, and has its line all the same.
            let raw = try await RawConnection(port: world.server.port)
                .exchange(Array("NONSENSE\r\n\r\n".utf8))
            #expect(raw.hasPrefix("HTTP/1.1 400"))
            let id = try #require(
                raw.split(separator: "\r\n").first { $0.lowercased().hasPrefix("x-request-id: ") }
            ).dropFirst("x-request-id: ".count)
            #expect(!world.server.log.lines(of: String(id)).isEmpty)
        }
    }

    @Test("is the caller's own when it can stand in a log and on a page")
    func given() async throws {
        try await withLiveWorld { world in
            let api = world.a.api(world.a.administrator)
            for good in ["a", "01J9ZK-proxy_7.3", String(repeating: "x", count: 64)] {
                let answer = try await api.with("X-Request-Id", good).get("/api/v4/nothing")
                #expect(answer.headers["x-request-id"] == good)
                #expect(answer.at("request_id") == .string(good))
                #expect(!world.server.log.lines(of: good).isEmpty)
            }
            let bad = [
                "", "odd one", "<b>odd</b>", "odd\"one", "щёголь",
                String(repeating: "x", count: 65),
                "odd,one", "odd/one",
            ]
            for bad in bad {
                let page = try await api.with("X-Request-Id", bad).with("Accept", "text/html")
                    .get("/nowhere")
                let id = try #require(page.headers["x-request-id"])
                #expect(id != bad && !id.isEmpty)
                #expect(page.text.contains(id))
                #expect(bad.count < 3 || !page.text.contains(bad))
            }
        }
    }
}
