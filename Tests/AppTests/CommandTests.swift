import Foundation
import Testing

/// Transcripts of the real program in Tests/transcripts; VORONKA_RECORD=1 rewrites them.
@Suite("The command")
struct CommandTests {
    private static let commands = [
        [], ["serve"], ["migrate"], ["cell"], ["cell", "add"], ["cell", "list"], ["cell", "limit"],
        ["tenant"], ["tenant", "create"], ["tenant", "list"],
        ["tenant", "show"], ["tenant", "suspend"], ["tenant", "resume"], ["tenant", "delete"],
        ["user"], ["user", "create"], ["user", "list"], ["user", "password"], ["token"],
        ["token", "create"], ["token", "list"], ["token", "revoke"], ["seed"], ["backup"],
        ["restore"], ["doctor"],
    ]

    @Test("explains itself everywhere")
    func help() async throws {
        try await Transcript.compare(
            "help", with: RealProgram(), steps: Self.commands.map { .init($0 + ["--help"]) })
    }

    @Test("says in one line what is wrong with its arguments, and exits with 2")
    func mistakes() async throws {
        let steps: [Transcript.Step] = [
            ["tenants"], ["serve", "--port", "80"], ["tenant", "show"], ["tenant", "create", "x"],
            ["tenant", "create", "salon", "--name", "A", "--language", "de"],
            ["tenant", "delete", "salon", "--confirm", "vector"], ["seed", "--deals=-1"],
            ["seed", "--deals", "many"], ["token", "revoke", "salon", "7"], ["backup"],
            ["user", "create", "salon"],
        ].map { .init($0, status: 2) }
        try await Transcript.compare("mistakes", with: RealProgram(), steps: steps)
    }

    @Test("does not start with an unknown or malformed setting")
    func settings() async throws {
        let directory = try Self.directory()
        let files = [
            "unknown.json": #"{"lisen": "127.0.0.1:80"}"#, "broken.json": #"{"listen": "#,
            "wrong.json": #"{"connections": "many"}"#,
        ]
        for (name, text) in files {
            try Data(text.utf8).write(to: directory.appendingPathComponent(name))
        }
        let settings: [(name: String, value: String)] = [
            ("LISEN", "127.0.0.1:80"), ("LISTEN", "8080"), ("LISTEN", "127.0.0.1:70000"),
            ("OPERATIONS_LISTEN", "localhost"), ("CONNECTIONS", "0"), ("CONNECTIONS", "1.5"),
            ("CONNECTIONS", "many"),
            ("API_RATE", "-1"), ("ALLOW_PRIVATE_TARGETS", "perhaps"), ("LOG_LEVEL", "loud"),
            ("BASE_DOMAINS", "http://example.org"), ("BASE_DOMAINS", "example.org:80"),
            ("DATABASE_URL", "mysql://localhost"), ("SHARE_DIR", "/nowhere"),
            ("CONFIG", "/nowhere.json"), ("CONFIG", "\(directory.path)/unknown.json"),
            ("CONFIG", "\(directory.path)/broken.json"), ("CONFIG", "\(directory.path)/wrong.json"),
        ]
        let steps = settings.map {
            Transcript.Step(["serve"], ["VORONKA_" + $0.name: $0.value], status: 2)
        }
        try await Transcript.compare(
            "settings", with: RealProgram(), steps: steps, hiding: [directory.path: "DIR"])
    }

    @Test("says what it lacks")
    func lacking() async throws {
        let directory = try Self.directory()
        let unreachable = "postgres://postgres:secret@127.0.0.1:1/voronka"
        let steps: [Transcript.Step] = [
            .init(["serve"], status: 2), .init(["migrate"], status: 2),
            .init(["tenant", "list"], status: 2), .init(["backup", "DIR/backup"], status: 2),
            .init(["restore", "/nowhere"], status: 2), .init(["doctor"], status: 1),
            .init(["migrate"], ["VORONKA_DATABASE_URL": unreachable], status: 1),
        ]
        try await Transcript.compare(
            "lacking", with: RealProgram(environment: ["VORONKA_DATA_DIR": directory.path]),
            steps: steps, hiding: [directory.path: "DIR", RealProgram.root.path: "ROOT"])
    }

