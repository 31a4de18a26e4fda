import Hummingbird
import Outbox
import Postgres
import Records
import Tenancy
import Vocabulary
import Web

extension Deals {
    func undoOne(_ context: TenantContext) async throws -> Response {
        guard let eventID = context.parameters.get("event"), eventID.utf8.count == 26 else {
            throw NotFound()
        }
        let written = try await undo(
            eventID, by: context.actor, in: context.tenant, now: context.now)
        return flat(written, updatedAt: context.now, context)
    }

    /// Takes one change of a deal back, which is a change of its own with an event that says so.
    ///
    /// - Throws: `NotFound` for an event that is not there, or whose deal the actor may not edit;
    ///   a 409 when the deal
    ///   was changed in the same respect since, or the event is not of a kind that can be undone.
    func undo(
        _ eventID: String, by actor: Actor, in database: TenantDatabase, now: Moment
    ) async throws -> WrittenDeal {
        for _ in 0..<Self.attempts_max {
            let rows = try await database.pipeline(
                DealRules.statements + [
                    """
                    SELECT \(DealState.columns), e.type, e.before::text, e.after::text,
                        EXISTS (SELECT FROM events AS u WHERE u.entity_type = 'deal'
                            AND u.entity_id = e.entity_id AND u.undoes = e.id)
                    FROM events AS e
                    JOIN deals AS d ON d.id = e.entity_id
                    WHERE e.id = \(eventID) AND e.entity_type = 'deal' AND d.deleted_at IS NULL
                        AND \(actor.owners(.edit, .deal).condition("d"))
                    """
                ])
            guard let row = rows[DealRules.statements.count].first else { throw NotFound() }
            let column = DealState.columns_count
            let isUndone = try row.decode(column + 3, as: Bool.self)
            let event = DoneEvent(
                type: try row.decode(column, as: String.self),
                before: try JSONParser.parse(Array((row.text(column + 1) ?? "[]").utf8)),
                after: try JSONParser.parse(Array((row.text(column + 2) ?? "[]").utf8)))
            let old = try DealState(row: row)
            guard !isUndone, event.isStillTrue(of: old), let item = event.reversed(for: old.id)
            else {
                throw FieldRefusal.changedSince
            }
            let rules = try DealRules(rows[..<DealRules.statements.count])
            let change = try accepted([Batch.Item(requestID: "0", value: item)]) {
                try DealChange(old, $0, rules, timeZone: database.tenant.timeZone)
            }
            if let written = try await write(
                change, by: actor, in: database, now: now, undoes: eventID)
            {
                return written[0]
            }
        }
        throw FieldRefusal.changedSince
    }
}

/// An event of the log that may be taken back.
struct DoneEvent: Sendable {
    let type: String
    let before: JSONValue
    let after: JSONValue

    private func value(_ side: JSONValue, _ outer: String, _ inner: String) -> JSONValue? {
        side.array?.first?.present(outer)?.present(inner)
    }

    private func stage(_ side: JSONValue) -> StageKey? {
        guard let stage = value(side, "lead_status", "id")?.int,
            let pipeline = value(side, "lead_status", "pipeline_id")?.int
        else { return nil }
        return StageKey(pipelineID: pipeline, stageID: stage)
    }

    /// amoCRM's events have whole units; ours keep the exact amount beside them.
    private func amount(_ side: JSONValue) -> Money? {
        if let exact = value(side, "sale_field_value", "sale_minor")?.int {
            return Money(minor: exact)
        }
        return value(side, "sale_field_value", "sale")?.int.map {
            Money(minor: $0 * Money.minorPerUnit)
        }
    }

    func isStillTrue(of deal: DealState) -> Bool {
        switch type {
        case "lead_status_changed": stage(after) == deal.stage
        case "sale_field_changed": amount(after) == deal.amount
        case "loss_reason_field_changed":
            value(after, "loss_reason_field_value", "loss_reason_id")?.int == deal.lossReasonID
        case "closed_at_field_changed":
            value(after, "closed_at_field_value", "closed_at")?.int == deal.closedAt?.seconds
        case "name_field_changed": value(after, "name_field_value", "name")?.string == deal.name
        case "entity_responsible_changed":
            value(after, "responsible_user", "id")?.int == deal.ownerID
        case "channel_field_changed":
            value(after, "channel_field_value", "channel")?.string == deal.channel?.rawValue
        case "expected_close_field_changed":
            value(after, "expected_close_field_value", "expected_close_on")?.string
                == deal.expectedCloseOn?.text
        default: false
        }
    }

    /// The change that leads back; nil: this kind cannot be undone.
    func reversed(for id: Int64) -> DealItem? {
        var item = DealItem(id: id)
        switch type {
        case "lead_status_changed":
            guard let stage = stage(before) else { return nil }
            item.pipelineID = stage.pipelineID
            item.stageID = stage.stageID
            item.lossReason =
                value(before, "lead_status", "loss_reason_id")?.int.map { .value($0) } ?? .nothing
        case "sale_field_changed":
            guard let amount = amount(before) else { return nil }
            item.amount = amount
        case "loss_reason_field_changed":
            let reason = value(before, "loss_reason_field_value", "loss_reason_id")?.int
            item.lossReason = reason.map { .value($0) } ?? .empty
        case "closed_at_field_changed":
            // One that was open then is opened by taking back its stage.
            guard let closed = value(before, "closed_at_field_value", "closed_at")?.int else {
                return nil
            }
            item.closedAt = Moment(seconds: closed)
        case "name_field_changed":
            guard let name = value(before, "name_field_value", "name")?.string else { return nil }
            item.name = name
        case "entity_responsible_changed":
            guard let owner = value(before, "responsible_user", "id")?.int else { return nil }
            item.ownerID = owner
        case "channel_field_changed":
            let word = value(before, "channel_field_value", "channel")?.string
            item.channel = word.flatMap { DealChannel(rawValue: $0) }.map { .value($0) } ?? .empty
        case "expected_close_field_changed":
            let text = value(before, "expected_close_field_value", "expected_close_on")?.string
            item.expectedCloseOn =
                text.flatMap { Day($0, timeZone: "UTC") }.map { .value($0) } ?? .empty
        default: return nil
        }
        return item
    }
}

extension FieldRefusal {
    static let changedSince = FieldRefusal(
        "", code: "Conflict", status: 409,
        Text(
            ru: "Карточку с тех пор изменили, отменить уже нельзя.",
            en: "The card has changed since, this can no longer be undone."))
}
