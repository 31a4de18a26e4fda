import ArgumentParser
import Foundation

/// A record in a command's answer: an object for a script, a line for a person.
protocol OutputLine: Encodable {
    var text: String { get }
}

/// For commands that a script reads.
struct Output: ParsableArguments {
    @Flag(name: .long, help: "Write JSON.")
    var json = false

    /// One JSON document on standard output, or the lines for a person.
    func show(_ value: some Encodable, _ lines: @autoclosure () -> String) throws {
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            print(String(decoding: try encoder.encode(value), as: UTF8.self))
        } else {
            let text = lines()
            if !text.isEmpty { print(text) }
        }
    }

    func show(_ line: some OutputLine) throws { try show(line, line.text) }

    func show(_ lines: [some OutputLine]) throws {
        try show(lines, lines.map(\.text).joined(separator: "\n"))
    }
}
