import Records
import Vocabulary
import Web

extension AmoRights {
    /// The members of amoCRM's `rights` that users and roles have in common. Source: amocrm-api,
    /// 16.2.
    static func write(_ rights: Rights, isAdministrator: Bool, _ writer: inout JSONWriter) {
        for (entity, verbs) in letters(rights, isAdministrator: isAdministrator) {
            writer.object(entity) { writer in
                for (verb, letter) in verbs { writer.field(verb, letter) }
            }
        }
        writer.field("mail_access", isAdministrator)
        writer.field("catalog_access", isAdministrator)
        writer.field("status_rights", json: "[]")
        writer.field("catalog_rights", json: "[]")
        writer.field("custom_fields_rights", json: nil)
        writer.field("oper_day_reports_view_access", isAdministrator)
        writer.field("oper_day_user_tracking", false)
    }
}

extension AmoRights {
    /// The rights that a client names in letters; an entity that it leaves out is not among them.
    /// amoCRM has no right to see or to add tasks: whoever may change some sees those, and his own.
    static func read(_ reader: inout FieldReader) -> Rights {
        var reaches: [String: [String: Reach]] = [:]
        for (word, entity, verbs) in entities {
            guard var inner = reader.object(word) else { continue }
            var found: [String: Reach] = [:]
            for verb in verbs {
                guard let letter = inner.string(verb.rawValue) else { continue }
                guard let reach = reach(verb, letter) else {
                    inner.refuse(FieldRefusal.notAChoice(verb.rawValue))
                    continue
                }
                found[verb.rawValue] = reach
            }
            if entity == .task {
                let edit = found[Verb.edit.rawValue] ?? .none
                found[Verb.view.rawValue] = edit == .none ? .own : edit
                found[Verb.add.rawValue] = .all
            }
            reaches[entity.rawValue] = found
        }
        return Rights(reaches)
    }

    /// nil: no such letter for this verb.
    private static func reach(_ verb: Verb, _ letter: String) -> Reach? {
        switch letter {
        case "A": .all
        case "G" where verb != .add: .group
        case "M" where verb != .add: .own
        case "D": Reach.none
        default: nil
        }
    }
}
