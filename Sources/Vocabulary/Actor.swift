/// Who acts, in which tenant, with which rights. Made by Identity for one request and passed by
/// value.
package struct Actor: Sendable, Hashable {
    package let userID: Int64
    package let name: String
    package let language: Language
    package let isAdministrator: Bool
    package let rights: Rights
    /// nil: the default group (amoCRM's group 0).
    package let groupID: Int64?
    /// The active members of the actor's group, himself included.
    package let groupMemberIDs: [Int64]

    package init(
        userID: Int64, name: String, language: Language, isAdministrator: Bool, rights: Rights,
        groupID: Int64? = nil, groupMemberIDs: [Int64]
    ) {
        self.userID = userID
        self.name = name
        self.language = language
        self.isAdministrator = isAdministrator
        self.rights = rights
        self.groupID = groupID
        self.groupMemberIDs = groupMemberIDs
    }

    /// The machine itself: seeds, automation, jobs. amoCRM shows it as user 0.
    package static let robot = Actor(
        userID: 0, name: "Voronka", language: .ru, isAdministrator: true, rights: .everything,
        groupMemberIDs: [])

    /// Whose records the actor may reach with this verb; `.these([])` when he has no right at all.
    /// What he may not see he may not change either, whatever his other rights say.
    package func owners(_ verb: Verb, _ entity: EntityType) -> Owners {
        if isAdministrator { return .everyone }
        let reach = rights.reach(verb, entity)
        let seen = verb == .add ? reach : min(reach, rights.reach(.view, entity))
        return switch seen {
        case .all: .everyone
        case .group: .these(groupMemberIDs)
        case .own: .these([userID])
        case .none: .these([])
        }
    }
}
