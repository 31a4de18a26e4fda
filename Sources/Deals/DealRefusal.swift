import Vocabulary

/// What a user can be told "no" for when he works with deals.
enum DealRefusal: Refusal, Hashable {
    case unknownPipeline, unknownStage, unknownOwner, unknownLossReason, unknownDeal
    /// The stage asks for a custom field that is empty.
    case emptyField(id: Int64, name: String)
    /// Of `created_by` or `updated_by`: he never worked here.
    case unknownAuthor(path: String)
    case notChangeable

    var status: Int { self == .notChangeable ? 403 : 400 }

    var code: String {
        switch self {
        case .notChangeable: "Forbidden"
        case .emptyField: "RequiredFilled"
        default: "NotSupportedChoice"
        }
    }

    var path: String {
        switch self {
        case .unknownPipeline: "pipeline_id"
        case .unknownStage: "status_id"
        case .unknownOwner: "responsible_user_id"
        case .unknownLossReason: "loss_reason_id"
        case .unknownDeal: "id"
        case .emptyField(let id, _): "custom_fields_values.\(id)"
        case .unknownAuthor(let path): path
        case .notChangeable: ""
        }
    }

    var detail: Text {
        switch self {
        case .unknownPipeline: Text(ru: "Такой воронки нет.", en: "There is no such pipeline.")
        case .unknownStage:
            Text(ru: "В этой воронке нет такого этапа.", en: "This pipeline has no such stage.")
        case .unknownOwner, .unknownAuthor:
            Text(ru: "Такого сотрудника нет.", en: "There is no such member.")
        case .unknownLossReason:
            Text(ru: "Такой причины отказа нет.", en: "There is no such loss reason.")
        case .unknownDeal: Text(ru: "Такой сделки нет.", en: "There is no such deal.")
        case .emptyField(_, let name):
            Text(
                ru: "Чтобы перейти на этот этап, заполните поле «\(name)».",
                en: "Fill in the field “\(name)” to move to this stage.")
        case .notChangeable:
            Text(ru: "У вас нет права на это действие.", en: "You have no right to do this.")
        }
    }
}

/// Everything that is wrong with one item.
struct Refused: Error {
    let refusals: [any Refusal]
}

/// The card changed since the client saw it (If-Match): 412 with the card as it is now.
struct Outdated: Error {}
