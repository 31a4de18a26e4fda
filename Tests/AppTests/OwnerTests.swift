import Foundation
import NIOHTTP1
import Postgres
import Testing

@Suite("An administrator who is no superuser")
struct OwnerTests {
    @Test("migrates, makes companies, backs up and restores, and adds a database")
    func life() async throws {
        let cluster = try ThrowAwayCluster()
        let owner = try await cluster.hire("hired", "CREATEROLE")
        let instance = try await DrillInstance(on: cluster, for: owner)
        let program = instance.program
        try await program.succeed("migrate")
        try await program.succeed("tenant", "create", "north", "--name", "Север")
        try await program.succeed("tenant", "create", "south", "--name", "Юг")
        try await program.succeed("tenant", "suspend", "south")
        let (email, password) = ("anna@example.org", "voronka-test")
        try await program.succeed(
            "user", "create", "north", "--email", email, "--name", "Анна", "--password", password)
        try await instance.serving { door in
            let anna = try await door.signedIn("north", email, password)
            let made = try await anna.send(.POST, "/api/v4/leads", #"[{"name": "Стрижка"}]"#)
            #expect(made.status == 200)
        }
        try await expectWell(instance)

        let archive = instance.data.path + "-backup"
        try await program.succeed("backup", archive)
        let restored = try await DrillInstance(on: cluster, for: owner)
        try await restored.program.succeed("restore", archive)
        #expect(try await restored.fingerprint() == instance.fingerprint())
        try await expectWell(restored)
        try await restored.serving { door in
            let anna = try await door.signedIn("north", email, password)
            #expect(try await anna.get("/api/v4/leads").status == 200)
        }

        try await cluster.create("second", for: owner)
        try await program.succeed(
            "cell", "add", "--dsn", "postgres://127.0.0.1:\(cluster.port)/second")
        try await program.succeed("cell", "limit", "1", "2")
        try await program.succeed("tenant", "create", "west", "--name", "Запад")
        // Everything is there already, and nothing of it is the administrator's.
        try await program.succeed("migrate")
        try await program.succeed("tenant", "delete", "west", "--confirm", "west")
        try await expectWell(instance)
    }

    private func expectWell(_ instance: DrillInstance) async throws {
        let health = try await instance.program.run("doctor")
        #expect(health.status == 0, "\(health.output)")
    }

    @Test("is told what he lacks, in statements that a superuser can run, before anything is made")
    func lacking() async throws {
        let cluster = try ThrowAwayCluster()
        let clerk = try await cluster.hire("clerk")
        let maker = try await cluster.hire("maker", "CREATEROLE")
        var places = ["own", "foreign", "old", "taken"].map { "place_" + $0 }
        for (place, owner) in zip(places, [clerk, .superuser, maker, maker]) {
            try await cluster.create(place, for: owner)
        }
        // As pg_upgrade leaves a database of PostgreSQL 14.
        try await cluster.asSuperuser(in: places[2]) { session in
            try await session.script("ALTER SCHEMA public OWNER TO postgres")
        }
        places.append("place_foreign")
        let people = [clerk, maker, maker, maker, clerk]
        let data = FileManager.default.temporaryDirectory
            .appendingPathComponent("voronka-rights-" + UUID().uuidString.prefix(8))
        var steps: [Transcript.Step] = []
        var hiding: [String: String] = [data.path: "DATA"]
        for (place, person) in zip(places, people) where place != "place_taken" {
            let url = cluster.url(place, for: person)
            steps.append(.init(["migrate"], ["VORONKA_DATABASE_URL": url], status: 1))
            hiding[url] = "\(person.name)@\(place)"
        }
        let program = RealProgram(environment: ["VORONKA_DATA_DIR": data.path])
        try await Transcript.compare("rights", with: program, steps: steps, hiding: hiding)
        #expect(!FileManager.default.fileExists(atPath: data.path))

        // A login of ours that may everything: only a superuser takes that away.
        try await cluster.asSuperuser { session in
            try await session.script("CREATE ROLE vk_ctl SUPERUSER LOGIN")
        }
        let taken = try await program.with([
            "VORONKA_DATABASE_URL": cluster.url("place_taken", for: maker)
        ]).run("migrate")
        #expect(taken.status == 1)
        #expect(
            taken.lastLine.hasSuffix("ALTER ROLE vk_ctl NOSUPERUSER NOREPLICATION NOBYPASSRLS"))
        let roles = try await cluster.asSuperuser { session in
            try await session.query("SELECT rolname::text FROM pg_roles WHERE rolname ^@ 'vk_'")
                .map { try $0.decode(0, as: String.self) }
        }
        #expect(roles == ["vk_ctl"])
        try await program.with(["VORONKA_DATABASE_URL": cluster.url("place_taken")])
            .succeed("migrate")
        let isSuper = try await cluster.asSuperuser { session in
            try await session.query("SELECT rolsuper FROM pg_roles WHERE rolname = 'vk_ctl'").one()
                .decode(0, as: Bool.self)
        }
        #expect(!isSuper)
    }

    @Test("with too few rights gets no half of a restore and no cell")
    func nothingHalfDone() async throws {
        let world = try await DrillWorld.shared()
        let cluster = try ThrowAwayCluster()
        let clerk = try await cluster.hire("clerk")
        let target = try await DrillInstance(on: cluster, for: clerk)
        let restored = try await target.program.run("restore", world.archive.path)
        #expect(restored.status == 1)
        #expect(restored.lastLine.hasSuffix("ALTER ROLE clerk CREATEROLE"), "\(restored.errors)")
        #expect(!FileManager.default.fileExists(atPath: target.data.path))
        let left = try await cluster.asSuperuser(in: target.database) { session in
            try await session.query(
                """
                SELECT nspname::text FROM pg_namespace
                WHERE nspname IN ('control', 'voronka_restoring')
                UNION ALL
                SELECT rolname::text FROM pg_roles WHERE rolname ^@ 'vk_'
                """
            ).count
        }
        #expect(left == 0)

        let maker = try await cluster.hire("maker", "CREATEROLE")
        let instance = try await DrillInstance(on: cluster, for: maker)
        try await instance.program.succeed("migrate")
        try await cluster.create("foreign")
        let added = try await instance.program.run(
            "cell", "add", "--dsn", "postgres://127.0.0.1:\(cluster.port)/foreign")
        #expect(added.status == 1)
        #expect(added.lastLine.hasSuffix(#"ALTER DATABASE "foreign" OWNER TO maker"#))
        let cells = try await instance.program.succeed("cell", "list")
        #expect(cells.output == "1\thome\tvk_app_c1\t0 of 500\n")
    }
}
