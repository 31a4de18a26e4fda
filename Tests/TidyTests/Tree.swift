import Foundation

/// The repository as text: what the tidy tests read.
struct Tree {
    struct File {
        /// From the root of the repository, e.g. `Sources/Deals/Deal.swift`.
        let path: String
        let text: String

        var name: String { String(path.split(separator: "/").last ?? "") }
        /// `Deals` of `Sources/Deals/Deal.swift`.
        var room: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

        /// Every line with its number, comments left out.
        var code: [(number: Int, line: Substring)] {
            lines.filter { !$0.line.drop(while: { $0 == " " }).hasPrefix("//") }
        }

        var lines: [(number: Int, line: Substring)] {
            text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
                .map { ($0.offset + 1, $0.element) }
        }
    }

    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Files below `folder` whose name ends with one of `endings`, in the order of their paths.
    static func files(in folder: String, _ endings: String...) -> [File] {
        let start = root.appendingPathComponent(folder)
        guard let walker = FileManager.default.enumerator(atPath: start.path) else { return [] }
        return walker.compactMap { $0 as? String }
            .filter { path in endings.contains { path.hasSuffix($0) } && !path.hasPrefix(".") }
            .sorted()
            .compactMap { path in
                let url = start.appendingPathComponent(path)
                guard let text = try? String(contentsOf: url, encoding: .utf8) else { return nil }
                return File(path: folder.isEmpty ? path : "\(folder)/\(path)", text: text)
            }
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
    }
}

/// Where something untidy stands, and what to do about it.
struct Finding: CustomStringConvertible {
    let path: String
    var line: Int?
    let advice: String

    var description: String { "\(path)\(line.map { ":\($0)" } ?? ""): \(advice)" }
}

extension [Finding] {
    /// One finding a line, for the failure's message.
    var report: String { map(\.description).joined(separator: "\n") }
}
