import Foundation
import Logging
import Postgres
import Testing
import Vocabulary

@testable import App

@Suite("The doctor", .serialized)
struct DoctorTests {
    @Test("says in words of its own what is wrong, where, and what to do")
    func findings() async throws {
        let cluster = try ThrowAwayCluster()
        let far = try ThrowAwayCluster()
        let instance = try await DrillInstance(on: cluster)
        let program = instance.program
        try await program.succeed("migrate")
        try await program.succeed("tenant", "create", "north", "--name", "Север")
        try await far.create("second")
        try await program.succeed(
            "cell", "add", "--dsn", "postgres://127.0.0.1:\(far.port)/second", "--max-tenants", "1")
        try await program.succeed("cell", "limit", "1", "1")
        try await program.succeed("tenant", "create", "south", "--name", "Юг")
        let empty = try await cluster.create("empty")
        let other = FileManager.default.temporaryDirectory
            .appendingPathComponent("voronka-secret-" + UUID().uuidString.prefix(8)).path
        try PrivateFile.write(
            Data(String(repeating: "x", count: 40).utf8), to: URL(fileURLWithPath: other))
        let hiding = [
            other: "OTHER", instance.data.path: "DATA", RealProgram.root.path: "ROOT",
            instance.database: "HOME",
            ":\(cluster.port)": ":1111", "port \(cluster.port)": "port 1111",
            ":\(far.port)": ":2222", "port \(far.port)": "port 2222",
        ]
        func compare(_ name: String, _ variables: [[String: String]]) async throws {
            try await Transcript.compare(
                "doctor-" + name, with: instance.server,
                steps: variables.map { .init(["doctor"], $0, status: 1) }, hiding: hiding)
        }
        try await compare("full", [[:]])
        try await cluster.asSuperuser(in: instance.database) { session in
            try await session.script(
                """
                DELETE FROM control.schema_migrations WHERE version > 1;
                UPDATE control.tenants SET schema_version = 0 WHERE slug = 'north';
                ALTER ROLE vk_app_c1 CREATEROLE;
                """)
        }
        try await compare("behind", [[:]])
        far.stop()
        try await compare(
            "astray",
            [
                [:], ["VORONKA_DATABASE_ADDRESS": try DatabaseAddress.strip(empty)],
                ["VORONKA_SECRET_FILE": other], ["VORONKA_SECRET_FILE": "/nowhere/secret"],
            ])
        cluster.stop()
        try await compare("down", [[:]])
    }

    @Test("compares the machine's clock with that of every cell's database")
    func clocks() async throws {
        let instance = try await DrillInstance(on: ThrowAwayCluster())
        try await instance.program.succeed("migrate")
        let settings = try Settings.load(environment: [
            "VORONKA_DATA_DIR": instance.data.path, "VORONKA_SHARE_DIR": RealProgram.root.path,
        ])
        func clock(_ shift_s: Int64) async throws -> Checkup.Finding {
            let time = TimeSource { TimeSource.system.now().adding(seconds: shift_s) }
            let findings = await Checkup(
                settings, logger: Logger(label: "test"), time: time
            ).run()
            return try #require(findings.first { $0.name == "clock 1" })
        }
        let right = try await clock(0)
        #expect(right.isWell)
        #expect(right.detail == "within 2 s of the database's")
        let ahead = try await clock(3_600)
        #expect(!ahead.isWell)
        #expect(ahead.detail.hasSuffix(" s ahead of the database's; let NTP set both"))
        let behind = try await clock(-3_600)
        #expect(!behind.isWell)
        #expect(behind.detail.hasSuffix(" s behind the database's; let NTP set both"))
    }

    @Test("wants a pg_dump that is not older than the server")
    func dump() {
        #expect(Checkup.dump("/bin/pg_dump", version: 16, server: 15).isWell)
        #expect(Checkup.dump("/bin/pg_dump", version: 15, server: 15).isWell)
        let old = Checkup.dump("/bin/pg_dump", version: 15, server: 16)
        #expect(!old.isWell)
        #expect(old.detail.hasSuffix("and the server of 16; install postgresql-client-16"))
    }
}
