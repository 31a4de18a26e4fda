import Foundation
import Postgres
import Testing

@testable import App

@Suite("A restore", .serialized)
struct RestoreTests {
    struct Damage: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let status: Int32
        let words: String
        let spoil: @Sendable (URL) throws -> Void
    }

    static let damages = [
        Damage(
            testDescription: "no manifest", status: 2,
            words: "is no finished backup: it has no manifest.json."
        ) { try FileManager.default.removeItem(at: $0.appendingPathComponent("manifest.json")) },
        Damage(
            testDescription: "a manifest that is cut off", status: 2,
            words: "manifest.json is damaged."
        ) { try edit($0.appendingPathComponent("manifest.json")) { $0.prefix(20) } },
        Damage(
            testDescription: "a later format", status: 2,
            words: "The backup has format 2; this program reads format 1."
        ) {
            try editText($0) {
                $0.replacingOccurrences(of: #""format" : 1"#, with: #""format" : 2"#)
            }
        },
        Damage(
            testDescription: "a newer schema", status: 2,
            words: "The backup was made by a newer Voronka than this one."
        ) {
            try editText($0) {
                $0.replacing(
                    try Regex(#""tenant_version" : \d+"#), with: #""tenant_version" : 9999"#)
            }
        },
        Damage(
            testDescription: "a path out of the archive", status: 1,
            words: "The manifest names \"../secret\", which is no file of it."
        ) {
            try editText($0) { $0.replacingOccurrences(of: #""secret""#, with: #""../secret""#) }
        },
        Damage(
            testDescription: "a dump that is cut off", status: 1, words: "the backup is damaged."
        ) { try edit($0.appendingPathComponent("database.dump")) { $0.dropLast(1000) } },
        Damage(
            testDescription: "a dump with one other byte", status: 1,
            words: "database.dump is not what was written: the backup is damaged."
        ) {
            try edit($0.appendingPathComponent("database.dump")) { data in
                var data = Data(data)
                data[data.count / 2] ^= 1
                return data
            }
        },
        Damage(
            testDescription: "no secret", status: 1, words: "The backup lacks secret."
        ) { try FileManager.default.removeItem(at: $0.appendingPathComponent("secret")) },
        Damage(
            testDescription: "a company's file that is not what was written", status: 1,
            words: "files/ab/letter.txt is not what was written: the backup is damaged."
        ) { try edit($0.appendingPathComponent(DrillWorld.fileName)) { Data($0.reversed()) } },
        Damage(
            testDescription: "a directory in place of a file", status: 1,
            words: "The backup lacks database.dump."
        ) {
            let file = $0.appendingPathComponent("database.dump")
            try FileManager.default.removeItem(at: file)
            try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
        },
        Damage(
            testDescription: "a company whose schema is none of ours", status: 1,
            words: "The manifest names no schema of ours: control."
        ) {
            try editText($0) {
                $0.replacing(try Regex(#"t_[a-z0-9]{12}"#), with: "control", maxReplacements: 1)
            }
        },
    ]

    private static func edit(_ file: URL, _ change: (Data) -> Data) throws {
        try change(Data(contentsOf: file)).write(to: file)
    }

    private static func editText(_ archive: URL, _ change: (String) throws -> String) throws {
        let file = archive.appendingPathComponent("manifest.json")
        let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        let changed = try change(text)
        #expect(changed != text)
        try Data(changed.utf8).write(to: file)
    }

    @Test("refuses a spoiled backup in one line and touches nothing", arguments: damages)
    func spoiled(damage: Damage) async throws {
        let world = try await DrillWorld.shared()
        let copy = try world.copyOfArchive()
        try damage.spoil(copy)
        let target = try await DrillInstance(on: DrillWorld.freshCluster())
        let outcome = try await target.program.run("restore", copy.path)
        #expect(outcome.status == damage.status)
        #expect(outcome.lastLine.hasPrefix("voronka: "))
        #expect(outcome.lastLine.hasSuffix(damage.words), "\(outcome.errors)")
        #expect(try await schemas(of: target).isEmpty)
        #expect(!FileManager.default.fileExists(atPath: target.data.path))
    }

    private func schemas(of instance: DrillInstance) async throws -> [String] {
        try await PostgresSession.withSession(url: instance.url) { session in
            try await session.query(
                """
                SELECT nspname::text FROM pg_namespace
                WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('public', 'information_schema')
                """
            ).map { try $0.decode(0, as: String.self) }
        }
    }

    @Test("needs an empty database and an empty directory")
    func used() async throws {
        let world = try await DrillWorld.shared()
        let target = try await DrillInstance(on: DrillWorld.freshCluster())
        try await PostgresSession.withSession(url: target.url) { session in
            try await session.script("CREATE TABLE public.notes (text text)")
        }
        let database = try await target.program.run("restore", world.archive.path)
        #expect(database.status == 2)
        #expect(
            database.lastLine == "voronka: The database is in use; restore needs an empty one.")

        let other = try await DrillInstance(on: DrillWorld.freshCluster())
        let directory = try await other.program.with(["VORONKA_DATA_DIR": world.source.data.path])
            .run("restore", world.archive.path)
        #expect(directory.status == 2)
        #expect(
            directory.lastLine
                == "voronka: \(world.source.data.path) is in use; restore needs an empty data directory."
        )
        #expect(try await schemas(of: other).isEmpty)

        let without = try await other.server.run("restore", world.archive.path)
        #expect(without.status == 2)
        #expect(
            without.errors
                == "voronka: restore needs VORONKA_DATABASE_URL, the administrator's.\n")
    }

    @Test("that fails half-way can be neither served nor migrated, and starts again")
    func halfWay() async throws {
        let world = try await DrillWorld.shared()
        // With one company less in the manifest its role will be missing when rights are given.
        let spoiled = try world.copyOfArchive()
        try Self.editText(spoiled) { text in
            text.replacing(
                try Regex(#"\{\s*"is_active" : false,[^}]*\},?"#), with: ""
            ).replacing(try Regex(#",\s*\],\s*"format""#), with: #"], "format""#)
        }
        let target = try await DrillInstance(on: ThrowAwayCluster())
        let failed = try await target.program.run("restore", spoiled.path)
        #expect(failed.status == 1)
        #expect(failed.lastLine.hasPrefix("voronka: pg_restore failed: "), "\(failed.errors)")
        #expect(failed.lastLine.contains("does not exist"))
        #expect(!FileManager.default.fileExists(atPath: target.data.path))

        let migrated = try await target.program.run("migrate")
        #expect(migrated.status == 2)
        #expect(
            migrated.lastLine
                == "voronka: A restore into this database did not end; run `voronka restore`.")
        let served = try await target.server.run("serve")
        #expect(served.status == 2)

        let again = try await target.program.run("restore", world.archive.path)
        #expect(again.status == 0, "\(again.errors)")
        #expect(again.errors.contains("an earlier restore did not end; starting it again"))
        #expect(try await target.fingerprint() == world.fingerprint)
    }

    @Test("keeps away from a database that a server is connected to")
    func running() async throws {
        let world = try await DrillWorld.shared()
        let target = try await DrillInstance(on: ThrowAwayCluster())
        try await target.program.succeed("restore", world.archive.path)
        let cluster = target.cluster
        try await target.serving { _ in
            let used = try await target.program.run("restore", world.archive.path)
            #expect(used.status == 2)
            #expect(
                used.lastLine == "voronka: The database is in use; restore needs an empty one.")
            #expect(try await target.fingerprint() == world.fingerprint)

            // Under a server that still runs the database is made anew: it waits for it.
            try await cluster.asSuperuser { session in
                try await session.script("DROP DATABASE \(target.database) WITH (FORCE)")
                try await session.script("CREATE DATABASE \(target.database)")
                while try await session.query(
                    """
                    SELECT FROM pg_stat_activity
                    WHERE datname = \(target.database) AND usename = 'vk_ctl'
                    """
                ).isEmpty {}
            }
            let elsewhere = target.program.with(["VORONKA_DATA_DIR": target.data.path + "-new"])
            let refused = try await elsewhere.run("restore", world.archive.path)
            #expect(refused.status == 2)
            #expect(
                refused.lastLine.contains("A server is connected to the database"),
                "\(refused.errors)")
            #expect(try await schemas(of: target).isEmpty)
        }
        let elsewhere = target.program.with(["VORONKA_DATA_DIR": target.data.path + "-new"])
        try await elsewhere.succeed("restore", world.archive.path)
        #expect(try await target.fingerprint() == world.fingerprint)
    }

    /// Where a restore stands still while somebody holds an advisory lock that it takes itself.
    enum Standstill: Int64, CaseIterable {
        case beforeTheLogins = 7_864_120_231
        case afterTheLoad = 7_864_120_232
    }

    @Test(
        "that is interrupted or killed leaves nothing that can be served, and starts again",
        arguments: Standstill.allCases, [SIGTERM, SIGKILL])
    func interrupted(moment: Standstill, signal: Int32) async throws {
        let world = try await DrillWorld.shared()
        let target = try await DrillInstance(on: ThrowAwayCluster())
        try await target.cluster.asSuperuser(in: target.database) { session in
            try await session.transaction { session in
                try await session.query("SELECT pg_advisory_xact_lock(\(moment.rawValue))")
                let running = try target.program.start(["restore", world.archive.path])
                while try await session.query(
                    "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                ).isEmpty {}
                kill(running.process.processIdentifier, signal)
                let outcome = try await running.end()
                #expect(outcome.status == (signal == SIGKILL ? signal : 1))
                if signal == SIGTERM { #expect(outcome.lastLine == "voronka: interrupted") }
            }
        }
        #expect(!FileManager.default.fileExists(atPath: target.data.path))
        // Not even a server that has the secret and the address gets in.
        if moment == .afterTheLoad {
            let server = target.server.with([
                "VORONKA_DATA_DIR": world.source.data.path,
                "VORONKA_DATABASE_ADDRESS": try DatabaseAddress.strip(target.url),
            ])
            let health = try await server.run("doctor")
            #expect(health.status == 1)
            #expect(health.output.contains("permission denied for database"), "\(health.output)")
        }
        let migrated = try await target.program.run("migrate")
        #expect(migrated.lastLine.contains("A restore into this database did not end"))
        let again = try await target.program.run("restore", world.archive.path)
        #expect(again.status == 0, "\(again.errors)")
        #expect(try await target.fingerprint() == world.fingerprint)
        let health = try await target.program.run("doctor")
        #expect(health.status == 0, "\(health.output)")
    }

    @Test("keeps away from a server whose logins another instance uses")
    func foreignLogins() async throws {
        let world = try await DrillWorld.shared()
        let cluster = try ThrowAwayCluster()
        let other = try await DrillInstance(on: cluster)
        try await other.program.succeed("migrate")
        let target = try await DrillInstance(on: cluster)
        for arguments in [["restore", world.archive.path], ["migrate"]] {
            let outcome = try await target.program.run(arguments)
            #expect(outcome.status == 2)
            #expect(outcome.lastLine.contains("serves another instance with another secret"))
        }
        let health = try await other.program.run("doctor")
        #expect(health.status == 0, "\(health.output)")
    }
}
