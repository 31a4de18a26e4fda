import Vocabulary
import Web

/// What a request wants of a custom field's definition; nil parts stay as they are.
struct CustomFieldDraft: Sendable {
    struct Enum: Sendable {
        let id: Int64?
        let value: String
        let code: String?
        let sort: Int32?
    }

    struct Stage: Sendable {
        let pipelineID: Int64
        let stageID: Int64
        /// In the request's list, for the refusal.
        let place: Int
    }

    var id: Int64?
    var name: String?
    var kind: CustomField.Kind?
    var code: String?
    var sort: Int32?
    var isAPIOnly: Bool?
    /// The whole new set of options.
    var enums: [Enum]?
    /// Where a deal cannot stand without it; an empty list: nowhere.
    var requiredStages: [Stage]?

    /// Options of one field, fields of one kind of record.
    static let enums_max = 500
    static let fields_max = 300
    static let name_characters_max = 255

    init(_ reader: inout FieldReader, isNew: Bool, id: Int64? = nil) {
        self.id = id
        if !isNew, id == nil {
            reader.require("id")
            self.id = reader.id("id")
        }
        if isNew {
            reader.require("name")
            reader.require("type")
        }
        name = reader.filledString("name", max: Self.name_characters_max)
        if let word = reader.string("type") {
            kind = CustomField.Kind(rawValue: word)
            if kind == nil { reader.refuse(FieldRefusal.notAChoice("type")) }
        }
        code = reader.string("code", max: Self.name_characters_max)
        sort = reader.int64("sort", in: 0...1_000_000).map(Int32.init)
        isAPIOnly = reader.bool("is_api_only")
        enums = readEnums(&reader)
        requiredStages = readStages(&reader)
        if isNew, kind?.hasOptions == true, enums?.isEmpty ?? true { reader.require("enums") }
    }

    private func readEnums(_ reader: inout FieldReader) -> [Enum]? {
        guard let readers = reader.objects("enums", max: Self.enums_max) else { return nil }
        return readers.compactMap { reader in
            var reader = reader
            reader.require("value")
            let id = reader.id("id")
            let code = reader.string("code", max: Self.name_characters_max)
            let sort = reader.int64("sort", in: 0...1_000_000).map(Int32.init)
            guard let value = reader.filledString("value", max: Self.name_characters_max) else {
                return nil
            }
            return Enum(id: id, value: value, code: code, sort: sort)
        }
    }

    private func readStages(_ reader: inout FieldReader) -> [Stage]? {
        if reader.isNull("required_statuses") { return [] }
        guard let readers = reader.objects("required_statuses") else { return nil }
        return readers.enumerated().compactMap { place, reader in
            var reader = reader
            reader.require("status_id")
            reader.require("pipeline_id")
            guard let stage = reader.id("status_id"), let pipeline = reader.id("pipeline_id") else {
                return nil
            }
            return Stage(pipelineID: pipeline, stageID: stage, place: place)
        }
    }

    /// As stored in `custom_fields.required_stages`.
    static func json(_ stages: [Stage]) -> String {
        JSONValue.array(
            stages.map {
                .made([("status_id", .int($0.stageID)), ("pipeline_id", .int($0.pipelineID))])
            }
        ).text
    }
}
