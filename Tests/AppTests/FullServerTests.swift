import NIOCore
import Testing
import VoronkaTesting
import Web

@testable import App

@Suite("A server with as many connections as it may have", .timeLimit(.minutes(2)))
struct FullServerTests {
    private static func request(_ company: LiveCompany, _ language: String = "ru") -> [UInt8] {
        let lines = [
            "GET /api/v4/account HTTP/1.1", "Host: \(company.host)",
            "Authorization: Bearer \(company.administrator.token)",
            "Accept-Language: \(language)", "", "",
        ]
        return Array(lines.joined(separator: "\r\n").utf8)
    }

    @Test("tells one more why and when to come again, and serves him when one has left")
    func full() async throws {
        try await withLiveWorld(change: { $0.connections_max = 3 }) { world in
            let port = world.server.port
            try await Self.open(3, world.a, port: port) {
                for (language, words) in [("ru", "попробуйте ещё раз"), ("en", "please try again")]
                {
                    let answer = try await RawConnection(port: port)
                        .exchange(Self.request(world.b, language))
                    #expect(answer.hasPrefix("HTTP/1.1 503"), "\(answer)")
                    let head = answer.lowercased()
                    #expect(head.contains("\r\nretry-after: "))
                    #expect(head.contains("\r\nconnection: close\r\n"))
                    #expect(head.contains("\r\ncontent-type: application/problem+json\r\n"))
                    #expect(answer.contains(words), "\(answer)")
                    let id = try #require(
                        head.split(separator: "\r\n").first { $0.hasPrefix("x-request-id: ") })
                    let lines = world.server.log.lines(
                        of: String(id.dropFirst("x-request-id: ".count)))
                    #expect(lines.first?.metadata["status"] == "503")
                }
                // Who looks after the server has places of his own.
                let page = try await world.server.ask("/metrics").text
                #expect(page.contains("\nvoronka_http_connections 3\n"))
                #expect(page.contains("\nvoronka_http_connections_refused_total 2\n"))
            }
            while world.server.instance.connections.figures.open > 0 {
                _ = try await world.server.ask("/health/live")
            }
            let answer = try await RawConnection(port: port)
                .exchange(Self.request(world.b), until: { $0.contains("\r\n\r\n") })
            #expect(answer.hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test("closes without a word whom it cannot even tell, and who does not ask within a moment")
    func flooded() async throws {
        try await withLiveWorld(
            change: {
                $0.connections_max = 1
                $0.connection.leave = .milliseconds(300)
            }
        ) { world in
            let port = world.server.port
            try await Self.open(1, world.a, port: port) {
                let refused = Connections.told_max + 20
                let silent = try await withThrowingTaskGroup(of: String.self) { group in
                    for _ in 0..<refused {
                        group.addTask { try await RawConnection(port: port).exchange([]) }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(silent.count == refused && silent.allSatisfy(\.isEmpty))
                #expect(world.server.instance.connections.figures.refused == refused)
                #expect(world.server.instance.connections.figures.open == 1)
                // All of them have gone, and there is room to tell.
                let answer = try await RawConnection(port: port).exchange(Self.request(world.b))
                #expect(answer.hasPrefix("HTTP/1.1 503"))
            }
        }
    }

    /// So many people on connections that they keep.
    private static func open(
        _ count: Int, _ company: LiveCompany, port: Int,
        then body: @Sendable () async throws -> Void
    ) async throws {
        if count == 0 { return try await body() }
        let connection = try await RawConnection(port: port)
        _ = try await connection.exchange(
            request(company),
            until: { text in
                guard text.contains("\r\n\r\n") else { return false }
                #expect(text.hasPrefix("HTTP/1.1 200"))
                try await open(count - 1, company, port: port, then: body)
                return true
            })
    }
}
