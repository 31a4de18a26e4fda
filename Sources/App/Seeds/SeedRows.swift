/// Rows as they go into `jsonb_to_recordset`. Moments are Unix seconds; `ord` keeps the order,
/// which gives the ids.
struct CompanyRow: Encodable {
    let ord: Int
    let name: String
    let owner: Int64
    let fields: [String: SeedValue]
    let at: Int64
}

struct ContactRow: Encodable {
    let ord: Int
    let name: String
    let first: String
    let last: String
    let owner: Int64
    let company: Int64?
    let fields: [String: SeedValue]
    let at: Int64
}

struct DealRow: Encodable {
    let ord: Int
    let name: String
    let pipeline: Int64
    let stage: Int64
    let entered: Int64
    let amount: Int64
    let owner: Int64
    let company: Int64?
    let reason: Int64?
    let channel: String
    let closeOn: String?
    let fields: [String: SeedValue]
    let tags: [Int64]
    let nextTask: Int64?
    let at: Int64
    let updated: Int64
    let closed: Int64?
}

struct SpanRow: Encodable {
    let deal: Int64
    let pipeline: Int64
    let stage: Int64
    let entered: Int64
    let enteredBy: Int64
    let left: Int64?
    let leftBy: Int64?
}

struct LinkRow: Encodable {
    let deal: Int64
    let contact: Int64
}

struct TaskRow: Encodable {
    let text: String
    let kind: Int64
    let owner: Int64
    let deal: Int64
    let due: Int64
    let result: String?
    let completed: Int64?
    let at: Int64
}

struct NoteRow: Encodable {
    let deal: Int64
    let text: String
    let owner: Int64
    let at: Int64
}

struct EventRow: Encodable {
    let id: String
    let type: String
    let deal: Int64
    let actor: Int64
    let before: [SeedValue]
    let after: [SeedValue]
    let at: Int64
}

/// A JSON value of a custom field or of an event.
indirect enum SeedValue: Encodable {
    case text(String)
    case number(Int64)
    case yes
    case list([SeedValue])
    case object([String: SeedValue])

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        case .yes: try container.encode(true)
        case .list(let list): try container.encode(list)
        case .object(let object): try container.encode(object)
        }
    }
}
