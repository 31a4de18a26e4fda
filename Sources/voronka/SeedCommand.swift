import App
import ArgumentParser
import Foundation

struct Seed: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make demo companies; those that are there already stay as they are.")
    @Argument(help: "Which ones; default: all (\(DemoSeeding.names.joined(separator: ", "))).")
    var names: [String] = []
    @Option(help: "How many deals each; default: the demo's own number.") var deals: Int?
    @OptionGroup var output: Output

    struct Line: OutputLine {
        let slug: String
        let email: String
        let password: String
        let apiToken: String
        let isNew: Bool

        var text: String { "\(slug)\t\(email)\t\(password)" }
    }

    func validate() throws {
        if let deals, !(0...1_000_000).contains(deals) {
            throw ValidationError("--deals is from 0 to 1000000.")
        }
    }

    func run() async throws {
        let names = names.isEmpty ? DemoSeeding.names : names
        let lines = try await Operator.with { _, desk in
            var lines: [Line] = []
            for name in names {
                let demo = try await DemoSeeding(desk).run(name, total: deals) { done, all in
                    let text = "\(name): \(done) of \(all) deals\n"
                    FileHandle.standardError.write(Data(text.utf8))
                }
                lines.append(
                    Line(
                        slug: demo.slug, email: demo.email, password: demo.password,
                        apiToken: demo.token, isNew: demo.isNew))
            }
            return lines
        }
        try output.show(lines)
    }
}
