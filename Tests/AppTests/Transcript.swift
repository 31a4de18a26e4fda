import Foundation
import Testing

/// What was typed and what came back, compared with a file that was read and approved.
enum Transcript {
    struct Step: Sendable {
        let arguments: [String]
        let environment: [String: String]
        let status: Int32

        init(_ arguments: [String], _ environment: [String: String] = [:], status: Int32 = 0) {
            self.arguments = arguments
            self.environment = environment
            self.status = status
        }
    }

    private static let folder = RealProgram.root
        .appendingPathComponent("Tests/transcripts")

    /// What differs from run to run: keys of schemas, tokens, made-up passwords, moments, figures
    /// of the machine.
    private static let varying = [
        (#"\bt_[a-z0-9]{12}\b"#, "t_KEY"),
        (#"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"#, "UUID"), (#"eyJ[\w.-]+"#, "TOKEN"),
        (#"(?m)(^|\t)[a-z2-9]{16}$"#, "$1PASSWORD"),
        (#"\d{4}-\d\d-\d\dT[\d:.]+[Z+\d]*"#, "MOMENT"), (#"\d+ MB free"#, "N MB free"),
        (#"\d+ MB of catalogue, \d+ MB of"#, "N MB of catalogue, N MB of"),
        (#"version 1[5-9]"#, "version N"), (#"/usr/lib/postgresql/\d+"#, "/usr/lib/postgresql/N"),
        (#"\d+ tables, \d+ locks"#, "N tables, N locks"),
        (#"behind version \d+"#, "behind version N"),
        (#""schema_version":\d+"#, #""schema_version":N"#), (#"(?m)\tv\d+$"#, "\tvN"),
    ]

    static func compare(
        _ name: String, with program: RealProgram, steps: [Step], hiding: [String: String] = [:]
    ) async throws {
        var text = ""
        for step in steps {
            let outcome = try await program.with(step.environment).run(step.arguments)
            let typed =
                step.environment.map { "\($0.key)=\($0.value) " }.joined()
                + (["voronka"] + step.arguments).joined(separator: " ")
            #expect(outcome.status == step.status, "\(typed): \(outcome.errors)")
            text += "$ \(typed)\n\(outcome.output)\(outcome.errors)"
            if outcome.status != 0 { text += "exit \(outcome.status)\n" }
            text += "\n"
        }
        // A path may hold the name of a database: the longer one first.
        for (place, word) in hiding.sorted(by: { $0.key.count > $1.key.count }) {
            text = text.replacingOccurrences(of: place, with: word)
        }
        for (pattern, word) in varying {
            text = text.replacingOccurrences(of: pattern, with: word, options: .regularExpression)
        }
        let file = folder.appendingPathComponent(name + ".txt")
        if ProcessInfo.processInfo.environment["VORONKA_RECORD"] == "1" {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        let approved = try String(contentsOf: file, encoding: .utf8)
        #expect(text == approved, "see \(file.path); VORONKA_RECORD=1 rewrites it")
    }
}
