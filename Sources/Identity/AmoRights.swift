import Vocabulary

/// Rights in amoCRM's letters: A all, G own group, M only where responsible, D denied.
/// Source: amocrm-api, 16.2.
enum AmoRights {
    /// amoCRM's word, ours, and the verbs that it has for the entity.
    static let entities: [(word: String, entity: EntityType, verbs: [Verb])] = [
        ("leads", .deal, [.view, .edit, .add, .delete, .export]),
        ("contacts", .contact, [.view, .edit, .add, .delete, .export]),
        ("companies", .company, [.view, .edit, .add, .delete, .export]),
        ("tasks", .task, [.edit, .delete]),
    ]

    static func letter(_ verb: Verb, _ reach: Reach) -> String {
        // Adding has no owner yet: one may or may not.
        if verb == .add { return reach == .none ? "D" : "A" }
        return switch reach {
        case .all: "A"
        case .group: "G"
        case .own: "M"
        case .none: "D"
        }
    }

    /// Letters by amoCRM's entity and verb, in amoCRM's order.
    static func letters(
        _ rights: Rights, isAdministrator: Bool
    ) -> [(entity: String, verbs: [(verb: String, letter: String)])] {
        entities.map { word, entity, verbs in
            let letters = verbs.map { verb in
                let reach = isAdministrator ? .all : rights.reach(verb, entity)
                return (verb: verb.rawValue, letter: letter(verb, reach))
            }
            return (entity: word, verbs: letters)
        }
    }
}
