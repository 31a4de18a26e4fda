import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Postgres
import Web

/// An instance as `migrate` or `restore` leaves it: a database and a data directory.
struct DrillInstance: Sendable {
    let cluster: ThrowAwayCluster
    let database: String
    /// The administrator's.
    let url: String
    let data: URL

    /// - Parameter owner: the administrator; a superuser unless a test is about somebody else.
    init(
        on cluster: ThrowAwayCluster, named prefix: String = "drill_",
        for owner: ThrowAwayCluster.Person = .superuser
    ) async throws {
        self.cluster = cluster
        database = prefix + UUID().uuidString.prefix(8).lowercased()
        url = try await cluster.create(database, for: owner)
        data = FileManager.default.temporaryDirectory
            .appendingPathComponent("voronka-" + database)
    }

    /// The operator's commands, with the administrator's URL.
    var program: RealProgram { server.with(["VORONKA_DATABASE_URL": url]) }

    /// As the server runs: it never gets that URL.
    var server: RealProgram {
        RealProgram(environment: [
            "VORONKA_DATA_DIR": data.path, "VORONKA_LISTEN": "127.0.0.1:0",
            "VORONKA_OPERATIONS_LISTEN": "127.0.0.1:0", "VORONKA_API_RATE": "0",
        ])
    }

    /// While it serves.
    func serving<Result>(_ body: (Visitor) async throws -> Result) async throws -> Result {
        let running = try server.start(["serve"])
        do {
            var said = ""
            while !said.contains("\n") {
                let piece = await running.read()
                if piece.isEmpty { throw DrillFailure(text: try await running.end().errors) }
                said += piece
            }
            let address = said.split(whereSeparator: \.isWhitespace).last.map(String.init) ?? ""
            let result = try await body(Visitor(address: address))
            running.stop()
            _ = try await running.end()
            return result
        } catch {
            running.stop()
            throw error
        }
    }

    /// Rows and a checksum of every table of ours, the privileges, and where the identities stand.
    /// The lease of a running server is not part of the data.
    func fingerprint() async throws -> [String: String] {
        try await cluster.asSuperuser(in: database) { session in
            var found: [String: String] = [:]
            let tables = try await session.query(
                """
                SELECT quote_ident(nspname) || '.' || quote_ident(relname),
                    coalesce(relacl::text, '-') || ' ' || pg_get_userbyid(relowner)
                        || ' ' || coalesce(nspacl::text, '-')
                FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
                WHERE relkind = 'r' AND (nspname = 'control' OR nspname LIKE 't\\_%')
                """
            ).map { try $0.decode(String.self, String.self) }
            for (table, privileges) in tables {
                let text = try await session.query(
                    PostgresStatement(
                        unsafeSQL: """
                            SELECT count(*) || ' rows ' || coalesce(md5(string_agg(sum, '' ORDER BY sum)), '')
                            FROM (SELECT md5((to_jsonb(t) - 'leased_by' - 'leased_until')::text) AS sum
                                FROM \(table) AS t) AS sums
                            """)
                ).first?.decode(0, as: String.self)
                found[table] = "\(text ?? "") \(privileges)"
            }
            let others = try await session.query(
                """
                SELECT schemaname || '.' || sequencename, coalesce(last_value::text, '-') FROM pg_sequences
                UNION ALL
                SELECT 'defaults of ' || defaclnamespace::regnamespace, defaclacl::text FROM pg_default_acl
                """
            ).map { try $0.decode(String.self, String.self) }
            for (name, text) in others { found[name] = text }
            return found
        }
    }
}

struct DrillFailure: Error { let text: String }

/// Somebody with a browser or a token at a real server's door.
struct Visitor: Sendable {
    let address: String
    var host = "localhost"
    var headers: [String: String] = [:]

    struct Answer: Sendable {
        let status: Int
        let json: JSONValue
        let cookie: String?
    }

    func signedIn(_ slug: String, _ email: String, _ password: String) async throws -> Visitor {
        var visitor = self
        visitor.host = "\(slug).localhost"
        let answer = try await visitor.send(
            .POST, "/ui/sign-in", #"{"email":"\#(email)","password":"\#(password)"}"#)
        guard answer.status < 300, let cookie = answer.cookie else {
            throw DrillFailure(text: "signing in: \(answer.status)")
        }
        visitor.headers["Cookie"] = cookie
        return visitor
    }

    func withToken(_ token: String) -> Visitor {
        var visitor = self
        visitor.headers["Authorization"] = "Bearer " + token
        return visitor
    }

    func get(_ path: String) async throws -> Answer { try await send(.GET, path, nil) }

    func send(_ method: HTTPMethod, _ path: String, _ body: String?) async throws -> Answer {
        var request = HTTPClientRequest(url: address + path)
        request.method = method
        request.headers.add(name: "Host", value: host)
        request.headers.add(name: "Sec-Fetch-Site", value: "same-origin")
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: body))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        let bytes = try await response.body.collect(upTo: 8 << 20)
        let cookie = response.headers.first(name: "Set-Cookie")?.split(separator: ";").first
        let content = Array(bytes.readableBytesView)
        return Answer(
            status: Int(response.status.code),
            json: content.first == UInt8(ascii: "{") ? try JSONParser.parse(content) : .null,
            cookie: cookie.map(String.init))
    }
}