    @Test("keeps companies and people")
    func work() async throws {
        let instance = try await DrillInstance(on: ThrowAwayCluster())
        let steps: [Transcript.Step] = [
            .init(["migrate"]), .init(["tenant", "list"]), .init(["tenant", "list", "--json"]),
            .init(["tenant", "create", "north", "--name", "Север"]),
            .init(
                [
                    "tenant", "create", "south", "--name", "South", "--language", "en",
                    "--currency", "EUR",
                ]
                    + ["--time-zone", "Europe/Berlin", "--json"]),
            .init(["tenant", "create", "north", "--name", "Снова"], status: 1),
            .init(["tenant", "create", "No way", "--name", "Нет"], status: 1),
            .init(["tenant", "suspend", "south"]), .init(["tenant", "show", "south"]),
            .init(["tenant", "resume", "south"]), .init(["tenant", "list", "--json"]),
            .init(["tenant", "show", "west"], status: 2),
            .init(["user", "create", "north", "--email", "Anna@example.org", "--name", "Анна"]),
            .init(
                ["user", "create", "north", "--email", "ilya@example.org", "--name", "Илья"]
                    + ["--role", "Менеджер", "--password", "voronka-test", "--json"]),
            .init(
                ["user", "create", "north", "--email", "x@example.org", "--name", "X"]
                    + ["--role", "Король"], status: 2),
            .init(["user", "create", "north", "--email", "nobody", "--name", "X"], status: 1),
            .init(["user", "list", "north"]), .init(["user", "list", "north", "--json"]),
            .init(["user", "password", "anna@example.org"]),
            .init(["user", "password", "anna@example.org", "--password", "short"], status: 1),
            .init(["user", "password", "who@example.org"], status: 2),
            .init(["token", "create", "north", "--email", "anna@example.org", "--json"]),
            .init(["token", "create", "north", "--email", "who@example.org"], status: 2),
            .init(
                ["token", "create", "north", "--email", "anna@example.org", "--days", "0"],
                status: 1),
            .init(["token", "list", "north"]), .init(["token", "list", "north", "--json"]),
            .init(["token", "list", "south"]),
            .init(["token", "revoke", "north", UUID().uuidString.lowercased()], status: 2),
            .init(["tenant", "delete", "south", "--confirm", "south"]),
            .init(["tenant", "list"]), .init(["seed", "salon", "--deals", "3000", "--json"]),
            .init(["seed", "salon"]), .init(["seed", "bank"], status: 2), .init(["doctor"]),
            .init(["doctor", "--json"]),
        ]
        try await Transcript.compare(
            "work", with: instance.program, steps: steps,
            hiding: [instance.data.path: "DATA", RealProgram.root.path: "ROOT"])
    }

    private struct Made: Decodable { let token: String }
    private struct Line: Decodable { let id: String }

    @Test("revokes a token, which a server that runs refuses from then on")
    func revoke() async throws {
        let instance = try await DrillInstance(on: ThrowAwayCluster())
        let program = instance.program
        try await program.succeed("migrate")
        for (slug, email) in [("north", "n@example.org"), ("south", "s@example.org")] {
            try await program.succeed("tenant", "create", slug, "--name", slug)
            try await program.succeed("user", "create", slug, "--email", email, "--name", "Анна")
        }
        func token(_ slug: String, _ email: String) async throws -> String {
            let made = try await program.succeed(
                "token", "create", slug, "--email", email, "--json")
            return try JSONDecoder().decode(Made.self, from: Data(made.output.utf8)).token
        }
        let north = try await token("north", "n@example.org")
        let south = try await token("south", "s@example.org")
        let list = try await program.succeed("token", "list", "north", "--json")
        let id = try JSONDecoder().decode([Line].self, from: Data(list.output.utf8))[0].id
        try await instance.serving { door in
            func status(_ token: String) async throws -> Int {
                try await door.withToken(token).get("/api/v4/account").status
            }
            #expect(try await status(north) == 200)
            #expect(try await program.run("token", "revoke", "south", id).status == 2)
            #expect(try await status(north) == 200)
            try await program.succeed("token", "revoke", "north", id)
            // The server hears of it by NOTIFY.
            var answered = 200
            while answered == 200 { answered = try await status(north) }
            #expect(answered == 401)
            #expect(try await status(south) == 200)
        }
        let after = try await program.succeed("token", "list", "north")
        #expect(after.output.contains("\trevoked "))
    }

    @Test("adds databases for companies to live in")
    func cells() async throws {
        let instance = try await DrillInstance(on: ThrowAwayCluster())
        var second = try #require(
            URLComponents(string: try await instance.cluster.create("second")))
        second.user = nil
        second.password = nil
        let address = try #require(second.string)
        let steps: [Transcript.Step] = [
            .init(["migrate"]), .init(["tenant", "create", "north", "--name", "Север"]),
            .init(["tenant", "create", "south", "--name", "Юг"]), .init(["cell", "list"]),
            .init(["cell", "limit", "1", "1"], status: 1),
            .init(["cell", "limit", "1", "1001"], status: 1),
            .init(["cell", "limit", "7", "10"], status: 1), .init(["cell", "limit", "1", "2"]),
            .init(["tenant", "create", "west", "--name", "Запад"], status: 1),
            .init(["cell", "add", "--dsn", "localhost"], status: 1),
            .init(["cell", "add", "--dsn", address, "--max-tenants", "0"], status: 1),
            .init(["cell", "add", "--dsn", address, "--max-tenants", "9"]),
            .init(["cell", "add", "--dsn", address], status: 1),
            .init(["tenant", "create", "west", "--name", "Запад", "--json"]),
            .init(["user", "create", "west", "--email", "w@example.org", "--name", "Вера"]),
            .init(["user", "list", "west"]), .init(["cell", "list", "--json"]),
            .init(["backup", "\(instance.data.path)/backup"], status: 1), .init(["doctor"]),
            .init(["tenant", "delete", "west", "--confirm", "west"]), .init(["cell", "list"]),
        ]
        try await Transcript.compare(
            "cells", with: instance.program, steps: steps,
            hiding: [
                address: "SECOND", instance.data.path: "DATA", RealProgram.root.path: "ROOT",
            ])
    }

    private static func directory() throws -> URL {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("voronka-settings-" + UUID().uuidString.prefix(8))
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        return directory
    }
}
