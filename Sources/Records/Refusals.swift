package import Vocabulary

/// The refusals that every record shares, in amoCRM's words.
extension FieldRefusal {
    package static func invalidType(_ path: String, _ type: String) -> FieldRefusal {
        FieldRefusal(
            path, code: "InvalidType",
            Text(
                ru: "Значение должно быть типа \(type).",
                en: "This value should be of type \(type)."))
    }

    /// Also for an id that belongs to a neighbour: the answer is that of an id that never existed.
    package static func notAChoice(_ path: String) -> FieldRefusal {
        FieldRefusal(
            path, code: "NotSupportedChoice",
            Text(
                ru: "Выбранного значения не существует.",
                en: "The value you selected is not a valid choice."))
    }

    package static func missing(_ path: String) -> FieldRefusal {
        FieldRefusal(
            path, code: "FieldMissing",
            Text(ru: "Это поле обязательно.", en: "This field is missing."))
    }

    package static func invalidValue(_ path: String) -> FieldRefusal {
        FieldRefusal(
            path, code: "InvalidValue",
            Text(ru: "Недопустимое значение.", en: "This value is not valid."))
    }

    package static func tooLong(_ path: String, _ most: Int) -> FieldRefusal {
        FieldRefusal(
            path, code: "TooLong",
            Text(
                ru: "Слишком длинно: не больше \(most) знаков.",
                en: "Too long: at most \(most) characters."))
    }

    package static func tooMany(_ path: String, _ most: Int) -> FieldRefusal {
        FieldRefusal(
            path, code: "TooMany",
            Text(
                ru: "Слишком много значений: не больше \(most).",
                en: "Too many values: at most \(most)."))
    }

    package static let noRight = FieldRefusal(
        "", code: "Forbidden", status: 403,
        Text(ru: "У вас нет права на это действие.", en: "You have no right to do this."))
}

/// Lets an `[any Refusal]` take `.invalidType(…)` by its short name.
extension [any Refusal] {
    package mutating func append(_ refusal: FieldRefusal) {
        let refusal: any Refusal = refusal
        append(refusal)
    }
}
