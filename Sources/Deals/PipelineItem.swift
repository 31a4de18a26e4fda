import Records
import Vocabulary
import Web

/// What a client says of a pipeline, on create and on change.
struct PipelineItem: Sendable {
    /// Source: amocrm-api 7.1.
    static let pipelines_max = 50
    static let stages_max = 100
    static let name_characters_max = 255

    let name: String?
    let sort: Int64?
    let isMain: Bool?
    let hasIncoming: Bool?
    let stages: [StageItem]

    init?(_ reader: inout FieldReader, isNew: Bool) {
        if isNew { reader.require("name") }
        name = reader.filledString("name", max: Self.name_characters_max)
        sort = reader.int64("sort", in: 0...1_000_000)
        isMain = reader.bool("is_main")
        hasIncoming = reader.bool("is_unsorted_on")
        var stages: [StageItem] = []
        if isNew, var embedded = reader.object("_embedded") {
            for var stage in embedded.objects("statuses", max: Self.stages_max) ?? [] {
                if let item = StageItem(&stage, isNew: true) { stages.append(item) }
            }
        }
        self.stages = stages
    }
}

/// What a client says of a stage ("status").
struct StageItem: Sendable {
    /// The colours that amoCRM's own client takes. Source: amocrm-api 7.1.
    static let colors: Set<String> = [
        "#fffeb2", "#fffd7f", "#fff000", "#ffeab2", "#ffdc7f", "#ffce5a", "#ffdbdb", "#ffc8c8",
        "#ff8f92",
        "#d6eaff", "#c1e0ff", "#98cbff", "#ebffb1", "#deff81", "#87f2c0", "#f9deff", "#f3beff",
        "#ccc8f9",
        "#eb93ff", "#f2f3f4", "#e6e8ea", "#99ccff", "#ffcc66", "#ffff99",
    ]
    static let color_default = "#c1e0ff"

    /// 142 or 143 when the closing stages are to be renamed; else nil.
    let closingID: Int64?
    let name: String?
    let sort: Int64?
    let color: String?
    /// Our own additions: how likely a deal of this stage is won, and after how many days in it a
    /// deal counts as rotten.
    let probability_pct: Int64?
    let rot_days: Said<Int64>

    /// Ten years.
    static let rot_days_max: Int64 = 3_650

    init?(_ reader: inout FieldReader, isNew: Bool) {
        let id = reader.id("id")
        closingID = id == StageKey.won || id == StageKey.lost ? id : nil
        if isNew { reader.require("name") }
        name = reader.filledString("name", max: PipelineItem.name_characters_max)
        // Above this are the closing stages.
        sort = reader.int64("sort", in: 0...9_999)
        probability_pct = reader.int64("probability", in: 0...100)
        if reader.isNull("rot_days") {
            rot_days = .empty
        } else {
            rot_days =
                reader.int64("rot_days", in: 1...Self.rot_days_max).map { .value($0) } ?? .nothing
        }
        let color = reader.string("color", max: 7)?.lowercased()
        self.color = color
        if let color, !Self.colors.contains(color) {
            reader.refuse(FieldRefusal.notAChoice("color"))
        }
    }

    /// How our own screens tint the column, by the colour amoCRM's clients chose.
    var hue: String {
        switch color ?? Self.color_default {
        case "#d6eaff", "#c1e0ff", "#98cbff", "#99ccff": "blue"
        case "#fffeb2", "#fffd7f", "#fff000", "#ffeab2", "#ffdc7f", "#ffff99": "amber"
        case "#ffce5a", "#ffcc66": "orange"
        case "#ffdbdb", "#ffc8c8", "#ff8f92": "pink"
        case "#ebffb1", "#deff81": "green"
        case "#87f2c0": "teal"
        case "#f9deff", "#f3beff", "#ccc8f9", "#eb93ff": "violet"
        default: "slate"
        }
    }
}

/// What a user can be told "no" for when he shapes the pipelines.
enum PipelineRefusal: Refusal, Hashable {
    case notAdministrator, tooManyPipelines, tooManyStages, isMain, hasDeals, isFixed

    var status: Int {
        switch self {
        case .notAdministrator: 403
        default: 400
        }
    }

    var code: String {
        switch self {
        case .notAdministrator: "Forbidden"
        case .tooManyPipelines, .tooManyStages: "TooMany"
        default: "NotSupportedChoice"
        }
    }

    var path: String { "" }

    var detail: Text {
        switch self {
        case .notAdministrator:
            Text(
                ru: "Воронки настраивает администратор.",
                en: "Only an administrator shapes the pipelines.")
        case .tooManyPipelines:
            Text(
                ru: "Не больше \(PipelineItem.pipelines_max) воронок.",
                en: "At most \(PipelineItem.pipelines_max) pipelines.")
        case .tooManyStages:
            Text(
                ru: "Не больше \(PipelineItem.stages_max) этапов в воронке.",
                en: "At most \(PipelineItem.stages_max) stages in a pipeline.")
        case .isMain:
            Text(ru: "Главную воронку удалить нельзя.", en: "The main pipeline cannot be deleted.")
        case .hasDeals:
            Text(
                ru: "Здесь есть сделки. Сначала перенесите их.",
                en: "There are deals here. Move them first.")
        case .isFixed:
            Text(ru: "Этот этап изменить нельзя.", en: "This stage cannot be changed.")
        }
    }
}
