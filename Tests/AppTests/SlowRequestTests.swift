import Logging
import NIOCore
import Postgres
import Tenancy
import Testing
import VoronkaTesting
import Web

@testable import App

@Suite("Requests that are too large, or do not come to an end", .timeLimit(.minutes(2)))
struct SlowRequestTests {
    private static func head(
        _ company: LiveCompany, _ more: String..., method: String = "POST"
    ) -> [UInt8] {
        let lines =
            [
                "\(method) /api/v4/leads HTTP/1.1", "Host: \(company.host)",
                "Authorization: Bearer \(company.administrator.token)",
                "Content-Type: application/json", "Accept-Language: en",
            ] + more + ["", ""]
        return Array(lines.joined(separator: "\r\n").utf8)
    }

    @Test(
        "a body that says it is too large is refused before it is sent, a huge one with a farewell")
    func announced() async throws {
        try await withLiveWorld(
            change: {
                $0.connection.leave = .milliseconds(200)
                $0.connection.body = .milliseconds(200)
            }
        ) { world in
            for (announced, isHuge) in [
                (ConnectionGuard.Limits.discarded_bytes_max, false),
                (ConnectionGuard.Limits.discarded_bytes_max + 1, true),
            ] {
                // Not a byte of the body is ever sent; the connection ends all the same.
                let answer = try await RawConnection(port: world.server.port)
                    .exchange(Self.head(world.a, "Content-Length: \(announced)"))
                #expect(answer.hasPrefix("HTTP/1.1 413"))
                let isLast = answer.lowercased().contains("\r\nconnection: close\r\n")
                #expect(isLast == isHuge)
                #expect(answer.contains("The body is larger than 1024 KiB."))
                #expect(answer.ranges(of: "HTTP/1.1").count == 1)
            }
        }
    }

    @Test("one of unknown length is refused where the limit is, and not read to its end")
    func chunked() async throws {
        try await withLiveWorld { world in
            // A body that has no end.
            let piece =
                [UInt8]("100000\r\n".utf8) + [UInt8](repeating: 0x20, count: 0x100000)
                + [UInt8]("\r\n".utf8)
            let pieces = ConnectionGuard.Limits.discarded_bytes_max / 0x100000 + 3
            let sent = (0..<pieces)
                .reduce(into: Self.head(world.a, "Transfer-Encoding: chunked")) { all, _ in
                    all += piece
                }
            let connection = try await RawConnection(port: world.server.port)
            let answer = try await connection.exchange(sent)
            #expect(answer.hasPrefix("HTTP/1.1 413"))
            #expect(answer.ranges(of: "HTTP/1.1").count == 1)
            let count = try await world.a.database.query("SELECT count(*) FROM deals").one()
            #expect(try count.decode(0, as: Int64.self) == 0)
        }
    }

    @Test("ten megabytes, sent to the end either way, get a 413 that arrives, and the next request")
    func whole() async throws {
        try await withLiveWorld { world in
            let api = world.a.api(world.a.administrator)
            let large = [UInt8](repeating: 0x20, count: 10_000_000)
            for _ in 0..<3 {
                #expect(try await api.send("POST", "/api/v4/leads", large).status == 413)
                let pieces = AsyncStream<ByteBuffer> { stream in
                    for start in stride(from: 0, to: large.count, by: 100_000) {
                        stream.yield(ByteBuffer(bytes: large[start..<start + 100_000]))
                    }
                    stream.finish()
                }
                let answer = try await world.server.upload(
                    pieces, to: "/api/v4/leads", host: world.a.host, headers: api.headers)
                #expect(answer.status == 413)
                #expect(try await api.get("/api/v4/account").status == 200)
            }
        }
    }

