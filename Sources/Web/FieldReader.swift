package import Vocabulary

/// Reads the fields of one item of a request, and collects what is wrong with *all* of them.
///
/// Reading gives nil for a field that is absent, `null` or wrong; `has` tells absent from `null`.
/// A reader of a
/// nested object adds to the same collection, with its own path in front.
package struct FieldReader {
    private final class Refusals {
        var all: [any Refusal] = []
    }

    package let object: JSONObject
    /// `custom_fields_values.0`, or "" for the item itself.
    package let path: String
    private let shared: Refusals

    /// Unix seconds that a date may have: 1970...2099. Anything else is a slip of the finger or of
    /// milliseconds.
    package static let moments: ClosedRange<Int64> = 0...4_102_444_799
    /// The longest text of a field that says no other limit, in characters.
    package static let text_max = 65_535

    package init(_ object: JSONObject, path: String = "") {
        self.object = object
        self.path = path
        shared = Refusals()
    }

    private init(_ object: JSONObject, path: String, sharing: Refusals) {
        self.object = object
        self.path = path
        shared = sharing
    }

    package var refusals: [any Refusal] { shared.all }

    /// Throws everything collected so far as the refusal of this item.
    package func finish(requestID: String = "0") throws(BatchRefusal) {
        if shared.all.isEmpty { return }
        throw BatchRefusal([BatchRefusal.Item(requestID: requestID, refusals: shared.all)])
    }

    /// Present, even if `null`.
    package func has(_ key: String) -> Bool { object[key] != nil }
    /// Present and `null`: the client wants it emptied.
    package func isNull(_ key: String) -> Bool { object[key] == .null }

    package func full(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    package mutating func refuse(_ key: String, code: String = "InvalidValue", _ detail: Text) {
        shared.all.append(FieldRefusal(full(key), code: code, detail))
    }

    /// Adds a refusal of the domain, whose path is relative to this reader.
    package mutating func refuse(_ refusal: any Refusal) {
        let path = refusal.path.isEmpty ? self.path : full(refusal.path)
        shared.all.append(
            FieldRefusal(path, code: refusal.code, status: refusal.status, refusal.detail))
    }

    /// Says that the field is missing unless it is there and not `null`.
    package mutating func require(_ key: String) {
        if object[key] ?? .null == .null {
            refuse(
                key, code: "FieldMissing",
                Text(ru: "Это поле обязательно.", en: "This field is required."))
        }
    }

    /// The raw value; nil when absent or `null`.
    package func value(_ key: String) -> JSONValue? {
        switch object[key] {
        case nil, .null: nil
        case let value?: value
        }
    }

    package mutating func string(_ key: String, max: Int = FieldReader.text_max) -> String? {
        guard let value = value(key) else { return nil }
        guard let text = value.string else {
            wrongType(key, "string", Text(ru: "строкой", en: "a string"))
            return nil
        }
        // A character has at least one byte: the usual short text is not counted twice.
        if text.utf8.count > max, text.unicodeScalars.count > max {
            refuse(
                key, code: "TooLong",
                Text(
                    ru: "Слишком длинно: не больше \(max) знаков.",
                    en: "Too long: at most \(max) characters."))
            return nil
        }
        return text
    }

    /// A text that, when given, must have something in it besides spaces.
    package mutating func filledString(_ key: String, max: Int = FieldReader.text_max) -> String? {
        guard let text = string(key, max: max) else { return nil }
        if text.allSatisfy(\.isWhitespace) {
            refuse(
                key, code: "NotBlank", Text(ru: "Не может быть пустым.", en: "Must not be blank."))
            return nil
        }
        return text
    }

    package mutating func int64(
        _ key: String, in range: ClosedRange<Int64> = .min ... .max
    ) -> Int64? {
        guard let value = value(key) else { return nil }
        guard let number = value.int else {
            wrongType(key, "int", Text(ru: "целым числом", en: "an integer"))
            return nil
        }
        guard range.contains(number) else {
            refuse(
                key, code: "InvalidValue",
                Text(
                    ru: "Допустимо от \(range.lowerBound) до \(range.upperBound).",
                    en: "Must be from \(range.lowerBound) to \(range.upperBound)."))
            return nil
        }
        return number
    }

    /// A positive id. Whether such a record exists is for the slice to say.
    package mutating func id(_ key: String) -> Int64? { int64(key, in: 1 ... .max) }

    package mutating func bool(_ key: String) -> Bool? {
        guard let value = value(key) else { return nil }
        switch value {
        case .bool(let flag): return flag
        // amoCRM's own clients send these for booleans now and then.
        case .int(0): return false
        case .int(1): return true
        default:
            wrongType(key, "bool", Text(ru: "логическим значением", en: "a boolean"))
            return nil
        }
    }

    package mutating func double(_ key: String) -> Double? {
        guard let value = value(key) else { return nil }
        if value.double == nil { wrongType(key, "float", Text(ru: "числом", en: "a number")) }
        return value.double
    }

    /// Unix seconds. Clients in languages with one kind of number send fractions: they are cut off.
    package mutating func moment(_ key: String) -> Moment? {
        if case .double(let seconds)? = value(key), seconds >= 0,
            seconds < Double(Self.moments.upperBound)
        {
            return Moment(seconds: Int64(seconds))
        }
        return int64(key, in: Self.moments).map(Moment.init(seconds:))
    }

    /// amoCRM's money: whole units, possibly with a fraction; never negative, never above
    /// `Money.largest`.
    package mutating func money(_ key: String) -> Money? {
        guard let value = value(key) else { return nil }
        let minor: Int64?
        switch value {
        case .int(let units):
            let (product, overflow) = units.multipliedReportingOverflow(by: Money.minorPerUnit)
            minor = overflow ? nil : product
        case .double(let units):
            let product = (units * Double(Money.minorPerUnit)).rounded()
            minor = abs(product) < 9e18 ? Int64(product) : nil
        default:
            wrongType(key, "int", Text(ru: "числом", en: "a number"))
            return nil
        }
        guard let minor, (0...Money.largest.minor).contains(minor) else {
            refuse(
                key, code: "InvalidValue",
                Text(
                    ru: "Сумма должна быть от 0 до \(Money.largest.wholeUnits).",
                    en: "The amount must be from 0 to \(Money.largest.wholeUnits)."))
            return nil
        }
        return Money(minor: minor)
    }

    package mutating func array(_ key: String, max: Int = 250) -> [JSONValue]? {
        guard let value = value(key) else { return nil }
        guard let array = value.array else {
            wrongType(key, "array", Text(ru: "списком", en: "an array"))
            return nil
        }
        guard array.count <= max else {
            refuse(
                key, code: "TooMany",
                Text(ru: "Не больше \(max) штук.", en: "At most \(max) items."))
            return nil
        }
        return array
    }

    package mutating func object(_ key: String) -> FieldReader? {
        guard let value = value(key) else { return nil }
        guard let object = value.object else {
            wrongType(key, "object", Text(ru: "объектом", en: "an object"))
            return nil
        }
        return FieldReader(object, path: full(key), sharing: shared)
    }

    /// A list of objects, each with a reader of its own.
    package mutating func objects(_ key: String, max: Int = 250) -> [FieldReader]? {
        guard let values = array(key, max: max) else { return nil }
        var readers: [FieldReader] = []
        for (index, value) in values.enumerated() {
            if let object = value.object {
                let path = "\(full(key)).\(index)"
                readers.append(FieldReader(object, path: path, sharing: shared))
            } else {
                wrongType("\(key).\(index)", "object", Text(ru: "объектом", en: "an object"))
            }
        }
        return readers
    }

    /// A list of positive ids.
    package mutating func ids(_ key: String, max: Int = 250) -> [Int64]? {
        guard let values = array(key, max: max) else { return nil }
        var ids: [Int64] = []
        for (index, value) in values.enumerated() {
            if let id = value.int, id > 0 {
                ids.append(id)
            } else {
                wrongType("\(key).\(index)", "int", Text(ru: "целым числом", en: "an integer"))
            }
        }
        return ids
    }

    /// Source: amocrm-api 2.2, code `InvalidType`.
    package mutating func wrongType(_ key: String, _ type: String, _ word: Text) {
        refuse(
            key, code: "InvalidType",
            Text(
                ru: "Это значение должно быть \(word.ru).",
                en: "This value should be of type \(type)."))
    }
}
