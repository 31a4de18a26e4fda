/// The two languages of the product. Russian is the first, English the second; both are complete.
package enum Language: String, Sendable, Codable, CaseIterable {
    case ru, en
}

/// One sentence for a person, in every language of the product.
package struct Text: Sendable, Hashable {
    package let ru: String
    package let en: String

    package init(ru: String, en: String) {
        self.ru = ru
        self.en = en
    }

    package func callAsFunction(_ language: Language) -> String {
        switch language {
        case .ru: ru
        case .en: en
        }
    }
}
