import Testing
import VoronkaTesting

@testable import App

@Suite("When PostgreSQL or the server itself goes away")
struct OutageTests {
    @Test("requests get 503 and when to come again, and are served again without a restart")
    func databaseDown() async throws {
        let postgres = try TestServer()
        defer { postgres.remove() }
        let database = try await TestDatabase.prepare(postgres.url())
        try await withLiveWorld(on: database) { world in
            let api = world.a.api(world.a.administrator)
            #expect(try await api.get("/api/v4/leads/pipelines").status == 200)

            try postgres.stop()
            let refused = try await api.get("/api/v4/leads/pipelines")
            #expect(refused.status == 503)
            #expect(refused.retryAfter != nil)
            #expect(refused.headers["content-type"] == "application/problem+json")
            let written = try await api.post("/api/v4/leads", #"[{"name": "Стрижка"}]"#)
            #expect(written.status == 503)
            let page = try await world.a.browser(world.a.administrator)
                .with("Accept", "text/html").get("/deals")
            #expect(page.status == 503)
            #expect(page.headers["content-type"]?.hasPrefix("text/html") == true)

            try postgres.start()
            // The pool tries again by itself, at the latest when its longest back-off is over.
            var status = 503
            for _ in 0..<10_000 where status == 503 {
                status = try await api.get("/api/v4/leads").status
            }
            #expect(status == 204)
        }
    }

    @Test("a shutdown ends the open streams, and the server leaves")
    func shutdown() async throws {
        try await withLiveWorld { world in
            let host = world.a.host
            let cookie = world.a.administrator.cookie
            let connection = try await RawConnection(port: world.server.port)
            let request = [
                "GET /ui/stream HTTP/1.1", "Host: \(host)", "Accept: text/event-stream",
                "Cookie: voronka_session=\(cookie)", "Sec-Fetch-Site: same-origin", "", "",
            ].joined(separator: "\r\n")
            // Reads to the end: it comes only because the server ends the stream.
            let seen = try await connection.exchange(
                Array(request.utf8),
                until: { text in
                    if text.contains("text/event-stream") { await world.server.stop() }
                    return false
                })
            #expect(seen.hasPrefix("HTTP/1.1 200"))
        }
    }
}
