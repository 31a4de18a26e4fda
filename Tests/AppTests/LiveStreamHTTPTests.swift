import NIOCore
import Outbox
import Postgres
import Tenancy
import Testing
import Vocabulary
import VoronkaTesting
import Web

@testable import App

extension LiveCompany {
    /// So many deals in one request, owned by this person; gives their ids.
    @discardableResult
    func sell(
        _ count: Int = 1, to person: Person? = nil, name: String = "Стрижка"
    ) async throws -> [Int64] {
        let owner = (person ?? administrator).id
        let item = "{\"name\":\"\(name)\",\"responsible_user_id\":\(owner)}"
        let answer = try await api(administrator).post(
            "/api/v4/leads", "[\(Array(repeating: item, count: count).joined(separator: ","))]")
        try #require(answer.status == 200, "\(answer.text)")
        return (answer.at("_embedded.leads")?.array ?? []).compactMap { $0.at("id")?.int }
    }

    /// Up to which number the company's changes are published, once nothing waits.
    func newest() async throws -> Int64 {
        while true {
            let (waiting, last) = try await database.query(
                """
                SELECT (SELECT count(*) FROM outbox WHERE stream_no IS NULL), last_no
                FROM outbox_stream
                """
            ).one().decode(Int64.self, Int64.self)
            if waiting == 0 { return last }
        }
    }
}

@Suite("The live stream over HTTP", .timeLimit(.minutes(3)))
struct LiveStreamHTTPTests {
    @Test("goes on after the number that was seen: what was missed and what comes, once, in order")
    func resume() async throws {
        try await withLiveWorld { world in
            let browser = world.a.browser(world.a.administrator)
            let ids = try await world.a.sell(6)
            let newest = try await world.a.newest()
            #expect(newest >= 6)
            for seen in [0, 2, newest - 1, newest] {
                try await browser.listen(lastEventID: "\(seen)") { stream in
                    let missed = try await stream.changes(Int(newest - seen))
                    #expect(missed.compactMap(\.number) == (seen..<newest).map { $0 + 1 })
                }
            }
            // The header is the browser's own memory and newer than the address it first opened.
            try await browser.listen("/ui/stream?after=0", lastEventID: "\(newest)") { stream in
                let fresh = try await world.a.sell()
                let change = try #require(try await stream.next())
                #expect(change.number == newest + 1)
                #expect(change.data?.at("id")?.int == fresh.first)
            }
            try await browser.listen("/ui/stream?after=0") { stream in
                let all = try await stream.changes(Int(try await world.a.newest()))
                let told = Set(all.compactMap { $0.data?.at("id")?.int })
                #expect(told.isSuperset(of: ids))
            }
        }
    }

