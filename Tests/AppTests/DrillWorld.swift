import Foundation
import NIOHTTP1
import Postgres
import Tenancy
import VoronkaTesting
import Web

/// Two demo companies and a suspended one, somebody signed in, a deal moved, and a backup of it all
/// taken while the server ran. Made once for all tests.
struct DrillWorld: Sendable {
    let source: DrillInstance
    let archive: URL
    let salon: Demo
    let vector: Demo
    let deal: Int64
    /// The salon's board as the source showed it.
    let board: JSONValue
    let fingerprint: [String: String]
    let backup: RealProgram.Outcome

    struct Demo: Decodable, Sendable {
        let slug: String
        let email: String
        let password: String
        let apiToken: String
    }

    static func shared() async throws -> DrillWorld { try await made.value }
    private static let made = Task { try await make() }

    /// Knows nothing of the source: no roles, no logins.
    static func freshCluster() async throws -> ThrowAwayCluster { try await fresh.value }
    private static let fresh = Task { try ThrowAwayCluster() }

    private static func make() async throws -> DrillWorld {
        let source = try await DrillInstance(on: ThrowAwayCluster())
        let program = source.program
        try await program.succeed("migrate")
        let seeded = try await program.succeed("seed", "--json")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let demos = try decoder.decode([Demo].self, from: Data(seeded.output.utf8))
        try await program.succeed("tenant", "create", "closed", "--name", "Закрыто")
        try await program.succeed("tenant", "suspend", "closed")
        try keepFile(in: source)
        let archive = FileManager.default.temporaryDirectory
            .appendingPathComponent("voronka-archive-" + UUID().uuidString.prefix(8))
        return try await source.serving { door in
            let anna = try await door.signedIn(demos[0].slug, demos[0].email, demos[0].password)
            let deal = try await anna.moveFirstDeal()
            let board = try await anna.board()
            let backup = try await program.run("backup", archive.path)
            _ = try await anna.get("/ui/session")
            return DrillWorld(
                source: source, archive: archive, salon: demos[0], vector: demos[1], deal: deal,
                board: board, fingerprint: try await source.fingerprint(), backup: backup)
        }
    }

    static let fileName = "files/ab/letter.txt"

    /// No slice keeps files yet; the backup must bring them anyway.
    private static func keepFile(in instance: DrillInstance) throws {
        let file = instance.data.appendingPathComponent(fileName)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data("Здравствуйте!\n".utf8).write(to: file)
    }

    /// A copy of the archive that a test may spoil.
    func copyOfArchive(named prefix: String = "voronka-copy-") throws -> URL {
        let copy = archive.deletingLastPathComponent()
            .appendingPathComponent(prefix + UUID().uuidString.prefix(8))
        try FileManager.default.copyItem(at: archive, to: copy)
        return copy
    }
}

extension RealProgram {
    @discardableResult
    func succeed(_ arguments: String...) async throws -> Outcome {
        let outcome = try await run(arguments)
        if outcome.status != 0 {
            throw DrillFailure(text: "\(arguments): \(outcome.status) \(outcome.errors)")
        }
        return outcome
    }
}

extension Visitor {
    private func mainPipeline() async throws -> Int64 {
        let pipelines = try await get("/ui/session").json.at("pipelines")?.array ?? []
        let main = pipelines.first { $0.at("is_main")?.bool == true }
        guard let id = main?.at("id")?.int else { throw DrillFailure(text: "no main pipeline") }
        return id
    }

    func board() async throws -> JSONValue {
        try await get("/ui/board?pipeline=\(mainPipeline())").json
    }

    /// The first card of the first stage goes to the second one.
    func moveFirstDeal() async throws -> Int64 {
        let board = try await board()
        guard let deal = board.at("stages.0.cards.0.id")?.int,
            let goal = board.at("stages.1.id")?.int
        else { throw DrillFailure(text: "the board has no card") }
        let answer = try await send(
            .PATCH, "/api/v4/leads/\(deal)", #"{"status_id": \#(goal)}"#)
        if answer.status != 200 { throw DrillFailure(text: "moving: \(answer.status)") }
        return deal
    }
}
