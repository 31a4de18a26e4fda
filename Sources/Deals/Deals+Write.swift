import Outbox
import Postgres
import Records
package import Tenancy
package import Vocabulary
package import Web

/// What a write gives back for one deal.
package struct WrittenDeal: Sendable {
    package let id: Int64
    package let version: Int64
    package let eventIDs: [String]
}

extension Deals {
    /// How often a change that lost the race is read, checked and tried again.
    static let attempts_max = 3

    /// Creates all or none: two round trips, however many deals.
    func create(
        _ items: [Batch.Item<DealItem>], by actor: Actor, in database: TenantDatabase, now: Moment
    ) async throws -> [WrittenDeal] {
        guard actor.owners(.add, .deal) != .these([]) else { throw DealRefusal.notChangeable }
        let written: [WrittenDeal]
        if items.contains(where: { $0.value.reachesFurther || $0.value.hasFurtherColumns }) {
            written = try await database.transaction {
                try await create(items, by: actor, at: now, in: $0)
            }
        } else {
            let rules = try DealRules(try await database.pipeline(DealRules.statements)[...])
            let deals = try accepted(items) {
                try NewDeal($0, by: actor, rules, timeZone: database.tenant.timeZone, now: now)
            }
            let insert = NewDeal.insert(deals, by: actor, at: now)
            let rows =
                if let name = NewDeal.name(deals, by: actor) {
                    try await database.pipeline([insert, name])[0]
                } else {
                    try await database.query(insert)
                }
            written = try ids(rows, deals)
        }
        services.wake(database.tenant)
        return written
    }

    /// The same in the caller's transaction, who wakes the relay after COMMIT.
    ///
    /// - Throws: a refusal when the actor may not add; `BatchRefusal` naming every item that
    ///   cannot be taken.
    package func create(
        _ items: [Batch.Item<DealItem>], by actor: Actor, at now: Moment,
        in transaction: TenantTransaction
    ) async throws -> [WrittenDeal] {
        guard actor.owners(.add, .deal) != .these([]) else { throw DealRefusal.notChangeable }
        let rules = try DealRules(
            try await transaction.pipeline(
                DealRules.statements(withFields: items.contains { $0.value.fields != nil }))[...])
        let tags = try await Tags.resolve(
            items.flatMap(\.value.tags.wanted), of: .deal, in: transaction)
        var owners = try await ends(items, actor, transaction)
        let deals = try accepted(items) { item in
            try check(item, owners)
            return try NewDeal(
                item, by: actor, rules, tags: tags, timeZone: transaction.tenant.timeZone,
                now: now)
        }
        let insert = NewDeal.insert(deals, by: actor, at: now)
        let name = NewDeal.name(deals, by: actor)
        let rows = try await transaction.pipeline([insert] + (name.map { [$0] } ?? []))
        let written = try ids(rows[0], deals)
        for (deal, new) in zip(written, deals) { owners[.init(.deal, deal.id)] = new.ownerID }
        let numbers = FieldChanges.numbers(
            of: .deal, zip(written, deals).map { ($0.id, $1.fields) })
        if let numbers { _ = try await transaction.query(numbers) }
        let further = NewDeal.complete(
            zip(written, items).map { ($0.id, $1.value) }, by: actor, at: now)
        if let further { _ = try await transaction.query(further) }
        let customers = zip(items, written).compactMap { item, deal in
            item.value.companyID.map { (Links.Ends(.deal, deal.id), Links.Ends(.company, $0)) }
        }
        if !customers.isEmpty {
            let events = Links.events(customers, areNew: true, owners: owners)
            _ = try await transaction.query(Outbox.append(events.drafts(by: actor, at: now)))
        }
        _ = try await link(items, written.map(\.id), owners, actor, now, transaction)
        return written
    }

    private func ids(_ rows: PostgresRows, _ deals: [NewDeal]) throws -> [WrittenDeal] {
        try zip(rows, deals).map { row, deal in
            WrittenDeal(
                id: try row.decode(0, as: Int64.self), version: 1, eventIDs: [deal.eventID])
        }
    }

    /// The contacts and companies that the items name, locked; who is missing is not there for
    /// this actor.
    func ends(
        _ items: [Batch.Item<DealItem>], _ actor: Actor, _ transaction: TenantTransaction
    ) async throws -> [Links.Ends: Int64] {
        let people = Set(items.flatMap { $0.value.contacts.map(\.id) })
        let companies = Set(items.compactMap(\.value.companyID))
        let found = try await Links.lock(
            .contact, people.sorted(), owners: actor.owners(.view, .contact), in: transaction)
        let others = try await Links.lock(
            .company, companies.sorted(), owners: actor.owners(.view, .company), in: transaction)
        return found.merging(others) { first, _ in first }
    }

    func check(_ item: DealItem, _ owners: [Links.Ends: Int64]) throws(Refused) {
        var refusals: [any Refusal] = []
        for (place, contact) in item.contacts.enumerated()
        where owners[.init(.contact, contact.id)] == nil {
            refusals.append(FieldRefusal.notAChoice("_embedded.contacts.\(place).id"))
        }
        if let id = item.companyID, owners[.init(.company, id)] == nil {
            refusals.append(FieldRefusal.notAChoice("_embedded.companies.0.id"))
        }
        if !refusals.isEmpty { throw Refused(refusals: refusals) }
    }

    /// Puts the items' contacts on their deals; the keys of the events, for those that were not
    /// there yet.
    func link(
        _ items: [Batch.Item<DealItem>], _ ids: [Int64], _ owners: [Links.Ends: Int64],
        _ actor: Actor,
        _ now: Moment, _ transaction: TenantTransaction
    ) async throws -> [EventDraft] {
        let links = zip(items, ids).flatMap { item, id in
            item.value.contacts.map {
                Link(from: .deal, id, to: .contact, $0.id, isMain: $0.isMain)
            }
        }
        if links.isEmpty { return [] }
        let drafts = try await Links.make(
            links, owners: owners, actor: actor, at: now, in: transaction
        ).drafts(by: actor, at: now)
        if !drafts.isEmpty { _ = try await transaction.query(Outbox.append(drafts)) }
        return drafts
    }

    /// Everything that is wrong with the batch at once, or all its values.
    func accepted<Value>(
        _ items: [Batch.Item<DealItem>], _ make: (DealItem) throws -> Value
    ) throws -> [Value] {
        var values: [Value] = []
        var refused: [BatchRefusal.Item] = []
        for item in items {
            do {
                values.append(try make(item.value))
            } catch let refusal as DealRefusal {
                refused.append(.init(requestID: item.requestID, refusals: [refusal]))
            } catch let error as Refused {
                refused.append(.init(requestID: item.requestID, refusals: error.refusals))
            }
        }
        if !refused.isEmpty { throw BatchRefusal(refused) }
        return values
    }
}
