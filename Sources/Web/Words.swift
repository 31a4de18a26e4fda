import Foundation
import Vocabulary

/// The words of the browser's catalogue for pages that the server draws: `{{t.auth.sign_in}}`.
struct Words: Sendable {
    private let byLanguage: [Language: [String: [String: String]]]

    /// - Parameter directory: `web/static/i18n`.
    init(directory: URL) throws {
        var all: [Language: [String: [String: String]]] = [:]
        for language in Language.allCases {
            let file = directory.appendingPathComponent("\(language.rawValue).json")
            let found = try JSONParser.parse([UInt8](Data(contentsOf: file)))
            var words: [String: [String: String]] = [:]
            for (key, value) in found.object ?? [:] {
                let parts = key.split(separator: ".").map(String.init)
                // Plurals have forms and need a number; no page of the server has one.
                guard parts.count == 2, let text = value.string else { continue }
                words[parts[0], default: [:]][parts[1]] = text
            }
            all[language] = words
        }
        byLanguage = all
    }

    subscript(language: Language) -> [String: [String: String]] { byLanguage[language] ?? [:] }
}
