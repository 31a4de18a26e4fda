import Outbox
import Postgres
import Records
import Vocabulary
import Web

/// A deal before and after a change, with the events that tell of it.
struct DealChange: Sendable {
    let old: DealState
    let name: String
    let amount: Money
    let stage: StageKey
    let ownerID: Int64
    let lossReasonID: Int64?
    let companyID: Int64?
    /// When it was closed, as the item says; nil: as the stage tells.
    let closedAt: Moment?
    let channel: DealChannel?
    let expectedCloseOn: Day?
    private let updatedAt: Moment?
    private let updatedBy: Int64?
    let fields: FieldChanges
    let tagIDs: [Int64]
    private let fieldEvents: [(type: String, before: JSONValue, after: JSONValue)]

    /// - Throws: refusals that name the fields; nothing is written then.
    init(
        _ old: DealState, _ item: DealItem, _ rules: DealRules,
        tags: Tags.Resolved = Tags.Resolved(),
        timeZone: String
    ) throws {
        self.old = old
        name = item.name ?? old.name
        amount = item.amount ?? old.amount
        ownerID = item.ownerID ?? old.ownerID
        companyID = item.companyID ?? old.companyID
        channel = item.channel.applied(to: old.channel)
        expectedCloseOn = item.expectedCloseOn.applied(to: old.expectedCloseOn)
        updatedAt = item.updatedAt
        updatedBy = item.updatedBy
        guard ownerID == old.ownerID || rules.members.contains(ownerID) else {
            throw DealRefusal.unknownOwner
        }
        let stage =
            item.pipelineID == nil && item.stageID == nil
            ? old.stage
            : try rules.stages.target(
                pipelineID: item.pipelineID, stageID: item.stageID, from: old.stage)
        self.stage = stage
        // The API says whole seconds: what it gave comes back as no change.
        let saysNew = stage != old.stage || item.closedAt?.seconds != old.closedAt?.seconds
        closedAt = stage.isClosing && saysNew ? item.closedAt : nil
        if case .value(let reason) = item.lossReason, !rules.lossReasons.contains(reason) {
            throw DealRefusal.unknownLossReason
        }
        // A reason belongs to a lost deal only; who reopens it takes the reason away.
        lossReasonID =
            stage.stageID == StageKey.lost ? item.lossReason.applied(to: old.lossReasonID) : nil
        var refusals: [any Refusal] = []
        rules.check(authorID: updatedBy, "updated_by", refusals: &refusals)
        fields = FieldChanges(
            item.fields, fields: rules.fields, timeZone: timeZone, refusals: &refusals)
        tagIDs =
            item.tags.isEmpty
            ? old.tagIDs : item.tags.applied(to: old.tagIDs, tags, refusals: &refusals)
        if !refusals.isEmpty { throw Refused(refusals: refusals) }
        let needsFields = !fields.isEmpty || stage != old.stage && !rules.required.isEmpty
        let before = needsFields ? try old.fields() : .object([:])
        fieldEvents =
            fields.events(old: before)
            + TagChanges.events(from: old.tagIDs, to: tagIDs) { tags.name($0) }
        let isMove = stage != old.stage
        let changes = fields.changes
        try rules.check(stage) { id in
            let wasFilled = before.present(String(id)) != nil
            guard let change = changes.first(where: { $0.field.id == id }) else {
                return !isMove || wasFilled
            }
            // Who stays may leave empty what was empty when the rule came.
            return change.value != nil || !isMove && !wasFilled
        }
    }

    var isMove: Bool { stage != old.stage }

    var isEmpty: Bool {
        !isMove && name == old.name && amount == old.amount && ownerID == old.ownerID
            && lossReasonID == old.lossReasonID && companyID == old.companyID && fieldEvents.isEmpty
            && channel == old.channel && expectedCloseOn == old.expectedCloseOn
            && closedAt == nil
    }

    /// Source: amocrm-api 15.3.
    func events(by actor: Actor, at now: Moment, undoes: String? = nil) -> [EventDraft] {
        var drafts: [EventDraft] = []
        let payload = payload(at: now)
        func append(_ type: String, _ before: JSONValue, _ after: JSONValue) {
            drafts.append(
                EventDraft(
                    id: ULID.make(at: now), type: type, entity: .deal, entityID: old.id,
                    actorID: actor.userID, before: before.text, after: after.text, undoes: undoes,
                    at: now,
                    topic: type, payload: payload))
        }
        func add(
            _ type: String, _ key: String, _ before: [(String, JSONValue)],
            _ after: [(String, JSONValue)]
        ) {
            append(
                type, .array([.made([(key, .made(before))])]),
                .array([.made([(key, .made(after))])]))
        }
        if isMove {
            add(
                "lead_status_changed", "lead_status", Self.status(old.stage, old.lossReasonID),
                Self.status(stage, lossReasonID))
        }
        if !isMove, lossReasonID != old.lossReasonID {
            add(
                "loss_reason_field_changed", "loss_reason_field_value",
                [("loss_reason_id", Self.number(old.lossReasonID))],
                [("loss_reason_id", Self.number(lossReasonID))])
        }
        if name != old.name {
            add(
                "name_field_changed", "name_field_value", [("name", .string(old.name))],
                [("name", .string(name))])
        }
        if amount != old.amount {
            add("sale_field_changed", "sale_field_value", Self.sale(old.amount), Self.sale(amount))
        }
        if ownerID != old.ownerID {
            add(
                "entity_responsible_changed", "responsible_user", [("id", .int(old.ownerID))],
                [("id", .int(ownerID))])
        }
        if channel != old.channel {
            add(
                "channel_field_changed", "channel_field_value",
                [("channel", Self.text(old.channel?.rawValue))],
                [("channel", Self.text(channel?.rawValue))])
        }
        if expectedCloseOn != old.expectedCloseOn {
            add(
                "expected_close_field_changed", "expected_close_field_value",
                [("expected_close_on", Self.text(old.expectedCloseOn?.text))],
                [("expected_close_on", Self.text(expectedCloseOn?.text))])
        }
        if let closedAt, closedAt.seconds != old.closedAt?.seconds {
            add(
                "closed_at_field_changed", "closed_at_field_value",
                [("closed_at", Self.number(old.closedAt?.seconds))],
                [("closed_at", .int(closedAt.seconds))])
        }
        if companyID != old.companyID {
            if let gone = old.companyID { append("company_unlinked", Self.link(gone), .array([])) }
            if let come = companyID { append("company_linked", .array([]), Self.link(come)) }
        }
        for event in fieldEvents { append(event.type, event.before, event.after) }
        return drafts
    }

