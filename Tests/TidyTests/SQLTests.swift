import Foundation
import Testing

/// The subset of SQL that every tenant schema keeps to
/// (docs/decisions/0001-schema-and-role-per-tenant.md).
@Suite("SQL keeps to the subset")
struct SQLTests {
    private static let rules: [(pattern: String, advice: String)] = [
        (#"\bSELECT\s+\*"#, "name the columns: a shared statement breaks when they change"),
        (#"\bRETURNING\s+\*"#, "name the columns"),
        (
            #"^\s*SET\s+(?!LOCAL\b|[a-z_]+ *=)(ROLE|SESSION|search_path|statement_timeout)"#,
            "SET LOCAL: a session setting leaks into the next tenant"
        ),
        (#""SET (?!LOCAL)"#, "SET LOCAL: a session setting leaks into the next tenant"),
        (#"\bCREATE\s+(TEMP|TEMPORARY|UNLOGGED)\b"#, "no temporary tables: they shadow a tenant's"),
        (#"\bCREATE\s+(CONSTRAINT\s+)?TRIGGER\b"#, "no triggers: write the history explicitly"),
        (
            #"\bON ALL (TABLES|SEQUENCES) IN SCHEMA\b"#,
            "default privileges: this reads the catalogue"
        ),
        (#"\binformation_schema\."#, "reads the whole catalogue"),
        (#"\bpg_advisory_lock\("#, "a session lock outlives its transaction"),
    ]

    @Test("statements in Swift and migrations name their columns and leave no setting behind")
    func subset() {
        let files = Tree.files(in: "Sources", ".swift") + Tree.files(in: "migrations", ".sql")
        let findings = files.flatMap { file in
            StyleTests.find(Self.rules, in: file).filter { finding in
                // "no SELECT *" in a comment of SQL, and documentation.
                guard let number = finding.line else { return true }
                return !file.lines[number - 1].line.drop(while: { $0 == " " }).hasPrefix("--")
            }
        }
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test("no foreign key leaves a tenant's schema")
    func foreignKeys() {
        let findings = Tree.files(in: "migrations/tenant", ".sql").flatMap {
            StyleTests.find([(#"REFERENCES\s+[a-z_]+\."#, "point inside the schema only")], in: $0)
        }
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test("migrations are numbered from 1 without a gap", arguments: ["shared", "tenant"])
    func migrationNames(line: String) throws {
        let names = Tree.files(in: "migrations/\(line)", ".sql").map(\.name)
        #expect(!names.isEmpty)
        let pattern = try Regex(#"^[0-9]{4}_[a-z0-9_]+\.sql$"#)
        for (index, name) in names.enumerated() {
            #expect(name.wholeMatch(of: pattern) != nil, "\(name): NNNN_name.sql")
            #expect(Int(name.prefix(4)) == index + 1, "\(name): out of order")
        }
    }
}
