/// What a person does with a record.
package enum Verb: String, Sendable, Codable, CaseIterable {
    case view, edit, add, delete, export
}

/// How far a right reaches.
package enum Reach: String, Sendable, Codable, Comparable {
    /// Every record of the tenant.
    case all
    /// Records owned by members of the actor's group, and his own.
    case group
    /// Only records that the actor owns.
    case own
    /// No record.
    case none

    private var width: Int {
        switch self {
        case .none: 0
        case .own: 1
        case .group: 2
        case .all: 3
        }
    }

    package static func < (a: Reach, b: Reach) -> Bool { a.width < b.width }
}

/// The rights of a role: a reach per entity and verb. What is not named is `none`.
package struct Rights: Sendable, Codable, Hashable {
    /// `["deal": ["view": "all", "edit": "own"]]`, as stored in `roles.rights`.
    package var reaches: [String: [String: Reach]]

    package init(_ reaches: [String: [String: Reach]]) { self.reaches = reaches }

    package init(from decoder: any Decoder) throws {
        reaches = try [String: [String: Reach]](from: decoder)
    }

    package func encode(to encoder: any Encoder) throws { try reaches.encode(to: encoder) }

    package func reach(_ verb: Verb, _ entity: EntityType) -> Reach {
        reaches[entity.rawValue]?[verb.rawValue] ?? .none
    }

    private static func same(_ verbs: [String: Reach]) -> Rights {
        Rights(Dictionary(uniqueKeysWithValues: EntityType.allCases.map { ($0.rawValue, verbs) }))
    }

    package static let everything = same(
        Dictionary(uniqueKeysWithValues: Verb.allCases.map { ($0.rawValue, Reach.all) }))
    package static let headOfSales = everything
    package static let seller = same(
        ["view": .group, "edit": .own, "add": .all, "delete": .none, "export": .none])
}

/// Whose records a lookup may find. It goes *into the WHERE*, so that a forgotten check finds
/// nothing.
package enum Owners: Sendable, Hashable {
    case everyone
    case these([Int64])
}
