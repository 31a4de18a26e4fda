import Outbox
import Postgres
import Records
package import Tenancy
package import Vocabulary
package import Web

extension Deals {
    /// Changes all or none. Without `ifMatch` a lost race is read again and retried.
    ///
    /// - Throws: `NotFound` when the single deal is not there for this actor, `Outdated` when it
    ///   is not at `ifMatch`.
    func update(
        _ items: [Batch.Item<DealItem>], ifMatch: Int64? = nil, isSingle: Bool = false,
        by actor: Actor, in database: TenantDatabase, now: Moment
    ) async throws -> [WrittenDeal] {
        if items.contains(where: \.value.reachesFurther) {
            let written = try await database.transaction {
                try await update(
                    items, ifMatch: ifMatch, isSingle: isSingle, by: actor, at: now, in: $0)
            }
            services.wake(database.tenant)
            return written
        }
        for _ in 0..<Self.attempts_max {
            let rows = try await database.pipeline(
                DealRules.statements
                    + [
                        DealState.statement(
                            items.compactMap(\.value.id), for: actor.owners(.edit, .deal))
                    ])
            let rules = try DealRules(rows[..<DealRules.statements.count])
            let states = try states(
                rows[DealRules.statements.count], ifMatch: ifMatch, isSingle: isSingle)
            var rest = states
            let changes = try accepted(items) { item in
                try DealChange(
                    try take(item, &rest), item, rules, timeZone: database.tenant.timeZone)
            }
            if let written = try await write(changes, by: actor, in: database, now: now) {
                return written
            }
            if ifMatch != nil { throw Outdated() }
        }
        throw FieldRefusal(
            "", code: "Conflict", status: 409,
            Text(
                ru: "Карточку одновременно меняет кто-то ещё. Попробуйте ещё раз.",
                en: "Somebody else is changing this card. Please try again."))
    }

    /// The same in the caller's transaction, with everything an item may say. The deals are
    /// locked, so nobody is faster.
    package func update(
        _ items: [Batch.Item<DealItem>], ifMatch: Int64? = nil, isSingle: Bool = false,
        by actor: Actor, at now: Moment, in transaction: TenantTransaction
    ) async throws -> [WrittenDeal] {
        let ids = items.compactMap(\.value.id)
        var statements = DealRules.statements(withFields: items.contains { $0.value.fields != nil })
        statements.append(
            DealState.statement(ids, for: actor.owners(.edit, .deal), isLocking: true))
        let rows = try await transaction.pipeline(statements)
        let rules = try DealRules(rows.dropLast())
        var states = try states(rows[rows.count - 1], ifMatch: ifMatch, isSingle: isSingle)
        var owners = try await ends(items, actor, transaction)
        for state in states.values { owners[.init(.deal, state.id)] = state.ownerID }
        let tags = try await Tags.resolve(
            items.flatMap(\.value.tags.wanted),
            known: items.flatMap(\.value.tags.deleted)
                + states.values.flatMap { $0.tagIDs.map { .id($0) } },
            of: .deal, in: transaction)
        let changes = try accepted(items) { item in
            let state = try take(item, &states)
            try check(item, owners)
            return try DealChange(
                state, item, rules, tags: tags, timeZone: transaction.tenant.timeZone)
        }
        let drafts = changes.map { $0.events(by: actor, at: now) }
        var writes = zip(changes, drafts).filter { !$0.0.isEmpty }.map { change, events in
            change.statement(by: actor, at: now, events: events)
        }
        let numbers = FieldChanges.numbers(of: .deal, changes.map { ($0.old.id, $0.fields) })
        if let numbers { writes.append(numbers) }
        if !writes.isEmpty { _ = try await transaction.pipeline(writes) }
        _ = try await link(items, changes.map(\.old.id), owners, actor, now, transaction)
        try await tellCompanies(changes, by: actor, at: now, in: transaction)
        return written(changes, drafts)
    }

    /// A deal that came to a company or left it, in the log of the company: the deal's own says it
    /// already.
    private func tellCompanies(
        _ changes: [DealChange], by actor: Actor, at now: Moment, in transaction: TenantTransaction
    ) async throws {
        func pairs(_ company: (DealChange) -> Int64?) -> [(Links.Ends, Links.Ends)] {
            changes.filter { $0.companyID != $0.old.companyID }.compactMap { change in
                company(change).map { (.init(.deal, change.old.id), .init(.company, $0)) }
            }
        }
        let (gone, come) = (pairs(\.old.companyID), pairs(\.companyID))
        let ids = (gone + come).map(\.1.id)
        if ids.isEmpty { return }
        var owners: [Links.Ends: Int64] = [:]
        for row in try await transaction.query(
            "SELECT id, owner_id FROM companies WHERE id = ANY(\(ids))")
        {
            let (id, owner) = try row.decode(Int64.self, Int64.self)
            owners[.init(.company, id)] = owner
        }
        let events =
            Links.events(gone, areNew: false, owners: owners)
            + Links.events(come, areNew: true, owners: owners)
        let theirs = events.filter { $0.subject == .record(.company) }
        _ = try await transaction.query(Outbox.append(theirs.drafts(by: actor, at: now)))
    }

    private func states(
        _ rows: PostgresRows, ifMatch: Int64?, isSingle: Bool
    ) throws -> [Int64: DealState] {
        let states = try rows.map { try DealState(row: $0) }
        if isSingle, states.isEmpty { throw NotFound() }
        if let ifMatch, states.contains(where: { $0.version != ifMatch }) { throw Outdated() }
        return Dictionary(uniqueKeysWithValues: states.map { ($0.id, $0) })
    }

    /// Two changes of one deal in one request have no order, so the second finds nothing.
    private func take(
        _ item: DealItem, _ states: inout [Int64: DealState]
    ) throws(DealRefusal) -> DealState {
        guard let state = item.id.flatMap({ states.removeValue(forKey: $0) }) else {
            throw .unknownDeal
        }
        return state
    }

    /// nil: somebody was faster with one of the deals, and nothing was written.
    func write(
        _ changes: [DealChange], by actor: Actor, in database: TenantDatabase, now: Moment,
        undoes: String? = nil
    ) async throws -> [WrittenDeal]? {
        struct Raced: Error {}
        let drafts = changes.map { $0.events(by: actor, at: now, undoes: undoes) }
        let statements = zip(changes, drafts).filter { !$0.0.isEmpty }.map { change, events in
            change.statement(by: actor, at: now, events: events)
        }
        do {
            if statements.count == 1 {
                guard try await database.query(statements[0]).count == 1 else { return nil }
            } else if statements.count > 1 {
                try await database.transaction { transaction in
                    let results = try await transaction.pipeline(statements)
                    if results.contains(where: { $0.count != 1 }) { throw Raced() }
                }
            }
        } catch is Raced {
            return nil
        }
        services.wake(database.tenant)
        return written(changes, drafts)
    }

    private func written(_ changes: [DealChange], _ drafts: [[EventDraft]]) -> [WrittenDeal] {
        zip(changes, drafts).map { change, events in
            WrittenDeal(
                id: change.old.id, version: change.old.version + (change.isEmpty ? 0 : 1),
                eventIDs: events.map(\.id))
        }
    }
}
