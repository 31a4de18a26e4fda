import Foundation
import Testing

/// STYLE.md as tests.
@Suite("Sources follow the style guide")
struct StyleTests {
    static let lineLength_max = 100
    /// SQL and JSON in `"""` that the formatter leaves alone.
    static let literalLength_max = 120
    static let fileLength_max = 400

    private static let sources = Tree.files(in: "Sources", ".swift", ".h")
    private static let tests = Tree.files(in: "Tests", ".swift")

    @Test("no line is longer than 100 columns, and no line of a long literal than 120")
    func lineLength() {
        var findings: [Finding] = []
        for file in Self.sources + Self.tests {
            var isLiteral = false
            for (number, line) in file.lines {
                let quotes = line.components(separatedBy: "\"\"\"").count - 1
                // Tests may quote a body as it travels.
                let literal = file.path.hasPrefix("Tests/") ? Int.max : Self.literalLength_max
                let allowed = isLiteral ? literal : Self.lineLength_max
                if quotes % 2 == 1 { isLiteral.toggle() }
                // A string that stands on one line cannot be broken by the formatter.
                if line.count > allowed && (isLiteral || !line.contains("\"")) {
                    findings.append(
                        Finding(path: file.path, line: number, advice: "\(line.count) columns"))
                }
            }
        }
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test("no file is longer than 400 lines")
    func fileLength() {
        let findings = (Self.sources + Self.tests).filter { $0.lines.count > Self.fileLength_max }
            .map {
                Finding(path: $0.path, advice: "\($0.lines.count) lines; split it by capability")
            }
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test("nothing crashes on purpose, hides an error or leaves a task alone")
    func habits() {
        let rules: [(pattern: String, advice: String)] = [
            (#"\btry!"#, "handle the error"),
            (#"\bas! "#, "use as? and say what else"),
            (
                #"\bfatalError\("#,
                "preconditionFailure is for our bugs; everything else is an error"
            ),
            (#"^\s*Task\s*\{"#, "use a task group or a Service"),
            (#"\bTask\.detached"#, "use a task group or a Service"),
            (#"^\s*public "#, "package: public is a promise to third parties"),
            (#"\bTaskLocal\b"#, "the tenant and its like are parameters"),
        ]
        let findings = Self.sources.filter { $0.name.hasSuffix(".swift") }
            .flatMap { Self.find(rules, in: $0) }
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test("servers log; only the command prints")
    func printing() {
        let findings = Self.sources.filter { $0.room != "voronka" }
            .flatMap { Self.find([(#"^\s*print\("#, "use the logger")], in: $0) }
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test("tests wait for signals, never for time")
    func sleeping() {
        let rule = (
            pattern: #"\b(Task\.sleep|usleep|Thread\.sleep)\b"#, advice: "wait for a signal"
        )
        let findings = Self.tests.filter { $0.room != "TidyTests" }
            .flatMap { Self.find([rule], in: $0) }
        #expect(findings.isEmpty, "\(findings.report)")
    }

    /// Rooms where memory is touched by hand, each with a reason.
    private static let unsafePlaces = [
        "Sources/App/OpenFiles.swift",  // the bound of the process is C's
        "Sources/Postgres/",  // libpq and epoll are C
        "Sources/Identity/PasswordHash.swift",  // bytes of a derived key
        "Sources/Identity/TokenSigner.swift",  // bytes of the signing key
        "Sources/Tenancy/Moment+Postgres.swift",  // Postgres hands over its cell
        "Sources/Web/Gzip.swift",  // zlib is C
    ]

    @Test("unsafe stays where it has a reason")
    func unsafe() {
        let findings = Self.sources
            .filter { file in !Self.unsafePlaces.contains { file.path.hasPrefix($0) } }
            .flatMap {
                Self.find(
                    [(#"\bunsafe (let|var|try|[a-z])"#, "move it or give its reason")], in: $0)
            }
        #expect(findings.isEmpty, "\(findings.report)")
    }

    static func find(_ rules: [(pattern: String, advice: String)], in file: Tree.File) -> [Finding]
    {
        rules.flatMap { rule in
            file.code.filter { $0.line.range(of: rule.pattern, options: .regularExpression) != nil }
                .map { Finding(path: file.path, line: $0.number, advice: rule.advice) }
        }
    }
}
