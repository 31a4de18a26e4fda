import Postgres
import Tenancy
import Testing
import VoronkaTesting
import Web

@testable import App

@Suite("The figures at /metrics", .timeLimit(.minutes(2)))
struct MetricsTests {
    @Test("count requests by the route's pattern, and know of no company and no record")
    func byRoute() async throws {
        try await withLiveWorld { world in
            let api = world.a.api(world.a.administrator)
            let made = try await api.post("/api/v4/leads", #"[{"name":"Стрижка"}]"#)
            let id = try #require(made.at("_embedded.leads.0.id")?.int)
            for _ in 0..<3 { _ = try await api.get("/api/v4/leads/\(id)?with=contacts") }
            _ = try await api.get("/api/v4/leads/987654321")
            _ = try await world.b.api(world.b.administrator).get("/api/v4/leads/\(id)")
            _ = try await api.patch("/api/v4/leads/\(id)", #"{"price":"x"}"#)
            _ = try await api.call("HEAD", "/api/v4/account")
            let page = try await Self.page(world)
            let deal = #"route="/api/v4/leads/{id}""#
            #expect(
                page.contains(
                    "voronka_http_requests_total{method=\"GET\",\(deal),status=\"2xx\"} 5"))
            #expect(
                page.contains(
                    "voronka_http_requests_total{method=\"PATCH\",\(deal),status=\"4xx\"} 1"))
            #expect(
                page.contains(
                    "voronka_http_requests_total{method=\"HEAD\",route=\"/api/v4/account\",status=\"2xx\"} 1"
                ))
            let time = "voronka_http_request_seconds"
            #expect(page.contains("\(time)_count{method=\"GET\",\(deal)} 5"))
            #expect(page.contains("\(time)_bucket{method=\"GET\",\(deal),le=\"+Inf\"} 5"))
            for line in page {
                for word in [
                    "\(id)", "987654321", world.a.tenant.slug, world.b.tenant.slug, "contacts",
                    "localhost",
                ] where word != "contacts" || line.contains("leads") {
                    let labels = line.prefix { $0 != "}" }
                    #expect(!labels.contains(word) || labels == line, "\(line)")
                }
            }
        }
    }

    @Test("have as many series as the program has routes, whatever is asked for")
    func bounded() async throws {
        try await withLiveWorld { world in
            let api = world.a.api(world.a.administrator)
            func wander(_ number: Int) async throws {
                _ = try await api.get("/nothing/\(number)")
                _ = try await api.call("PURGE", "/api/v4/leads")
                _ = try await api.get("/api/v4/\(number)")
                _ = try await api.at("company-\(number).localhost").get("/")
            }
            try await wander(0)
            let before = try await Self.page(world)
            for number in 1...50 { try await wander(number) }
            let after = try await Self.page(world)
            func series(_ page: [String]) -> [String] {
                page.map { line in String(line.prefix { $0 != " " }) }
            }
            #expect(series(after) == series(before))
            // Three of the four come to no route.
            let missed = #"voronka_http_requests_total{method="any",route="none",status="4xx"} "#
            #expect(before.contains(missed + "3"))
            #expect(after.contains(missed + "153"))
        }
    }

    @Test("say how far publishing is behind, and how many streams are open")
    func outbox() async throws {
        try await withLiveWorld { world in
            let seen = try await (world.a.newest(), world.b.newest()).0
            let published = "voronka_outbox_publish_seconds_count"
            while try await Self.values(world)["voronka_outbox_waiting_tenants"] != 0 {}
            let before = try await Self.values(world)[published] ?? 0
            let browser = world.a.browser(world.a.administrator)
            try await browser.listen(lastEventID: "\(seen)") { stream in
                try await world.a.sell()
                _ = try await stream.changes(1)
                #expect(try await Self.values(world)[published] == before + 1)
                var page = try await Self.page(world)
                #expect(page.contains("voronka_live_streams 1"))
                while !page.contains("voronka_outbox_waiting_tenants 0") {
                    page = try await Self.page(world)
                }
                #expect(page.contains("voronka_outbox_lag_seconds 0.0"))
                #expect(page.contains { $0.hasPrefix("process_resident_memory_bytes ") })
            }
        }
    }

    @Test("say which connections to PostgreSQL are busy, and who waits for one")
    func pools() async throws {
        try await withLiveWorld { world in
            let api = world.a.api(world.a.administrator)
            _ = try await api.get("/api/v4/account")
            let pool = "pool=\"c\(world.a.tenant.cell.id)\""
            let (held, holds) = AsyncStream<Void>.makeStream()
            let (released, releases) = AsyncStream<Void>.makeStream()
            async let holder: Void = {
                defer { holds.finish() }
                try await Self.hold(4, of: world.a.database, until: released) { holds.finish() }
            }()
            for await _ in held {}
            // All four are taken: the next caller waits.
            async let answer = api.get("/api/v4/leads/pipelines")
            var page: [String: Double] = [:]
            while page["voronka_postgres_waiters{\(pool)}"] ?? 0 == 0 {
                page = try await Self.values(world)
            }
            #expect(page["voronka_postgres_connections{\(pool)}"] == 4)
            #expect(page["voronka_postgres_connections_idle{\(pool)}"] == 0)
            #expect(page["voronka_postgres_connections{pool=\"control\"}"] ?? 0 > 0)
            releases.finish()
            try await holder
            #expect(try await answer.status == 200)
            while page["voronka_postgres_connections_idle{\(pool)}"] != 4 {
                page = try await Self.values(world)
            }
            #expect(page["voronka_postgres_waiters{\(pool)}"] == 0)
        }
    }

    /// Keeps so many connections until the stream ends.
    private static func hold(
        _ count: Int, of database: TenantDatabase, until released: AsyncStream<Void>,
        _ isHeld: @Sendable () -> Void
    ) async throws {
        if count == 0 {
            isHeld()
            for await _ in released {}
            return
        }
        try await database.transaction { transaction in
            // The first statement takes the connection.
            _ = try await transaction.query("SELECT 1")
            try await hold(count - 1, of: database, until: released, isHeld)
        }
    }

    private static func values(_ world: LiveWorld) async throws -> [String: Double] {
        let pairs = try await page(world).compactMap { line -> (String, Double)? in
            let words = line.split(separator: " ").map(String.init)
            return words.count == 2 ? Double(words[1]).map { (words[0], $0) } : nil
        }
        return Dictionary(pairs) { $1 }
    }

    /// Every line is a comment or a series with a number, and every series has its family.
    private static func page(_ world: LiveWorld) async throws -> [String] {
        let answer = try await world.server.ask("/metrics")
        #expect(answer.status == 200)
        #expect(answer.headers["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
        let lines = answer.text.split(separator: "\n").map(String.init)
        var family = ""
        for line in lines {
            let words = line.split(separator: " ")
            if line.hasPrefix("# TYPE ") { family = String(words[2]) }
            if line.hasPrefix("#") { continue }
            #expect(line.hasPrefix(family), "\(line)")
            #expect(words.last.flatMap { Double($0) } != nil, "\(line)")
        }
        return lines
    }
}
