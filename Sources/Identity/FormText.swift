import Vocabulary

/// One line of text that a person typed into a form.
enum FormText {
    static let length_max = 255

    /// Trimmed; refuses an empty one, one that is too long, and control characters (NUL among
    /// them).
    static func line(
        _ raw: String, path: String, length_max: Int = length_max
    ) throws(FieldRefusal) -> String {
        let text = raw.trimmed
        guard !text.isEmpty else {
            throw FieldRefusal(
                path, code: "NotBlank", Text(ru: "Заполните это поле.", en: "Fill in this field."))
        }
        guard text.unicodeScalars.count <= length_max else {
            throw FieldRefusal(
                path, code: "TooLong",
                Text(
                    ru: "Не длиннее \(length_max) символов.",
                    en: "At most \(length_max) characters."))
        }
        let isClean = text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            // Bidirectional overrides are `format`: they would let a name be shown as another.
            case .control, .lineSeparator, .paragraphSeparator, .surrogate: false
            case .format: scalar.value == 0x200D || scalar.value == 0x200C
            default: true
            }
        }
        guard isClean else {
            throw FieldRefusal(
                path, Text(ru: "Есть недопустимые символы.", en: "It has forbidden characters."))
        }
        return text
    }
}
