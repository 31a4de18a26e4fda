import Records
import Vocabulary
import Web

/// A checked change: the row as it was, and as it will be.
struct ChangedCard: Sendable {
    let draft: PartyDraft
    let old: Party.Current
    let changes: FieldChanges
    let tagIDs: [Int64]

    var firstName: String { draft.firstName ?? old.firstName }
    var lastName: String { draft.lastName ?? old.lastName }
    var ownerID: Int64 { draft.ownerID ?? old.ownerID }

    /// New parts without a name compose it anew.
    var name: String {
        if let name = draft.name { return name }
        if draft.firstName == nil && draft.lastName == nil { return old.name }
        var whole = draft
        whole.firstName = firstName
        whole.lastName = lastName
        return whole.composedName()
    }

    static func check(
        _ drafts: [PartyDraft], _ current: [Int64: Party.Current], _ rules: CardRules,
        _ tags: Tags.Resolved
    ) throws -> [ChangedCard] {
        var refused: [BatchRefusal.Item] = []
        var seen: Set<Int64> = []
        var cards: [ChangedCard] = []
        for draft in drafts {
            guard let id = draft.id, let old = current[id] else { continue }
            var refusals: [any Refusal] = []
            // Two changes of one record in one request have no order.
            if !seen.insert(id).inserted { refusals.append(FieldRefusal.notAChoice("id")) }
            rules.check(ownerID: draft.ownerID, refusals: &refusals)
            rules.check(authorID: draft.updatedBy, "updated_by", refusals: &refusals)
            let changes = rules.changes(draft.fields, refusals: &refusals)
            let ids = draft.tags.applied(to: old.tagIDs, tags, refusals: &refusals)
            if !refusals.isEmpty {
                refused.append(.init(requestID: draft.requestID, refusals: refusals))
            }
            cards.append(ChangedCard(draft: draft, old: old, changes: changes, tagIDs: ids))
        }
        if !refused.isEmpty { throw BatchRefusal(refused) }
        return cards
    }

    /// amoCRM's events: one for each thing that really changed.
    func events(_ entity: EntityType, _ tags: Tags.Resolved, version: Int64) -> [RecordEvent] {
        var list: [(type: String, before: JSONValue, after: JSONValue)] = []
        if name != old.name {
            func value(_ name: String) -> JSONValue {
                .array([.made([("name_field_value", .made([("name", .string(name))]))])])
            }
            list.append(("name_field_changed", value(old.name), value(name)))
        }
        if ownerID != old.ownerID {
            func value(_ id: Int64) -> JSONValue {
                .array([.made([("responsible_user", .made([("id", .int(id))]))])])
            }
            list.append(("entity_responsible_changed", value(old.ownerID), value(ownerID)))
        }
        list += changes.events(old: old.fields)
        list += TagChanges.events(from: old.tagIDs, to: tagIDs) { tags.name($0) }
        let patch: JSONValue = .made([
            ("name", .string(name)), ("owner_id", .int(ownerID)), ("version", .int(version)),
        ])
        return list.map {
            RecordEvent(
                $0.type, entity, old.id, ownerID: ownerID, before: $0.before, after: $0.after,
                patch: patch)
        }
    }
}
