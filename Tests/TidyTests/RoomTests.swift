import Testing

/// ARCHITECTURE.md, "Rooms": who may know whom.
@Suite("Rooms know only the rooms below them")
struct RoomTests {
    static let below: [String: Set<String>] = [
        "Vocabulary": [],
        "Postgres": ["CLibPQ", "CEpoll"],
        "Tenancy": ["Postgres", "Vocabulary"],
        "Outbox": ["Tenancy", "Postgres", "Vocabulary"],
        "Web": ["CZlib", "Outbox", "Tenancy", "Postgres", "Vocabulary"],
        "Records": ["Web", "Outbox", "Tenancy", "Postgres", "Vocabulary"],
    ]
    static let platform: Set<String> = [
        "Vocabulary", "Postgres", "Tenancy", "Outbox", "Web", "Records",
    ]
    static let slices: Set<String> = ["Identity", "Deals", "Contacts", "Tasks"]
    /// These put the others together.
    static let composers: Set<String> = ["App", "voronka", "VoronkaTesting"]
    static let systems: Set<String> = ["CLibPQ", "CEpoll", "CZlib"]

    @Test("a room imports only what stands below it, and a slice never another slice")
    func imports() {
        let rooms = Self.platform.union(Self.slices).union(Self.composers).union(Self.systems)
        var findings: [Finding] = []
        for file in Tree.files(in: "Sources", ".swift") where !Self.composers.contains(file.room) {
            let allowed = Self.below[file.room] ?? Self.platform
            for (number, line) in file.code {
                guard let module = Self.imported(line), rooms.contains(module) else { continue }
                if module != file.room && !allowed.contains(module) {
                    findings.append(
                        Finding(
                            path: file.path, line: number,
                            advice: "\(file.room) may not import \(module); see ARCHITECTURE.md"))
                }
            }
        }
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test("every room is in the table, so that a new one is placed on purpose")
    func everyRoomIsPlaced() {
        let known = Self.platform.union(Self.slices).union(Self.composers).union(Self.systems)
        let rooms = Set(Tree.files(in: "Sources", ".swift").map(\.room))
        #expect(rooms.isSubset(of: known), "add to RoomTests: \(rooms.subtracting(known).sorted())")
    }

    /// `Postgres` of `package import Postgres` or `import struct Postgres.Pool`.
    static func imported(_ line: Substring) -> String? {
        let words = line.split(separator: " ")
        guard let place = words.firstIndex(of: "import"), place <= 2 else { return nil }
        if place > 0
            && !["package", "internal", "private", "fileprivate", "@testable", "public"]
                .contains(words[place - 1])
        {
            return nil
        }
        return words.last?.split(separator: ".").first.map(String.init)
    }
}
