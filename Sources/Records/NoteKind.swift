import Vocabulary
import Web

/// What a note may be, what its `params` hold, and which event says that it was added.
/// Source: amocrm-api 14 and 15.3.
struct NoteKind: Sendable {
    enum Value: Sendable {
        case text, any
        case number(ClosedRange<Int64>)
        case choice([String])
    }

    struct Param: Sendable {
        let key: String
        let value: Value
        let isRequired: Bool
    }

    let name: String
    let event: String
    let params: [Param]

    /// Characters of a note's text, or of any other text in it.
    static let text_characters_max = 20_000

    /// A call of 30 years.
    private static let seconds: ClosedRange<Int64> = 0...1_000_000_000

    static func named(_ name: String) -> NoteKind? { all[name] }

    private static let all: [String: NoteKind] = Dictionary(
        uniqueKeysWithValues: [
            kind("common", "common_note_added", required: ["text"]),
            kind(
                "call_in", "incoming_call", ["uniq", "source", "link", "phone", "call_result"],
                numbers: ["duration": seconds, "call_status": 1...8], any: ["call_responsible"]),
            kind(
                "call_out", "outgoing_call", ["uniq", "source", "link", "phone", "call_result"],
                numbers: ["duration": seconds, "call_status": 1...8], any: ["call_responsible"]),
            kind("service_message", "service_note_added", ["service"], required: ["text"]),
            kind("extended_service_message", "service_note_added", ["service"], required: ["text"]),
            kind(
                "message_cashier", "message_to_cashier_note_added", required: ["text"],
                choices: ["status": ["created", "shown", "canceled"]]),
            kind(
                "geolocation", "geo_note_added", ["address", "longitude", "latitude"],
                required: ["text"]),
            kind("sms_in", "incoming_sms", ["phone"], required: ["text"]),
            kind("sms_out", "outgoing_sms", ["phone"], required: ["text"]),
            kind(
                "attachment", "attachment_note_added",
                ["version_uuid", "file_uuid", "file_name", "original_name"],
                any: ["is_drive_attachment"]),
            kind(
                "invoice_paid", "service_note_added", ["service", "icon_url"], required: ["text"]),
            kind("bill_paid", "service_note_added", ["service", "icon_url"], required: ["text"]),
            kind("site_visit", "site_visit_note_added", required: ["url"]),
            kind("targeting_in", "targeting_in_note_added", ["contacts", "campaign", "service"]),
            kind("targeting_out", "targeting_out_note_added", ["contacts", "campaign", "service"]),
        ].map { ($0.name, $0) })

    private static func kind(
        _ name: String, _ event: String, _ texts: [String] = [], required: [String] = [],
        numbers: [String: ClosedRange<Int64>] = [:], choices: [String: [String]] = [:],
        any: [String] = []
    ) -> NoteKind {
        NoteKind(
            name: name, event: event,
            params: required.map { Param(key: $0, value: .text, isRequired: true) }
                + texts.map { Param(key: $0, value: .text, isRequired: false) }
                + numbers.map { Param(key: $0.key, value: .number($0.value), isRequired: false) }
                + choices.map { Param(key: $0.key, value: .choice($0.value), isRequired: false) }
                + any.map { Param(key: $0, value: .any, isRequired: false) })
    }

    /// The known params only, checked.
    func read(_ reader: inout FieldReader) -> JSONValue {
        var object = JSONObject()
        for param in params {
            switch param.value {
            case .text:
                if param.isRequired { reader.require(param.key) }
                let text =
                    param.isRequired
                    ? reader.filledString(param.key, max: Self.text_characters_max)
                    : reader.string(param.key, max: Self.text_characters_max)
                if let text { object[param.key] = .string(text) }
            case .number(let range):
                if let number = reader.int64(param.key, in: range) {
                    object[param.key] = .int(number)
                }
            case .choice(let words):
                guard let word = reader.string(param.key) else { break }
                if !words.contains(word) { reader.refuse(FieldRefusal.notAChoice(param.key)) }
                object[param.key] = .string(word)
            case .any:
                switch reader.value(param.key) {
                case .some(.array), .some(.object):
                    reader.wrongType(param.key, "string", Text(ru: "строкой", en: "a string"))
                case let value?: object[param.key] = value
                case nil: break
                }
            }
        }
        return .object(object)
    }
}
