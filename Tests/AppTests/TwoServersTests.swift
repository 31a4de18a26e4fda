import Foundation
import Glibc
import Outbox
import Postgres
import Tenancy
import Testing
import Vocabulary
import VoronkaTesting
import Web

@testable import App

@Suite("Two servers on one database", .timeLimit(.minutes(5)))
struct TwoServersTests {
    @Test("what is done at one is seen in the windows at the other, by each company its own")
    func news() async throws {
        let database = try await TestDatabase.shared()
        let control = database.logins.control
        try await withLiveWorld(change: { $0.controlURL = control }) { world in
            let others = Tenants(
                logins: database.logins, connections: 4, logger: database.logger)
            try await RunningServer.with(others, change: { $0.controlURL = control }) { other in
                for (company, neighbour) in [(world.a, world.b), (world.b, world.a)] {
                    // Written at the first server, read at the second, and the other way round.
                    let there = company.browser(company.administrator).on(other)
                    let here = company.browser(company.administrator)
                    var seen: [Int64] = []
                    var place: Int64 = 0
                    for reader in [there, here, there] {
                        let writer = reader.server.port == other.port ? here : there
                        let made = try await Self.made(
                            writer.post("/api/v4/leads", #"[{"name":"Стрижка"}]"#))
                        try await neighbour.sell()
                        let news = try await Self.follow(reader, after: place, until: made)
                        place = news.last?.number ?? place
                        seen += news.compactMap(\.number)
                    }
                    #expect(seen == (1...Int64(seen.count)).map { $0 })
                    #expect(seen.count >= 3)
                }
            }
        }
    }

    @Test("when one is killed, the other brings what it left behind")
    func killed() async throws {
        let postgres = try TestServer()
        defer { postgres.remove() }
        let database = try await TestDatabase.prepare(postgres.url())
        let control = database.logins.control
        let place = try Self.secretFile()
        defer { try? FileManager.default.removeItem(at: place) }
        try await withLiveWorld(
            on: database,
            change: {
                $0.controlURL = control
                $0.sweepRest = .milliseconds(50)
            }
        ) { world in
            let program = try RealProgram(environment: [
                "VORONKA_DATABASE_ADDRESS": postgres.url().replacing("postgres@", with: ""),
                "VORONKA_DATA_DIR": place.path, "VORONKA_LISTEN": "127.0.0.1:0",
                "VORONKA_OPERATIONS_LISTEN": "127.0.0.1:0", "VORONKA_API_RATE": "0",
            ]).start(["serve"])
            let port = try await Self.port(program)
            let browser = world.a.browser(world.a.administrator)
            let neighbour = try await world.b.newest()
            try await world.b.sell()
            let before = try await world.a.newest()
            try await Self.holdingTheStream(of: world.a, postgres.url()) {
                // Written and acknowledged, but there is no way to publish it yet.
                try await Self.write(world.a, toPort: port)
                kill(program.process.processIdentifier, SIGKILL)
            }
            let news = try await Self.follow(browser, after: before, until: nil)
            #expect(news.compactMap(\.number) == [before + 1])
            #expect(news.first?.data?.at("type")?.string == "lead_added")
            let theirs = try await world.b.newest()
            #expect(theirs == neighbour + 1)
            _ = try await program.end()
        }
    }

    /// What a page sees that reconnects whenever it is cut, until it is told of this deal, or of
    /// anything.
    private static func follow(
        _ caller: Caller, after: Int64, until id: Int64?
    ) async throws -> [EventStream.Block] {
        var place = after
        var seen: [EventStream.Block] = []
        while true {
            let isDone = try await caller.listen(lastEventID: "\(place)") { stream in
                while let block = try await stream.next(), block.event == "change" {
                    seen.append(block)
                    place = block.number ?? place
                    if id == nil || block.data?.at("id")?.int == id { return true }
                }
                return false
            }
            if isDone { return seen }
        }
    }

    private static func made(_ answer: RunningServer.Answer) throws -> Int64 {
        try #require(answer.at("_embedded.leads.0.id")?.int, "\(answer.text)")
    }

    private static func write(_ company: LiveCompany, toPort port: Int) async throws {
        let body = #"[{"name":"Last"}]"#
        let request = [
            "POST /api/v4/leads HTTP/1.1", "Host: 127.0.0.1:\(port)",
            "Authorization: Bearer \(company.administrator.token)",
            "Content-Type: application/json", "Content-Length: \(body.utf8.count)", "", body,
        ].joined(separator: "\r\n")
        let answer = try await RawConnection(port: port).exchange(
            Array(request.utf8), until: { $0.contains("\r\n\r\n") })
        #expect(answer.hasPrefix("HTTP/1.1 200"), "\(answer)")
    }

    private static func holdingTheStream(
        of company: LiveCompany, _ url: String, _ body: () async throws -> Void
    ) async throws {
        let schema = try #require(PostgresIdentifier(company.tenant.schemaKey.rawValue))
        try await PostgresSession.withSession(url: url) { session in
            try await session.query("BEGIN")
            try await session.query(
                "SELECT last_no FROM \(ident: schema).outbox_stream FOR UPDATE")
            try await body()
            try await session.query("ROLLBACK")
        }
    }

    private static func secretFile() throws -> URL {
        let place = FileManager.default.temporaryDirectory
            .appendingPathComponent("voronka-two-" + UUID().uuidString.prefix(8))
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try TestDatabase.secret.write(to: place.appendingPathComponent("secret"))
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600],
            ofItemAtPath: place.appendingPathComponent("secret").path)
        return place
    }

    private static func port(_ program: RealProgram.Running) async throws -> Int {
        var said = ""
        while !said.contains("\n") {
            let piece = await program.read()
            if piece.isEmpty { break }
            said += piece
        }
        let digits = said.prefix { $0 != "\n" }.split(separator: ":").last
        return try #require(digits.flatMap { Int($0) }, "\(said)")
    }
}

extension Caller {
    /// The same person at another server.
    func on(_ other: RunningServer) -> Caller {
        var caller = Caller(
            server: other, host: host.replacing(":\(server.port)", with: ":\(other.port)"))
        caller.headers = headers
        return caller
    }
}
