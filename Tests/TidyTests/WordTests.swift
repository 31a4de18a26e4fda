import Foundation
import Testing

/// STYLE.md, "Words": one word per thing; foreign names live at the HTTP edge.
@Suite("One thing has one name")
struct WordTests {
    /// Declarations with these names are refused; the value says what to write instead.
    private static let declared: [String: String] = [
        "account": "tenant", "price": "amount", "statusID": "stageID", "lead": "deal",
        "leads": "deals", "responsibleUser": "owner", "responsibleUserID": "ownerID",
        "unsorted": "lead (incoming)", "kanban": "board",
    ]
    private static let typeEndings = ["Manager", "Helper", "Helpers", "Utils", "Util", "Common"]
    /// Files that speak amoCRM's language: the edges.
    private static let edges = ["Routes", "Item", "Amo", "API", "Account"]

    @Test("declarations use our words")
    func declarations() throws {
        let pattern = try Regex(#"\b(?:let|var|case)\s+`?([a-z][A-Za-z]*)"#)
        var findings: [Finding] = []
        for file in Tree.files(in: "Sources", ".swift") {
            if Self.edges.contains(where: file.name.contains) { continue }
            for (number, line) in file.code {
                for match in line.matches(of: pattern) {
                    guard let name = match[1].substring.map(String.init),
                        let better = Self.declared[name]
                    else { continue }
                    findings.append(
                        Finding(path: file.path, line: number, advice: "\(name): say \(better)"))
                }
            }
        }
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test("no type is a Manager, a Helper or a bag of utilities")
    func types() throws {
        let pattern = try Regex(#"\b(?:struct|class|enum|actor|protocol)\s+([A-Z][A-Za-z]*)"#)
        var findings: [Finding] = []
        for file in Tree.files(in: "Sources", ".swift") {
            for (number, line) in file.code {
                for match in line.matches(of: pattern) {
                    guard let name = match[1].substring,
                        Self.typeEndings.contains(where: name.hasSuffix)
                    else { continue }
                    findings.append(
                        Finding(
                            path: file.path, line: number, advice: "\(name): name what it does"))
                }
            }
        }
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test("tables and columns use our words")
    func columns() {
        let rules: [(pattern: String, advice: String)] = [
            (#"\baccount_id\b"#, "tenant_id"), (#"\bstatus_id\b"#, "stage_id"),
            (#"^\s+price\b"#, "amount_minor"), (#"\bresponsible_user_id\b"#, "owner_id"),
            (#"\btimestamp\b(?!tz)"#, "timestamptz"),
        ]
        let findings = Tree.files(in: "migrations", ".sql").flatMap {
            StyleTests.find(rules, in: $0)
        }
        #expect(findings.isEmpty, "\(findings.report)")
    }
}
