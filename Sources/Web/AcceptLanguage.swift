package import Vocabulary

extension Language {
    /// The first of our languages in the header's order of preference. nil: it names none of them.
    package static func accepted(_ header: String?) -> Language? {
        guard let header else { return nil }
        var best: (language: Language, weight: Double)?
        for part in header.split(separator: ",").prefix(20) {
            let pieces = part.split(separator: ";")
            guard let tag = pieces.first?.filter({ $0 != " " }).prefix(2).lowercased(),
                let language = Language(rawValue: tag)
            else { continue }
            let quality = pieces.dropFirst().first { $0.contains("q=") }
            let weight = quality.flatMap { Double($0.filter { $0.isNumber || $0 == "." }) } ?? 1
            if weight > best?.weight ?? 0 { best = (language, weight) }
        }
        return best?.language
    }
}
