import Outbox
import Postgres
import Records
package import Tenancy
package import Vocabulary
import Web

extension Party {
    /// Writes new contacts or companies with their events, in the caller's transaction; a handful
    /// of statements
    /// however many there are.
    ///
    /// - Returns: their ids, in the order of the drafts.
    /// - Throws: a refusal when the actor may not add; `BatchRefusal` naming every item that
    ///   cannot be taken.
    package func create(
        _ drafts: [PartyDraft], actor: Actor, at: Moment, in transaction: TenantTransaction
    ) async throws -> [Int64] {
        guard actor.owners(.add, entity) != .these([]) else { throw FieldRefusal.noRight }
        let rules = try await CardRules.load(
            entity, needsFields: drafts.contains { $0.fields != nil },
            ownerIDs: drafts.compactMap(\.ownerID), authorIDs: drafts.flatMap(\.authorIDs),
            in: transaction)
        let tags = try await Tags.resolve(
            drafts.flatMap(\.tags.wanted), of: entity, in: transaction)
        let cards = try NewCard.check(drafts, rules, tags)
        let rows = try await transaction.query(insert(cards, actor: actor, at: at))
        let ids = try rows.map { try $0.decode(0, as: Int64.self) }.sorted()
        let numbers = FieldChanges.numbers(of: entity, zip(ids, cards).map { ($0, $1.changes) })
        let events = zip(ids, cards).map { id, card in
            RecordEvent(
                "\(entity.singular)_added", entity, id, ownerID: card.draft.ownerID ?? actor.userID)
        }
        let append = Outbox.append(events.drafts(by: actor, at: at))
        _ = try await transaction.pipeline(numbers.map { [$0, append] } ?? [append])
        return ids
    }

    /// A draft whose fields and tags are checked.
    struct NewCard: Sendable {
        let draft: PartyDraft
        let changes: FieldChanges
        let tagIDs: [Int64]

        static func check(
            _ drafts: [PartyDraft], _ rules: CardRules, _ tags: Tags.Resolved
        ) throws(BatchRefusal) -> [NewCard] {
            var refused: [BatchRefusal.Item] = []
            let cards = drafts.map { draft in
                var refusals: [any Refusal] = []
                rules.check(ownerID: draft.ownerID, refusals: &refusals)
                rules.check(authorID: draft.createdBy, "created_by", refusals: &refusals)
                rules.check(authorID: draft.updatedBy, "updated_by", refusals: &refusals)
                let changes = rules.changes(draft.fields, refusals: &refusals)
                let ids = draft.tags.applied(to: [], tags, refusals: &refusals)
                if !refusals.isEmpty {
                    refused.append(.init(requestID: draft.requestID, refusals: refusals))
                }
                return NewCard(draft: draft, changes: changes, tagIDs: ids)
            }
            if !refused.isEmpty { throw BatchRefusal(refused) }
            return cards
        }
    }

    /// Identity values are given out after the ORDER BY, so ascending ids are the order of the
    /// cards.
    private func insert(_ cards: [NewCard], actor: Actor, at: Moment) -> PostgresStatement {
        let drafts = cards.map(\.draft)
        let first = drafts.map { $0.firstName ?? "" }
        let last = drafts.map { $0.lastName ?? "" }
        let names: PostgresStatement = self == .contact ? ", first_name, last_name" : ""
        let values: PostgresStatement = self == .contact ? ", w.first_name, w.last_name" : ""
        return """
            INSERT INTO \(ident: table) (name, owner_id, fields, tag_ids, created_by, updated_by,
                created_at, updated_at\(names))
            SELECT w.name, w.owner_id, w.fields::jsonb, w.tag_ids::bigint[], w.created_by, w.updated_by,
                w.created_at, w.updated_at\(values)
            FROM unnest(\(drafts.map { $0.composedName() }), \(drafts.map { $0.ownerID ?? actor.userID }),
                \(cards.map(\.changes.initial.text)), \(cards.map { Self.arrayText($0.tagIDs) }),
                \(drafts.map { $0.createdBy ?? actor.userID }), \(drafts.map { $0.updatedBy ?? actor.userID }),
                \(drafts.map { $0.createdAt ?? at }), \(drafts.map { $0.updatedAt ?? $0.createdAt ?? at }),
                \(first), \(last))
                WITH ORDINALITY AS w (name, owner_id, fields, tag_ids, created_by, updated_by,
                    created_at, updated_at, first_name, last_name, place)
            ORDER BY w.place
            RETURNING id
            """
    }

    /// `{1,2}`: unnest cannot give rows of arrays.
    static func arrayText(_ ids: [Int64]) -> String {
        "{" + ids.map { String($0) }.joined(separator: ",") + "}"
    }
}
