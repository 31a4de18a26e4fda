import Foundation
import Testing

/// An operator finds every setting in docs/operating.md, and none that nobody reads.
@Suite("Every setting is written down")
struct SettingTests {
    /// The names that the sources and the scripts read, with the file that does.
    private static func read() throws -> [String: String] {
        let whole = try Regex(#"VORONKA_([A-Z]+(?:_[A-Z]+)*)"#)
        // `reader.list("BASE_DOMAINS")`, `("LISTEN", "host:port of the server …")`.
        let short = try Regex(#"(?:reader\.\w+\(|\()\s*"([A-Z]+(?:_[A-Z]+)*)""#)
        var found: [String: String] = [:]
        for file in Tree.files(in: "Sources", ".swift") + Tree.files(in: "bin", "") {
            let text = file.code.map(\.line).joined(separator: "\n")
            let isSettings = file.path.hasPrefix("Sources/App/Settings")
            for match in text.matches(of: whole) + (isSettings ? text.matches(of: short) : []) {
                guard let name = match[1].substring else { continue }
                found["VORONKA_\(name)"] = file.path
            }
        }
        return found
    }

    private static func documented() throws -> Set<String> {
        let page = try String(
            contentsOf: Tree.root.appendingPathComponent("docs/operating.md"), encoding: .utf8)
        let name = try Regex(#"`(VORONKA_[A-Z]+(?:_[A-Z]+)*)`"#)
        return Set(page.matches(of: name).compactMap { $0[1].substring.map(String.init) })
    }

    @Test("docs/operating.md has every variable that the sources and scripts read, and no other")
    func complete() throws {
        let read = try Self.read()
        let documented = try Self.documented()
        #expect(read.count >= 20)
        let missing = read.filter { !documented.contains($0.key) }
            .map { "\($0.key) (\($0.value))" }.sorted()
        #expect(missing.isEmpty, "not in docs/operating.md: \(missing.joined(separator: ", "))")
        let stale = documented.subtracting(read.keys).sorted()
        #expect(stale.isEmpty, "nobody reads: \(stale.joined(separator: ", "))")
    }
}
