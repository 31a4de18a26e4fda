import Foundation
import Postgres
import Tenancy
import Testing
import VoronkaTesting
import Web

@Suite("A backup of the whole instance", .serialized)
struct BackupTests {
    enum Place: String, CaseIterable { case sameServer, freshServer, freshServerOfAnother }

    @Test(
        "comes back whole: beside the instance, on a server that never saw it, and under other names",
        arguments: Place.allCases)
    func drill(place: Place) async throws {
        let world = try await DrillWorld.shared()
        let restored: DrillInstance
        let archive: URL
        switch place {
        case .sameServer:
            restored = try await DrillInstance(on: world.source.cluster)
            archive = world.archive
        case .freshServer:
            restored = try await DrillInstance(on: ThrowAwayCluster())
            archive = world.archive
        case .freshServerOfAnother:
            // Everything has another name, and the administrator is no superuser.
            let cluster = try ThrowAwayCluster()
            restored = try await DrillInstance(
                on: cluster, named: #"Учение "2" "#,
                for: cluster.hire("Зав. хозяйством", "CREATEROLE"))
            archive = try world.copyOfArchive(named: "копия архива ")
        }
        let outcome = try await restored.program.succeed("restore", archive.path)
        #expect(outcome.errors.contains("checking the backup, files: 3\n"))

        let found = try await restored.fingerprint()
        #expect(found.count > 60)
        for (name, text) in world.fingerprint { #expect(found[name] == text, "\(name)") }
        #expect(found.keys.sorted() == world.fingerprint.keys.sorted())
        let file = try Data(
            contentsOf: restored.data.appendingPathComponent(DrillWorld.fileName))
        #expect(String(decoding: file, as: UTF8.self) == "Здравствуйте!\n")
        let health = try await restored.program.run("doctor")
        #expect(health.status == 0, "\(health.output)")

        try await restored.serving { door in
            let anna = try await door.signedIn(
                world.salon.slug, world.salon.email, world.salon.password)
            #expect(try await anna.board() == world.board)
            for demo in [world.salon, world.vector] {
                let leads = try await door.withToken(demo.apiToken).get("/api/v4/leads?limit=1")
                #expect(leads.status == 200)
            }
            let moved = try await anna.get(
                "/api/v4/events?filter[entity]=lead&filter[entity_id][]=\(world.deal)")
            #expect(moved.json.at("_embedded.events.0.type")?.string == "lead_status_changed")
            var closed = door
            closed.host = "closed.localhost"
            #expect(try await closed.get("/ui/session").status >= 400)
            // A write: the identities go on where they stood.
            _ = try await anna.moveFirstDeal()
        }
        try await expectWalls(of: restored)
    }

    /// The logins and roles do here what they did there.
    private func expectWalls(of instance: DrillInstance) async throws {
        let secret = try Data(contentsOf: instance.data.appendingPathComponent("secret"))
            .filter { $0 != UInt8(ascii: "\n") }
        let logins = try DatabaseLogins(url: instance.url, secret: secret)
        let keys = try await instance.cluster.asSuperuser(in: instance.database) { session in
            try await session.query(
                "SELECT schema_key, state FROM control.tenants ORDER BY id"
            ).map { try $0.decode(String.self, String.self) }
        }
        let active = keys.filter { $0.1 == "active" }.map(\.0)
        let suspended = keys.filter { $0.1 == "suspended" }.map(\.0)
        #expect(active.count == 2 && suspended.count == 1)
        try await PostgresSession.withSession(url: logins.tenants(of: .home)) { session in
            for key in active {
                let own = await refusal { try await read(key, as: key, session) }
                #expect(own == nil)
                for other in keys.map(\.0) + ["control"] where other != key {
                    let state = await refusal { try await read(other, as: key, session) }
                    #expect(state == "42501", "\(key) reads \(other)")
                }
            }
            for key in suspended {
                let state = await refusal { try await read(key, as: key, session) }
                #expect(state == "42501", "the suspended company is served")
            }
            let bare = await refusal {
                _ = try await session.query(
                    PostgresStatement(unsafeSQL: "SELECT count(*) FROM \(active[0]).deals"))
            }
            #expect(bare == "42501")
        }
    }

    private func read(_ schema: String, as role: String, _ session: PostgresSession) async throws {
        let table = schema == "control" ? "tenants" : "deals"
        try await session.transaction { session in
            try await session.query("SELECT set_config('role', \(role), true)")
            try await session.query(
                PostgresStatement(unsafeSQL: "SELECT count(*) FROM \(schema).\(table)"))
        }
    }

    private func refusal(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? PostgresError)?.sqlState ?? "\(error)"
        }
    }

    @Test("is private, says what it does and names every file with its checksum")
    func archive() async throws {
        let world = try await DrillWorld.shared()
        #expect(world.backup.status == 0, "\(world.backup.errors)")
        #expect(world.backup.errors.contains("companies: 3, tables: "))
        #expect(world.backup.lastLine.hasPrefix("done: \(world.archive.path), "))
        let manager = FileManager.default
        var names: [String] = []
        let walker = try #require(manager.enumerator(atPath: world.archive.path))
        for case let name as String in walker {
            let path = world.archive.appendingPathComponent(name).path
            let attributes = try manager.attributesOfItem(atPath: path)
            let isDirectory = attributes[.type] as? FileAttributeType == .typeDirectory
            #expect(attributes[.posixPermissions] as? Int == (isDirectory ? 0o700 : 0o600))
            if !isDirectory { names.append(name) }
        }
        let whole = try manager.attributesOfItem(atPath: world.archive.path)
        #expect(whole[.posixPermissions] as? Int == 0o700)
        let manifest = try JSONParser.parse(
            Array(Data(contentsOf: world.archive.appendingPathComponent("manifest.json"))))
        let parts = manifest.at("parts")?.array ?? []
        #expect(
            Set(parts.compactMap { $0.at("path")?.string } + ["manifest.json"]) == Set(names))
        #expect(parts.allSatisfy { $0.at("sha256")?.string?.count == 64 })
    }

    @Test("that is interrupted leaves nothing behind")
    func interrupted() async throws {
        let world = try await DrillWorld.shared()
        let target = world.archive.path + "-interrupted"
        try await PostgresSession.withSession(url: world.source.url) { session in
            let key = try await session.query(
                "SELECT schema_key FROM control.tenants ORDER BY id LIMIT 1"
            ).first?.decode(0, as: String.self)
            // pg_dump has to wait for this table.
            try await session.script(
                "BEGIN; LOCK TABLE \(key ?? "").deals IN ACCESS EXCLUSIVE MODE")
            let running = try world.source.program.start(["backup", target])
            try await waitForDump(world.source, isThere: true)
            running.stop()
            let outcome = try await running.end()
            #expect(outcome.status == 1)
            #expect(outcome.lastLine == "voronka: interrupted")
            #expect(!FileManager.default.fileExists(atPath: target))
            try await session.script("ROLLBACK")
            try await waitForDump(world.source, isThere: false)
        }
        let again = try await world.source.program.run("backup", target)
        #expect(again.status == 0, "\(again.errors)")
    }

    private func waitForDump(_ instance: DrillInstance, isThere: Bool) async throws {
        try await PostgresSession.withSession(url: instance.cluster.url("postgres")) { session in
            while true {
                let rows = try await session.query(
                    """
                    SELECT 1 FROM pg_stat_activity
                    WHERE application_name = 'pg_dump' AND (NOT \(isThere) OR wait_event_type = 'Lock')
                    """)
                if rows.isEmpty != isThere { return }
                await Task.yield()
            }
        }
    }

    @Test("is never written over something else")
    func existing() async throws {
        let world = try await DrillWorld.shared()
        let outcome = try await world.source.program.run("backup", world.archive.path)
        #expect(outcome.status == 2)
        #expect(outcome.errors == "voronka: \(world.archive.path) exists already.\n")
    }
}
