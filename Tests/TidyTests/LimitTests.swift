import Foundation
import Testing

/// docs/limits.md is read by operators; the constants are the truth.
@Suite("Every limit is written down as it is")
struct LimitTests {
    struct Limit: Hashable, CustomStringConvertible {
        let room: String
        let file: String
        let name: String
        let value: String
        var description: String { "\(room)/\(file): \(name) = \(value)" }
    }

    /// The constants of the sources whose names end in a bound or a unit.
    private static func constants() throws -> [Limit] {
        let pattern = try Regex(
            #"static let ([A-Za-z]+(?:_[A-Za-z]+)*_(?:max|min|ms|s|ns|bytes))\b[^=]*= (.+)$"#)
        return Tree.files(in: "Sources", ".swift").flatMap { file in
            file.code.compactMap { _, line in
                guard let match = line.firstMatch(of: pattern), let name = match[1].substring,
                    let value = match[2].substring
                else { return nil }
                let bare = value.split(separator: " //").first ?? value
                return Limit(
                    room: file.room, file: String(file.name.dropLast(".swift".count)),
                    name: String(name), value: String(bare))
            }
        }
    }

    /// The rows of the page: `| \`name\` | value | file | … |` under the heading of a room.
    private static func rows() throws -> [Limit] {
        let page = try String(
            contentsOf: Tree.root.appendingPathComponent("docs/limits.md"), encoding: .utf8)
        var room = ""
        var rows: [Limit] = []
        for line in page.split(separator: "\n") {
            if line.hasPrefix("## ") { room = String(line.dropFirst(3)) }
            let cells = line.split(separator: "|", omittingEmptySubsequences: false)
                .map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count > 3, cells[1].hasPrefix("`") else { continue }
            let name = cells[1].trimmingCharacters(in: CharacterSet(charactersIn: "`"))
            rows.append(Limit(room: room, file: cells[3], name: name, value: cells[2]))
        }
        return rows
    }

    @Test("the page has every constant, in its room, with its file and value")
    func complete() throws {
        let constants = Set(try Self.constants())
        let rows = Set(try Self.rows())
        #expect(constants.count > 60)
        let missing = constants.subtracting(rows).map(\.description).sorted()
        #expect(missing.isEmpty, "not in docs/limits.md: \(missing.joined(separator: "\n"))")
        let stale = rows.subtracting(constants).map(\.description).sorted()
        #expect(stale.isEmpty, "only in docs/limits.md: \(stale.joined(separator: "\n"))")
    }
}