    @Test(
        "tells who comes with a number too old, or with none of ours, to load again, and where from"
    )
    func tooOld() async throws {
        try await withLiveWorld { world in
            let browser = world.a.browser(world.a.administrator)
            try await world.a.sell(250)
            try await world.a.sell(50)
            let newest = try await world.a.newest()
            let nonsense = [
                "0", "-5", "x", "1e3", "٣", "\(newest + 1)", "9223372036854775807",
                "9223372036854775808", String(repeating: "7", count: 300),
            ]
            for seen in nonsense {
                try await browser.listen(lastEventID: seen) { stream in
                    let reset = try #require(try await stream.next())
                    #expect(reset.event == "reset", "\(seen)")
                    #expect(reset.number == newest, "\(seen)")
                    let end = try await stream.next()
                    #expect(end == nil)
                }
            }
            // From there on it is a stream again.
            try await browser.listen(lastEventID: "\(newest)") { stream in
                try await world.a.sell()
                let next = try await stream.next()
                #expect(next?.number == newest + 1)
            }
            // What the sweep removed cannot be told any more, however little it was.
            _ = try await world.a.database.query("DELETE FROM outbox WHERE stream_no < \(newest)")
            try await browser.listen(lastEventID: "\(newest - 3)") { stream in
                let reset = try await stream.next()
                #expect(reset?.event == "reset")
            }
            let wrong = await #expect(throws: Caller.NotOpened.self) {
                try await browser.listen("/ui/stream?after=x") { _ in }
            }
            #expect(wrong?.status == 400)
        }
    }

    @Test("carries to a seller what he may see, to nobody what is another company's")
    func rights() async throws {
        try await withLiveWorld { world in
            try await world.a.setRights(Rights(["deal": ["view": .own, "edit": .own]]))
            let (ours, others) = try await (world.a.newest(), world.b.newest())
            let mine = try await world.a.sell(2, to: world.a.seller)
            try await world.a.sell(3, to: world.a.colleague, name: "Чужая сделка")
            let last = try await world.a.sell(1, to: world.a.seller)
            let theirs = try await world.b.sell(1, name: "Другая компания")
            _ = try await (world.a.newest(), world.b.newest())
            try await world.a.browser(world.a.seller).listen(lastEventID: "\(ours)") { stream in
                let seen = try await stream.changes(3)
                #expect(seen.compactMap { $0.data?.at("id")?.int } == mine + last)
            }
            // The neighbour's next event is his own, while both companies are at work.
            let neighbour = world.b.browser(world.b.administrator)
            try await neighbour.listen(lastEventID: "\(others)") { stream in
                let old = try await stream.changes(1)
                #expect(old.compactMap { $0.data?.at("id")?.int } == theirs)
                try await world.a.sell(5)
                let fresh = try await world.b.sell(1, name: "Ещё одна")
                let next = try #require(try await stream.next())
                #expect(next.data?.at("id")?.int == fresh.first)
                #expect(next.number == others + 2)
            }
            let stranger = world.a.browser(world.b.administrator)
            let refused = await #expect(throws: Caller.NotOpened.self) {
                try await stranger.listen { _ in }
            }
            #expect(refused?.status == 401)
        }
    }

    @Test("beats, and moves the place of who sees little of what happens")
    func heartbeat() async throws {
        try await withLiveWorld(change: { $0.heartbeat = .milliseconds(20) }) { world in
            try await world.a.setRights(Rights(["deal": ["view": .own]]))
            let seller = world.a.browser(world.a.seller)
            try await seller.listen(lastEventID: "0") { stream in
                try await world.a.sell(4, to: world.a.colleague)
                let newest = try await world.a.newest()
                var place: Int64 = 0
                while place < newest {
                    let block = try #require(try await stream.nextBlock())
                    #expect(block.event == nil && block.data == nil)
                    place = block.number ?? place
                }
                #expect(place == newest)
            }
        }
    }

    @Test("does not wait for a reader who does not read, and others do not notice him")
    func slowReader() async throws {
        try await withLiveWorld(change: { $0.connection.reader = .milliseconds(300) }) { world in
            let connection = try await RawConnection(
                port: world.server.port, window_bytes: 4_096)
            let seen = try await connection.exchange(
                Self.request(world.a), before: { try await Self.flood(world) })
            #expect(seen.hasPrefix("HTTP/1.1 200"))
            // Cut: what lay in his own buffers is all he got, without an end.
            #expect(!seen.hasSuffix("0\r\n\r\n"))
            #expect(world.server.instance.feed.figures.streams == 0)
        }
    }

    @Test("tells a reader who was away too long, and reads again, to load again")
    func wakingReader() async throws {
        try await withLiveWorld { world in
            let connection = try await RawConnection(
                port: world.server.port, window_bytes: 4_096)
            let seen = try await connection.exchange(
                Self.request(world.a), before: { try await Self.flood(world, untilCut: false) })
            #expect(seen.contains("event: reset"))
            #expect(seen.hasSuffix("0\r\n\r\n"))
        }
    }

    /// Sells until the reader is given up, while a colleague follows without a gap.
    private static func flood(_ world: LiveWorld, untilCut: Bool = true) async throws {
        let feed = world.server.instance.feed
        while feed.figures.streams == 0 { _ = try await world.a.newest() }
        let colleague = world.a.browser(world.a.colleague)
        let first = try await world.a.newest()
        try await colleague.listen(lastEventID: "\(first)") { stream in
            var told = first
            let name = String(repeating: "ж", count: 250)
            while untilCut ? !isCut(world) : feed.figures.resets == 0 {
                try #require(told < first + 100_000)
                try await world.a.sell(100, name: name)
                let newest = try await world.a.newest()
                let changes = try await stream.changes(Int(newest - told))
                #expect(changes.compactMap(\.number) == (told..<newest).map { $0 + 1 })
                told = newest
            }
            try await world.a.sell()
            let next = try await stream.next()
            #expect(next?.number == told + 1)
        }
        while feed.figures.streams > 0 { _ = try await world.a.newest() }
    }

    private static func isCut(_ world: LiveWorld) -> Bool {
        world.server.log.lines.contains { $0.message == "connection cut" }
    }

    private static func request(_ company: LiveCompany) -> [UInt8] {
        let lines = [
            "GET /ui/stream HTTP/1.1", "Host: \(company.host)",
            "Cookie: voronka_session=\(company.administrator.cookie)",
            "Sec-Fetch-Site: same-origin", "", "",
        ]
        return Array(lines.joined(separator: "\r\n").utf8)
    }

    @Test("is open so many times for one user, and again when he has left one")
    func limit() async throws {
        // Only by the closed connection can the server know in time.
        try await withLiveWorld(change: { $0.heartbeat = .seconds(3_600) }) { world in
            let browser = world.a.browser(world.a.seller)
            try await Self.open(LiveFeed.streamsPerUser_max, browser) {
                let refused = await #expect(throws: Caller.NotOpened.self) {
                    try await browser.with("Accept-Language", "ru").listen { _ in }
                }
                #expect(refused?.status == 429)
                #expect(refused?.headers["retry-after"] != nil)
                try await world.a.browser(world.a.colleague).listen { _ in }
                try await world.b.browser(world.b.seller).listen { _ in }
            }
            while world.server.instance.feed.figures.streams > 0 {
                _ = try await world.a.newest()
            }
            try await browser.listen { _ in }
        }
    }

    private static func open(
        _ count: Int, _ caller: Caller, then body: () async throws -> Void
    ) async throws {
        if count == 0 { return try await body() }
        try await caller.listen { _ in try await open(count - 1, caller, then: body) }
    }
}
