import Outbox
import Postgres
import Records
package import Tenancy
package import Vocabulary
import Web

/// The client's version of the record is not the current one.
package struct StaleVersion: Error, Sendable {
    package let id: Int64
}

extension Party {
    /// Changes contacts or companies that the actor may edit, with their events, in the caller's
    /// transaction.
    ///
    /// - Parameter version: what the client has seen (If-Match); only for a single draft.
    /// - Returns: their new versions, in the order of the drafts.
    /// - Throws: `NotFound` or `BatchRefusal` for ids that do not exist for this actor;
    ///   `StaleVersion`.
    package func change(
        _ drafts: [PartyDraft], version: Int64? = nil, actor: Actor, at: Moment,
        in transaction: TenantTransaction
    ) async throws -> [Int64] {
        let current = try await lock(drafts.compactMap(\.id), actor: actor, in: transaction)
        try await checkFound(drafts, current, actor: actor, in: transaction)
        if let version, let id = drafts.first?.id, let card = current[id], card.version != version {
            throw StaleVersion(id: id)
        }
        let rules = try await CardRules.load(
            entity, needsFields: drafts.contains { $0.fields != nil },
            ownerIDs: drafts.compactMap(\.ownerID), authorIDs: drafts.compactMap(\.updatedBy),
            in: transaction)
        let changesTags = drafts.contains { !$0.tags.isEmpty }
        let tags =
            changesTags
            ? try await Tags.resolve(
                drafts.flatMap(\.tags.wanted),
                known: drafts.flatMap(\.tags.deleted)
                    + current.values.flatMap { $0.tagIDs.map { .id($0) } },
                of: entity, in: transaction) : Tags.Resolved()
        let changed = try ChangedCard.check(drafts, current, rules, tags)
        let rows = try await transaction.query(update(changed, actor: actor, at: at))
        var versions: [Int64: Int64] = [:]
        for row in rows {
            let (id, version) = try row.decode(Int64.self, Int64.self)
            versions[id] = version
        }
        let events = changed.flatMap { $0.events(entity, tags, version: versions[$0.old.id] ?? 0) }
        let append = Outbox.append(events.drafts(by: actor, at: at))
        let numbers = FieldChanges.numbers(of: entity, changed.map { ($0.old.id, $0.changes) })
        _ = try await transaction.pipeline(numbers.map { [$0, append] } ?? [append])
        return changed.map { versions[$0.old.id] ?? 0 }
    }

    /// A row as it is before the change.
    struct Current: Sendable {
        let id: Int64
        let version: Int64
        let name: String
        let firstName: String
        let lastName: String
        let ownerID: Int64
        let fields: JSONValue
        let tagIDs: [Int64]
    }

    private func lock(
        _ ids: [Int64], actor: Actor, in transaction: TenantTransaction
    ) async throws -> [Int64: Current] {
        let names: PostgresStatement =
            self == .contact ? "c.first_name, c.last_name" : "''::text, ''::text"
        let rows = try await transaction.query(
            """
            SELECT c.id, c.version, c.name, \(names), c.owner_id, c.fields::text, c.tag_ids
            FROM \(ident: table) AS c
            WHERE c.id = ANY(\(ids)) AND c.deleted_at IS NULL AND \(actor.owners(.edit, entity).condition("c"))
            ORDER BY c.id
            FOR UPDATE OF c
            """)
        var cards: [Int64: Current] = [:]
        for row in rows {
            let (id, version, name, first, last, owner, fields, tags) = try row.decode(
                Int64.self, Int64.self, String.self, String.self, String.self, Int64.self,
                String.self,
                [Int64].self)
            cards[id] = Current(
                id: id, version: version, name: name, firstName: first, lastName: last,
                ownerID: owner,
                fields: try JSONParser.parse(Array(fields.utf8)), tagIDs: tags)
        }
        return cards
    }

    /// A card that the actor sees but may not edit is no secret to him: that is a 403.
    private func checkFound(
        _ drafts: [PartyDraft], _ current: [Int64: Current], actor: Actor,
        in transaction: TenantTransaction
    ) async throws {
        let missing = drafts.filter { $0.id.map { current[$0] == nil } ?? true }
        if missing.isEmpty { return }
        let seen = try await Links.lock(
            entity, missing.compactMap(\.id), owners: actor.owners(.view, entity), in: transaction)
        if seen.count == Set(missing.compactMap(\.id)).count { throw FieldRefusal.noRight }
        if drafts.count == 1 { throw NotFound() }
        throw BatchRefusal(
            missing.map {
                .init(requestID: $0.requestID, refusals: [FieldRefusal.notAChoice("id")])
            })
    }

    private func update(_ cards: [ChangedCard], actor: Actor, at: Moment) -> PostgresStatement {
        let names: PostgresStatement =
            self == .contact ? "first_name = w.first_name, last_name = w.last_name," : ""
        return """
            UPDATE \(ident: table) AS c
            SET name = w.name, owner_id = w.owner_id, \(names)
                fields = jsonb_strip_nulls(c.fields || w.fields::jsonb), tag_ids = w.tag_ids::bigint[],
                version = c.version + 1, updated_at = w.updated_at, updated_by = w.updated_by
            FROM unnest(\(cards.map(\.old.id)), \(cards.map(\.name)), \(cards.map(\.firstName)),
                \(cards.map(\.lastName)), \(cards.map(\.ownerID)), \(cards.map(\.changes.patch.text)),
                \(cards.map { Self.arrayText($0.tagIDs) }), \(cards.map { $0.draft.updatedAt ?? at }),
                \(cards.map { $0.draft.updatedBy ?? actor.userID }))
                AS w (id, name, first_name, last_name, owner_id, fields, tag_ids, updated_at, updated_by)
            WHERE c.id = w.id
            RETURNING c.id, c.version
            """
    }
}
