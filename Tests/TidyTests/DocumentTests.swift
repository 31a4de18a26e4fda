import Foundation
import Testing

@Suite("Documents keep their word")
struct DocumentTests {
    private static let documents =
        Tree.files(in: "docs", ".md")
        + ["README.md", "ARCHITECTURE.md", "STYLE.md", "CHANGELOG.md", "CONTRIBUTING.md"]
        .compactMap { name in
            let url = Tree.root.appendingPathComponent(name)
            guard let text = try? String(contentsOf: url, encoding: .utf8) else { return nil }
            return Tree.File(path: name, text: text)
        }

    @Test("every link to a file leads somewhere")
    func links() throws {
        let pattern = try Regex(#"\]\(([^)\s]+)\)"#)
        var findings: [Finding] = []
        for document in Self.documents {
            let folder = document.path.split(separator: "/").dropLast().joined(separator: "/")
            for (number, line) in document.lines {
                for match in line.matches(of: pattern) {
                    guard let target = match[1].substring, !target.contains("://"),
                        !target.hasPrefix("#"), !target.hasPrefix("mailto:")
                    else { continue }
                    let file = target.split(separator: "#").first.map(String.init) ?? ""
                    let path = folder.isEmpty ? file : "\(folder)/\(file)"
                    if !Tree.exists(path) {
                        findings.append(
                            Finding(path: document.path, line: number, advice: "no file \(target)"))
                    }
                }
            }
        }
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test("decisions are numbered and have their three parts")
    func decisions() {
        let decisions = Self.documents.filter { $0.path.hasPrefix("docs/decisions/0") }
        #expect(decisions.count >= 11)
        for decision in decisions {
            for part in ["## Context", "## Decision", "## Consequences"] {
                #expect(decision.text.contains(part), "\(decision.path) lacks \(part)")
            }
        }
    }
}