    @Test("a head or a body that trickles in is not waited for, and a quiet connection is closed")
    func trickle() async throws {
        try await withLiveWorld(
            change: {
                $0.connection.head = .milliseconds(200)
                $0.connection.body = .milliseconds(200)
            }
        ) { world in
            let whole = Self.head(world.a, "Content-Length: 20")
            // Half a head, and nothing: closed without a word.
            let nothing = try await RawConnection(port: world.server.port)
                .exchange(Array(whole.prefix(60)))
            #expect(nothing.isEmpty)
            let silent = try await RawConnection(port: world.server.port).exchange([])
            #expect(silent.isEmpty)
            // A head and half a body: told why.
            let late = try await RawConnection(port: world.server.port)
                .exchange(whole + Array(#"[{"name""#.utf8))
            #expect(late.hasPrefix("HTTP/1.1 408"))
            #expect(late.contains("The request takes too long."))
            #expect(late.lowercased().contains("\r\nx-request-id: "))
            // A connection that was used is closed when it is quiet.
            let used = try await RawConnection(port: world.server.port)
                .exchange(Self.head(world.a, method: "GET"))
            #expect(used.hasPrefix("HTTP/1.1 204"))
            let count = try await world.a.database.query("SELECT count(*) FROM deals").one()
            #expect(try count.decode(0, as: Int64.self) == 0)
        }
    }

    @Test("who finishes his body after he was told that it is too late has written nothing")
    func tooLate() async throws {
        try await withLiveWorld(change: { $0.connection.body = .milliseconds(200) }) { world in
            // What has come is a body by itself; only a space is missing.
            let deal = #"[{"name":"Поздно"}]"#
            let answer = try await RawConnection(port: world.server.port)
                .exchange(
                    Self.head(world.a, "Content-Length: \(deal.utf8.count + 1)")
                        + Array(deal.utf8), then: [0x20])
            #expect(answer.hasPrefix("HTTP/1.1 408"))
            #expect(answer.ranges(of: "HTTP/1.1").count == 1)
            try await Self.expectNothingWritten(world, status: "408")
        }
    }

    private struct Gone: Error {}

    @Test("who goes away in the middle of his body has written nothing, and it is no fault of ours")
    func gone() async throws {
        try await withLiveWorld { world in
            let deal = #"[{"name":"Ушёл"}]"#
            let connection = try await RawConnection(port: world.server.port)
            await #expect(throws: Gone.self) {
                _ = try await connection.exchange(
                    Self.head(world.a, "Content-Length: \(deal.utf8.count + 1)")
                        + Array(deal.utf8), before: { throw Gone() })
            }
            try await Self.expectNothingWritten(world, status: "400")
        }
    }

    /// Once the route has given up.
    private static func expectNothingWritten(_ world: LiveWorld, status: String) async throws {
        while !world.server.log.lines.contains(where: {
            $0.message == "request" && $0.metadata["status"] == status
                && $0.metadata["tenant"] == world.a.tenant.slug
        }) {
            _ = try await world.server.ask("/health/live")
        }
        #expect(!world.server.log.lines.contains { $0.level >= .error })
        let count = try await world.a.database.query("SELECT count(*) FROM deals").one()
        #expect(try count.decode(0, as: Int64.self) == 0)
    }

    @Test("a stream outlives these limits: its request was whole")
    func stream() async throws {
        try await withLiveWorld(
            change: {
                $0.connection.head = .milliseconds(50)
                $0.connection.body = .milliseconds(50)
                $0.heartbeat = .milliseconds(30)
            }
        ) { world in
            try await world.a.browser(world.a.administrator).listen { stream in
                for _ in 0..<10 {
                    let beat = try await stream.nextBlock()
                    #expect(beat != nil)
                }
            }
        }
    }

    @Test("more headers, or larger ones, than anybody needs are refused")
    func headers() async throws {
        try await withLiveWorld { world in
            let many = (0..<200).map { "X-\($0): 1" }.joined(separator: "\r\n")
            let long = "X-Long: " + String(repeating: "a", count: 20_000)
            for more in [many, long] {
                let answer = try await RawConnection(port: world.server.port)
                    .exchange(Self.head(world.a, more, method: "GET"))
                #expect(answer.hasPrefix("HTTP/1.1 4"), "\(answer)")
            }
        }
    }
}
