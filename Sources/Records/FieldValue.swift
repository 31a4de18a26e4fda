import Vocabulary
package import Web

/// A checked value of a custom field.
package enum FieldValue: Sendable, Hashable {
    case text(String)
    /// A decimal number in plain notation.
    case number(String)
    case flag
    case option(Int64)
    case options([Int64])
    case day(Day)
    case contacts([Contact])

    /// One phone, address, ...
    package struct Contact: Sendable, Hashable {
        package let value: String
        package let code: String
    }

    /// As it is stored in `fields`.
    package var json: JSONValue {
        switch self {
        case .text(let text), .number(let text): .string(text)
        case .flag: .bool(true)
        case .option(let id): .int(id)
        case .options(let ids): .array(ids.map { .int($0) })
        case .day(let day): .string(day.text)
        case .contacts(let list):
            .array(list.map { .made([("code", .string($0.code)), ("value", .string($0.value))]) })
        }
    }

    /// As it is stored in `field_numbers`; nil: not a kind that is filtered by range.
    var number: String? {
        switch self {
        case .number(let text): text
        case .day(let day): String(day.number)
        default: nil
        }
    }

    /// Checks `values`. Gives nil for null, an empty list or a single empty value: the field is to
    /// be cleared.
    init?(
        _ json: JSONValue, field: CustomField, timeZone: String, path: String
    ) throws(FieldRefusal) {
        if json == .null { return nil }
        guard case .array(let items) = json else { throw .invalidType(path, "array") }
        guard items.count <= CustomField.values_max else {
            throw .tooMany(path, CustomField.values_max)
        }
        if items.isEmpty { return nil }
        switch field.kind {
        case .multitext:
            var list: [Contact] = []
            for (index, item) in items.enumerated() {
                if let one = try Self.contact(item, field, "\(path).\(index)") { list.append(one) }
            }
            if list.isEmpty { return nil }
            self = .contacts(list)
        case .multiselect:
            var ids: [Int64] = []
            for (index, item) in items.enumerated() {
                let id = try Self.option(item, field, "\(path).\(index)")
                if let id, !ids.contains(id) { ids.append(id) }
            }
            if ids.isEmpty { return nil }
            self = .options(ids)
        default:
            guard items.count == 1 else { throw .tooMany(path, 1) }
            try self.init(single: items[0], field: field, timeZone: timeZone, path: path + ".0")
        }
    }

    private init?(
        single item: JSONValue, field: CustomField, timeZone: String, path: String
    ) throws(FieldRefusal) {
        guard case .object = item else { throw .invalidType(path, "object") }
        if field.kind == .select {
            guard let id = try Self.option(item, field, path) else { return nil }
            self = .option(id)
            return
        }
        let path = path + ".value"
        guard let value = item.present("value") else { return nil }
        switch field.kind {
        case .checkbox:
            guard try Self.flag(value, path) else { return nil }
            self = .flag
        case .numeric:
            guard let number = try Self.decimal(value, path) else { return nil }
            self = .number(number)
        case .date:
            guard let day = try Self.day(value, timeZone, path) else { return nil }
            self = .day(day)
        default:
            guard let text = try Self.text(value, field, path) else { return nil }
            self = .text(text)
        }
    }

    private static func text(
        _ value: JSONValue, _ field: CustomField, _ path: String
    ) throws(FieldRefusal) -> String? {
        let text: String
        switch value {
        case .string(let string): text = string
        case .int(let number): text = String(number)
        case .double(let number): text = String(number)
        default: throw .invalidType(path, "string")
        }
        let most =
            field.kind == .textarea
            ? CustomField.textarea_characters_max : CustomField.text_characters_max
        guard text.unicodeScalars.count <= most else { throw .tooLong(path, most) }
        return text.isEmpty ? nil : text
    }

    private static func flag(_ value: JSONValue, _ path: String) throws(FieldRefusal) -> Bool {
        switch value {
        case .bool(let flag): flag
        case .int(0), .string("0"), .string("false"), .string(""): false
        case .int(1), .string("1"), .string("true"): true
        default: throw .invalidType(path, "bool")
        }
    }

    /// At most 30 digits before and 10 after the point: what a person can mean, and PostgreSQL
    /// keeps exactly.
    private static func decimal(
        _ value: JSONValue, _ path: String
    ) throws(FieldRefusal) -> String? {
        let text: String
        switch value {
        case .int(let number): return String(number)
        case .double(let number):
            guard number.magnitude < 1e15 else { throw .invalidValue(path) }
            text = plain(number)
        case .string(let string): text = string
        default: throw .invalidType(path, "numeric")
        }
        if text.isEmpty { return nil }
        guard let number = decimal(text) else { throw .invalidValue(path) }
        return number
    }

    /// In one form only, so that equal numbers are equal texts; nil: not a number.
    static func decimal(_ text: String) -> String? {
        guard let match = text.wholeMatch(of: /(-?)0*(\d{1,30}?)(?:[.,](\d{1,10}?)0*)?/)?.output
        else {
            return nil
        }
        let fraction = match.3.map { $0.allSatisfy { $0 == "0" } ? "" : "." + $0 } ?? ""
        let sign = match.2 == "0" && fraction.isEmpty ? "" : match.1
        return sign + match.2 + fraction
    }

    /// Without an exponent: `1e-05` is 0.00001.
    private static func plain(_ number: Double) -> String {
        let text = String(number)
        guard text.contains("e") else { return text }
        let scaled = (number * 1e10).rounded()
        let digits = String(Int64(exactly: scaled.magnitude) ?? 0)
        let padded = String(repeating: "0", count: max(0, 11 - digits.count)) + digits
        return (number < 0 ? "-" : "") + padded.dropLast(10) + "." + padded.suffix(10)
    }

    private static func day(
        _ value: JSONValue, _ timeZone: String, _ path: String
    ) throws(FieldRefusal) -> Day? {
        let day: Day?
        switch value {
        case .int(let seconds): day = Day(seconds: seconds, timeZone: timeZone)
        case .double(let seconds):
            day =
                seconds.magnitude < 1e12
                ? Day(seconds: Int64(seconds.rounded(.down)), timeZone: timeZone) : nil
        case .string(""): return nil
        case .string(let text):
            // Unix seconds arrive as text from form-minded clients.
            day =
                Int64(text).flatMap { Day(seconds: $0, timeZone: timeZone) }
                ?? Day(text, timeZone: timeZone)
        default: throw .invalidType(path, "int")
        }
        guard let day else { throw .invalidValue(path) }
        return day
    }

    /// By `enum_id`, `enum_code` or the text itself. nil: nothing is named.
    private static func option(
        _ item: JSONValue, _ field: CustomField, _ path: String
    ) throws(FieldRefusal) -> Int64? {
        guard case .object = item else { throw .invalidType(path, "object") }
        if let id = item.present("enum_id") {
            guard case .int(let id) = id else { throw .invalidType(path + ".enum_id", "int") }
            guard field.option(id: id) != nil else { throw .notAChoice(path + ".enum_id") }
            return id
        }
        if let code = item.present("enum_code") {
            guard case .string(let code) = code else {
                throw .invalidType(path + ".enum_code", "string")
            }
            guard let option = field.option(code: code) else {
                throw .notAChoice(path + ".enum_code")
            }
            return option.id
        }
        guard let value = item.present("value"), value != .string("") else { return nil }
        guard case .string(let text) = value else { throw .invalidType(path + ".value", "string") }
        guard let option = field.option(value: text) else { throw .notAChoice(path + ".value") }
        return option.id
    }

    /// A code that nobody named is the field's first: WORK. nil: an empty value.
    private static func contact(
        _ item: JSONValue, _ field: CustomField, _ path: String
    ) throws(FieldRefusal) -> Contact? {
        guard case .object = item else { throw .invalidType(path, "object") }
        guard let value = item.present("value"), let text = try text(value, field, path + ".value")
        else { return nil }
        if let id = item.present("enum_id") {
            guard case .int(let id) = id else { throw .invalidType(path + ".enum_id", "int") }
            guard let code = field.option(id: id)?.code else {
                throw .notAChoice(path + ".enum_id")
            }
            return Contact(value: text, code: code)
        }
        // Older payloads use the key `enum` for the code.
        for key in ["enum_code", "enum"] {
            guard let code = item.present(key) else { continue }
            guard case .string(let code) = code else {
                throw .invalidType("\(path).\(key)", "string")
            }
            guard field.option(code: code) != nil else { throw .notAChoice("\(path).\(key)") }
            return Contact(value: text, code: code)
        }
        return Contact(value: text, code: field.options.first?.code ?? "WORK")
    }
}