    private static func status(_ key: StageKey, _ reason: Int64?) -> [(String, JSONValue)] {
        [("id", .int(key.stageID)), ("pipeline_id", .int(key.pipelineID))]
            + (reason.map { [("loss_reason_id", .int($0))] } ?? [])
    }

    /// amoCRM's whole units, and the exact amount for whoever takes the change back.
    private static func sale(_ amount: Money) -> [(String, JSONValue)] {
        [("sale", .int(amount.wholeUnits)), ("sale_minor", .int(amount.minor))]
    }

    private static func number(_ value: Int64?) -> JSONValue { value.map { .int($0) } ?? .null }

    private static func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }

    private static func link(_ companyID: Int64) -> JSONValue {
        .array([
            .made([
                (
                    "link",
                    .made([
                        ("entity", .made([("type", .string("company")), ("id", .int(companyID))]))
                    ])
                )
            ])
        ])
    }

    /// What open screens have to know.
    private func payload(at now: Moment) -> String {
        var patch: [(String, JSONValue)] = [
            ("id", .int(old.id)), ("name", .string(name)), ("amount_minor", .int(amount.minor)),
            ("pipeline_id", .int(stage.pipelineID)), ("stage_id", .int(stage.stageID)),
            ("owner_id", .int(ownerID)), ("updated_at", .int(now.seconds)),
            ("version", .int(old.version + 1)),
        ]
        if isMove { patch.append(("stage_entered_at", .int(now.seconds))) }
        if let closedAt { patch.append(("closed_at", .int(closedAt.seconds))) }
        if channel != old.channel { patch.append(("channel", Self.text(channel?.rawValue))) }
        if lossReasonID != old.lossReasonID {
            patch.append(("loss_reason_id", Self.number(lossReasonID)))
        }
        if expectedCloseOn != old.expectedCloseOn {
            patch.append(("expected_close_on", Self.text(expectedCloseOn?.text)))
        }
        var payload: [(String, JSONValue)] = [("owner_id", .int(ownerID)), ("patch", .made(patch))]
        if ownerID != old.ownerID { payload.append(("previous_owner_id", .int(old.ownerID))) }
        return JSONValue.made(payload).text
    }

    /// The whole change in one statement: the row if nobody was faster, its stage spans, events
    /// and outbox.
    /// No row comes back when the version is not the one that was read.
    func statement(by actor: Actor, at now: Moment, events: [EventDraft]) -> PostgresStatement {
        """
        WITH changed AS (
            UPDATE deals
            SET name = \(name), amount_minor = \(amount.minor), owner_id = \(ownerID),
                pipeline_id = \(stage.pipelineID), stage_id = \(stage.stageID),
                loss_reason_id = \(lossReasonID), \(further)
                stage_entered_at = CASE WHEN \(isMove) THEN \(now) ELSE stage_entered_at END,
                closed_at = CASE
                    WHEN NOT \(stage.isClosing) THEN NULL
                    WHEN \(isMove) THEN COALESCE(\(closedAt), \(now))
                    ELSE COALESCE(\(closedAt), closed_at)
                END,
                version = version + 1, updated_by = \(updatedBy ?? actor.userID),
                updated_at = \(updatedAt ?? now)
            WHERE id = \(old.id) AND version = \(old.version) AND deleted_at IS NULL
            RETURNING id, version
        ), closed AS (
            UPDATE stage_spans
            SET left_at = greatest(\(now), entered_at), left_by = \(actor.userID)
            FROM changed
            WHERE \(isMove) AND deal_id = changed.id AND left_at IS NULL
            RETURNING deal_id
        ), opened AS (
            INSERT INTO stage_spans (deal_id, pipeline_id, stage_id, entered_at, entered_by)
            SELECT deal_id, \(stage.pipelineID), \(stage.stageID), \(now), \(actor.userID)
            FROM closed
        ), \(Outbox.appended(events, given: "changed"))
        SELECT version FROM changed
        """
    }

    /// Columns that most changes leave alone.
    private var further: PostgresStatement {
        guard
            !fieldEvents.isEmpty || companyID != old.companyID || channel != old.channel
                || expectedCloseOn != old.expectedCloseOn
        else { return "" }
        return """
            fields = jsonb_strip_nulls(fields || \(fields.patch)), tag_ids = \(tagIDs),
            company_id = \(companyID), channel = \(channel?.rawValue),
            expected_close_on = \(expectedCloseOn?.text)::text::date,
            """
    }
}
