package import Postgres
package import Tenancy
package import Vocabulary
import Web

/// Two cards that belong together: a deal's contacts, a deal's company, a contact's company.
package struct Link: Sendable, Hashable {
    package let from: EntityType
    package let fromID: Int64
    package let to: EntityType
    package let toID: Int64
    /// The contact that the deal is made with. nil: as it is, or main when it is the deal's first.
    package let isMain: Bool?

    package init(
        from: EntityType, _ fromID: Int64, to: EntityType, _ toID: Int64, isMain: Bool? = nil
    ) {
        self.from = from
        self.fromID = fromID
        self.to = to
        self.toID = toID
        self.isMain = isMain
    }

    func end(_ entity: EntityType) -> Int64 { from == entity ? fromID : toID }
    func joins(_ a: EntityType, _ b: EntityType) -> Bool { Set([from, to]) == [a, b] }
}

package enum Links {
    /// Makes the links that are not there yet, in the caller's transaction, which must have
    /// checked and locked both
    /// ends (`lock`). A deal and a contact have at most one company: a further one takes its place.
    ///
    /// - Returns: two events for each new link, one at each end; to be appended by the caller.
    package static func make(
        _ links: [Link], owners: [Ends: Int64], actor: Actor, at: Moment,
        in transaction: TenantTransaction
    ) async throws -> [RecordEvent] {
        let made = try await change(
            links, in: transaction, people: DealContacts.make,
            company: { setCompany(of: $0, $1, actor: actor, at: at) })
        return events(made, suffix: "linked", owners: owners)
    }

    /// Takes the links away; those that are not there are passed over.
    package static func cut(
        _ links: [Link], owners: [Ends: Int64], actor: Actor, at: Moment,
        in transaction: TenantTransaction
    ) async throws -> [RecordEvent] {
        let gone = try await change(
            links, in: transaction, people: DealContacts.cut,
            company: { clearCompany(of: $0, $1, actor: actor, at: at) })
        return events(gone, suffix: "unlinked", owners: owners)
    }

    /// Each kind of link where it is kept: people of a deal in a table of their own, the company in
    /// a column of the deal or contact.
    ///
    /// - Returns: the pairs that really changed.
    private static func change(
        _ links: [Link], in transaction: TenantTransaction,
        people: ([Link]) -> [PostgresStatement],
        company: (EntityType, [Link]) -> PostgresStatement
    ) async throws -> [(Ends, Ends)] {
        var changed: [(Ends, Ends)] = []
        let ofContacts = links.filter { $0.joins(.deal, .contact) }
        if !ofContacts.isEmpty {
            changed += try await pairs(
                transaction.pipeline(people(ofContacts))[0], .deal, .contact)
        }
        for entity in [EntityType.deal, .contact] {
            let ofCompany = links.filter { $0.joins(entity, .company) }
            if ofCompany.isEmpty { continue }
            changed += try await pairs(
                transaction.query(company(entity, ofCompany)), entity, .company)
        }
        return changed
    }

    /// One end of a link.
    package struct Ends: Sendable, Hashable {
        package let entity: EntityType
        package let id: Int64

        package init(_ entity: EntityType, _ id: Int64) {
            self.entity = entity
            self.id = id
        }
    }

    /// Locks cards of one kind in the order of their ids and gives their owners; who is missing
    /// does not exist, is
    /// in the trash, or is out of reach.
    package static func lock(
        _ entity: EntityType, _ ids: [Int64], owners: Owners, in transaction: TenantTransaction
    ) async throws -> [Ends: Int64] {
        if ids.isEmpty { return [:] }
        var found: [Ends: Int64] = [:]
        for row in try await transaction.query(lockStatement(entity, ids, owners: owners)) {
            let (id, owner) = try row.decode(Int64.self, Int64.self)
            found[Ends(entity, id)] = owner
        }
        return found
    }

    /// Why the actor could not take these cards: one that he sees is no secret to him, so he is
    /// told that he has no right; else there is no such card.
    package static func refusal(
        _ entity: EntityType, _ ids: [Int64], actor: Actor, in transaction: TenantTransaction
    ) async throws -> any Error {
        let seen = try await lock(
            entity, ids, owners: actor.owners(.view, entity), in: transaction)
        return seen.count == Set(ids).count ? FieldRefusal.noRight : NotFound()
    }

    package static func lockStatement(
        _ entity: EntityType, _ ids: [Int64], owners: Owners
    ) -> PostgresStatement {
        """
        SELECT c.id, c.owner_id
        FROM \(ident: entity.table) AS c
        WHERE c.id = ANY(\(ids)) AND c.deleted_at IS NULL AND \(owners.condition("c"))
        ORDER BY c.id
        FOR NO KEY UPDATE OF c
        """
    }

    private static func pairs(
        _ rows: PostgresRows, _ a: EntityType, _ b: EntityType
    ) throws -> [(Ends, Ends)] {
        try rows.map { row in
            let (first, second) = try row.decode(Int64.self, Int64.self)
            return (Ends(a, first), Ends(b, second))
        }
    }

    static func setCompany(
        of entity: EntityType, _ links: [Link], actor: Actor, at: Moment
    ) -> PostgresStatement {
        """
        UPDATE \(ident: entity.table) AS c
        SET company_id = w.company_id, version = c.version + 1, updated_at = \(at), updated_by = \(actor.userID)
        FROM unnest(\(links.map { $0.end(entity) }), \(links.map { $0.end(.company) })) AS w (id, company_id)
        WHERE c.id = w.id AND c.company_id IS DISTINCT FROM w.company_id
        RETURNING c.id, w.company_id
        """
    }

    static func clearCompany(
        of entity: EntityType, _ links: [Link], actor: Actor, at: Moment
    ) -> PostgresStatement {
        """
        UPDATE \(ident: entity.table) AS c
        SET company_id = NULL, version = c.version + 1, updated_at = \(at), updated_by = \(actor.userID)
        FROM unnest(\(links.map { $0.end(entity) }), \(links.map { $0.end(.company) })) AS w (id, company_id)
        WHERE c.id = w.id AND c.company_id = w.company_id
        RETURNING c.id, w.company_id
        """
    }

    /// Two events for each link that the caller made or cut by itself, one at each end.
    package static func events(
        _ pairs: [(Ends, Ends)], areNew: Bool, owners: [Ends: Int64]
    ) -> [RecordEvent] {
        events(pairs, suffix: areNew ? "linked" : "unlinked", owners: owners)
    }

    private static func events(
        _ pairs: [(Ends, Ends)], suffix: String, owners: [Ends: Int64]
    ) -> [RecordEvent] {
        pairs.flatMap { a, b in
            [(a, b), (b, a)].map { here, there in
                let value: JSONValue = .array([
                    .made([
                        (
                            "link",
                            .made([
                                (
                                    "entity",
                                    .made([
                                        ("type", .string(there.entity.singular)),
                                        ("id", .int(there.id)),
                                    ])
                                )
                            ])
                        )
                    ])
                ])
                let isNew = suffix == "linked"
                return RecordEvent(
                    "\(there.entity.singular)_\(suffix)", here.entity, here.id,
                    ownerID: owners[here] ?? 0, before: isNew ? .array([]) : value,
                    after: isNew ? value : .array([]))
            }
        }
    }
}

