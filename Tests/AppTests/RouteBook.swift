import Hummingbird
import Vocabulary
import Web

/// What the matrices know of one route. Each route of the product must have an entry, so that a
/// new one is tested for isolation, rights and bad input from its first day.
struct RouteCase: Sendable {
    /// Who may.
    enum Right: Sendable {
        /// Everybody, signed in or not.
        case anybody
        /// Every member, for what is the company's and not a record: stages, people, words.
        case member
        case administrator
        /// Whoever may do this with the record that the path names, by its owner.
        case record(EntityType, Verb)
        /// As `record`, for the records that the body or the query names.
        case named(EntityType, Verb)
        /// Whoever may add records of this kind.
        case adds(EntityType)
        /// A list or screen of records of this kind: what he may not see is not in it.
        case lists(EntityType)
        /// Whoever may add or edit any record of this kind.
        case tags(EntityType)
    }

    /// `PATCH /api/v4/leads/{}/notes/{}`
    let route: String
    let right: Right
    /// A body that is taken.
    var body: (@Sendable (Ids) -> String)?
    /// What is checked in the body.
    var fields: [Field] = []
    /// Where what was written can be read.
    var readBack: (@Sendable (Ids) -> String)?
    /// Further requests that name rows by query or body: each must answer for a neighbour's ids as
    /// for unknown ones.
    var naming: [@Sendable (_ mine: Ids, _ other: Ids) -> (path: String, body: String?)] = []
    /// Not isolation's business, with the reason.
    var isolationNote: String?

    var method: String { String(route.prefix { $0 != " " }) }
    var pattern: String { String(route.drop { $0 != " " }.dropFirst()) }
    var isBrowser: Bool { !pattern.hasPrefix("/api/") }
    var isWrite: Bool { method != "GET" }
    var namesRows: Bool { pattern.contains("{}") }

    /// The path with these ids in it.
    func path(_ ids: Ids) -> String { RouteBook.fill(pattern, ids) }
}

/// One field of a body, as docs/api has it.
struct Field: Sendable {
    enum Kind: Sendable {
        /// At most so many characters; may it be blank?
        case text(Int, blank: Bool = true)
        case int, bool, money, moment, list, object
        /// The id of a row that must exist.
        case reference
        /// As `reference`; 0 stands for none.
        case referenceOrNone
        /// An id that is not looked up.
        case id
        /// A word out of a closed set.
        case choice
        /// `custom_fields_values`
        case values
        /// A password: a text that is never shown.
        case secret
    }

    /// Dotted, within the item.
    let path: String
    let kind: Kind

    init(_ path: String, _ kind: Kind) {
        self.path = path
        self.kind = kind
    }
}

enum RouteBook {
    static let all: [String: RouteCase] = {
        let cases = deals + cards + tasks + people + screens + open
        return Dictionary(cases.map { ($0.route, $0) }, uniquingKeysWith: { first, _ in first })
    }()

    static var sorted: [RouteCase] { all.values.sorted { $0.route < $1.route } }

    /// `GET /api/v4/leads/{}`, whatever its parameters are called.
    static func name(_ method: String, _ path: String) -> String {
        let parts = path.split(separator: "/").map { part in
            part.hasPrefix(":") || part.hasPrefix("{") ? "{}" : part
        }
        return "\(method) /\(parts.joined(separator: "/"))"
    }

    static func names(_ router: Router<AnonymousContext>) -> Set<String> {
        Set(router.routes.map { name($0.method.rawValue, $0.path.description) })
    }

    /// Routes without a case, and cases without a route.
    static func gaps(
        routes: Set<String>, book: Set<String> = Set(all.keys)
    ) -> (missing: [String], stale: [String]) {
        (routes.subtracting(book).sorted(), book.subtracting(routes).sorted())
    }

    /// Writes that take a body must say which fields it has.
    static func withoutFields(_ cases: [RouteCase] = sorted) -> [String] {
        cases.filter { $0.body != nil && $0.fields.isEmpty }.map(\.route)
    }

    static func fill(_ pattern: String, _ ids: Ids) -> String {
        var parts: [String] = []
        for part in pattern.split(separator: "/") {
            parts.append(part == "{}" ? id(after: parts, ids) : String(part))
        }
        return "/" + parts.joined(separator: "/")
    }

    /// What stands at this place is told by what stands before it.
    private static func id(after parts: [String], _ ids: Ids) -> String {
        let kind = parts.first { Furniture.kinds.contains($0) } ?? "leads"
        switch parts.last ?? "" {
        case "leads", "deals": return "\(ids.deal)"
        case "contacts": return "\(ids.contact)"
        case "companies": return "\(ids.company)"
        case "tasks": return "\(ids.task)"
        case "notes": return "\(ids.note[kind] ?? 0)"
        case "tags": return "\(ids.tag[kind] ?? 0)"
        case "custom_fields": return "\(ids.field[kind] ?? 0)"
        case "pipelines": return "\(ids.pipeline)"
        case "statuses": return "\(ids.freeStage)"
        case "loss_reasons": return "\(ids.lossReason)"
        case "users": return "\(ids.user)"
        case "roles": return "\(ids.role)"
        case "events", "undo": return ids.event
        default: return "build"
        }
    }

    static func entity(_ kind: String) -> EntityType {
        switch kind {
        case "leads": .deal
        case "contacts": .contact
        case "companies": .company
        default: .task
        }
    }
}
