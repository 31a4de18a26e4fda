import Foundation
import Postgres
import Testing

@testable import Tenancy

@Suite("The way to PostgreSQL by TLS")
struct TLSTests {
    @Test("is taken only to the server whose certificate our CA signed for this address")
    func verified() async throws {
        let cluster = try ThrowAwayCluster()
        let place = FileManager.default.temporaryDirectory
            .appendingPathComponent("voronka-tls-" + UUID().uuidString.prefix(8)).path
        try FileManager.default.createDirectory(
            atPath: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: place) }
        try Self.makeCA("ours", in: place)
        try Self.makeCA("theirs", in: place)
        try Self.makeServerCertificate(in: place)
        try await PostgresSession.withSession(url: cluster.url("postgres")) { session in
            for (setting, value) in [
                ("ssl_cert_file", "\(place)/server.crt"), ("ssl_key_file", "\(place)/server.key"),
                ("ssl", "on"),
            ] {
                try await session.script("ALTER SYSTEM SET \(setting) = '\(value)'")
            }
            try await session.query("SELECT pg_reload_conf()")
        }
        let address = cluster.url("postgres")
        // The reload has no end that could be waited for.
        while try await !Self.isEncrypted(address + "?sslmode=prefer") {}

        let trusting = "?sslmode=verify-full&sslrootcert=\(place)/ours.crt"
        #expect(try await Self.isEncrypted(address + trusting))
        let named = address.replacing("127.0.0.1", with: "localhost")
        for url in [address + trusting.replacing("ours", with: "theirs"), named + trusting] {
            let error = await #expect(throws: PostgresError.self) {
                _ = try await Self.isEncrypted(url)
            }
            #expect(error?.code == .connectionFailed)
        }
        // A cell's address may say so, and its logins keep it.
        let dsn = "postgres://127.0.0.1:\(cluster.port)/postgres" + trusting
        let cell = try #require(Cell(id: 2, dsn: dsn))
        let logins = try DatabaseLogins(url: "postgres://elsewhere/x", secret: Data(count: 32))
        #expect(logins.tenants(of: cell).hasSuffix("/postgres" + trusting))
    }

    private static func isEncrypted(_ url: String) async throws -> Bool {
        try await PostgresSession.withSession(url: url) { session in
            try await session.query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
                .one().decode(0, as: Bool.self)
        }
    }

    private static func makeCA(_ name: String, in place: String) throws {
        try run(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                "/CN=\(name)", "-keyout", "\(place)/\(name).key", "-out", "\(place)/\(name).crt",
            ])
    }

    private static func makeServerCertificate(in place: String) throws {
        try run(
            "/usr/bin/openssl",
            [
                "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=server", "-keyout",
                "\(place)/server.key", "-out", "\(place)/server.csr",
            ])
        try "subjectAltName=IP:127.0.0.1".write(
            toFile: "\(place)/names", atomically: true, encoding: .utf8)
        try run(
            "/usr/bin/openssl",
            [
                "x509", "-req", "-in", "\(place)/server.csr", "-CA", "\(place)/ours.crt", "-CAkey",
                "\(place)/ours.key", "-CAcreateserial", "-days", "2", "-extfile", "\(place)/names",
                "-out", "\(place)/server.crt",
            ])
        if getuid() == 0 { try run("/bin/chown", ["-R", "postgres", place]) }
    }

    private static func run(_ path: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(path) \(arguments.joined(separator: " "))")
    }
}