/// The table of a deal's contacts, of whom one is the main one.
enum DealContacts {
    /// A pipeline; the first statement gives the new pairs.
    static func make(_ links: [Link]) -> [PostgresStatement] {
        let deals = links.map { $0.end(.deal) }
        var main: [Int64: Int64] = [:]
        for link in links where link.isMain == true { main[link.end(.deal)] = link.end(.contact) }
        let chosen = main.sorted { $0.key < $1.key }
        return [
            """
            INSERT INTO deal_contacts (deal_id, contact_id)
            SELECT DISTINCT w.deal_id, w.contact_id
            FROM unnest(\(deals), \(links.map { $0.end(.contact) })) AS w (deal_id, contact_id)
            ON CONFLICT (deal_id, contact_id) DO NOTHING
            RETURNING deal_id, contact_id
            """,
            """
            UPDATE deal_contacts AS l
            SET is_main = false
            FROM unnest(\(chosen.map(\.key)), \(chosen.map(\.value))) AS w (deal_id, contact_id)
            WHERE l.deal_id = w.deal_id AND l.is_main AND l.contact_id <> w.contact_id
            """,
            """
            UPDATE deal_contacts AS l
            SET is_main = true
            FROM unnest(\(chosen.map(\.key)), \(chosen.map(\.value))) AS w (deal_id, contact_id)
            WHERE l.deal_id = w.deal_id AND l.contact_id = w.contact_id AND NOT l.is_main
            """,
            chooseMain(deals),
        ]
    }

    static func cut(_ links: [Link]) -> [PostgresStatement] {
        let deals = links.map { $0.end(.deal) }
        return [
            """
            DELETE FROM deal_contacts AS l
            USING unnest(\(deals), \(links.map { $0.end(.contact) })) AS w (deal_id, contact_id)
            WHERE l.deal_id = w.deal_id AND l.contact_id = w.contact_id
            RETURNING l.deal_id, l.contact_id
            """,
            chooseMain(deals),
        ]
    }

    /// A deal with contacts but no main one gets its oldest.
    private static func chooseMain(_ deals: [Int64]) -> PostgresStatement {
        """
        UPDATE deal_contacts AS l
        SET is_main = true
        FROM (
            SELECT o.deal_id, min(o.contact_id) AS contact_id
            FROM deal_contacts AS o
            WHERE o.deal_id = ANY(\(deals))
            GROUP BY o.deal_id
            HAVING NOT bool_or(o.is_main)) AS w
        WHERE l.deal_id = w.deal_id AND l.contact_id = w.contact_id
        """
    }
}
