import Outbox
import Postgres
import Records
import Tenancy
import Vocabulary
import Web

/// A new deal, checked and complete, with the key of its event.
struct NewDeal: Sendable {
    /// Empty: named by its number, once it has one.
    let name: String
    let stage: StageKey
    let amount: Money
    let ownerID: Int64
    let lossReasonID: Int64?
    let companyID: Int64?
    let createdBy: Int64
    let createdAt: Moment
    let closedAt: Moment
    let fields: FieldChanges
    let tagIDs: [Int64]
    let eventID: String

    /// Checks what the item says against the company's stages, members and fields.
    init(
        _ item: DealItem, by actor: Actor, _ rules: DealRules,
        tags: Tags.Resolved = Tags.Resolved(),
        timeZone: String, now: Moment
    ) throws {
        ownerID = item.ownerID ?? actor.userID
        guard rules.members.contains(ownerID) else { throw DealRefusal.unknownOwner }
        let reason = item.lossReason.applied(to: nil)
        if let reason, !rules.lossReasons.contains(reason) {
            throw DealRefusal.unknownLossReason
        }
        let stage = try rules.stages.target(
            pipelineID: item.pipelineID, stageID: item.stageID, from: nil)
        self.stage = stage
        name = item.name ?? ""
        amount = item.amount ?? Money(minor: 0)
        lossReasonID = stage.stageID == StageKey.lost ? reason : nil
        companyID = item.companyID
        createdBy = item.createdBy ?? actor.userID
        createdAt = item.createdAt ?? now
        closedAt = item.closedAt ?? now
        var refusals: [any Refusal] = []
        rules.check(authorID: item.createdBy, "created_by", refusals: &refusals)
        rules.check(authorID: item.updatedBy, "updated_by", refusals: &refusals)
        let fields = FieldChanges(
            item.fields, fields: rules.fields, timeZone: timeZone, refusals: &refusals)
        self.fields = fields
        tagIDs = item.tags.applied(to: [], tags, refusals: &refusals)
        if !refusals.isEmpty { throw Refused(refusals: refusals) }
        try rules.check(stage) { id in
            fields.changes.contains { $0.field.id == id && $0.value != nil }
        }
        eventID = ULID.make(at: now)
    }

    /// Rows, stage spans, events and outbox of all the deals in one statement, however many there
    /// are.
    /// Gives the new ids in the order of `deals`: identity values are given out after the ORDER BY.
    static func insert(_ deals: [NewDeal], by actor: Actor, at now: Moment) -> PostgresStatement {
        """
        WITH wanted AS (
            SELECT name, pipeline_id, stage_id, amount_minor, owner_id, nullif(reason_id, 0) AS reason_id,
                nullif(company_id, 0) AS company_id, created_by, made_at, shut_at, fields, tags, event_id, place
            FROM unnest(\(deals.map(\.name)), \(deals.map(\.stage.pipelineID)),
                \(deals.map(\.stage.stageID)), \(deals.map(\.amount.minor)), \(deals.map(\.ownerID)),
                \(deals.map { $0.lossReasonID ?? 0 }), \(deals.map { $0.companyID ?? 0 }),
                \(deals.map(\.createdBy)), \(deals.map(\.createdAt)), \(deals.map(\.closedAt)),
                \(deals.map(\.fields.initial.text)), \(deals.map { arrayText($0.tagIDs) }),
                \(deals.map(\.eventID))) WITH ORDINALITY
                AS d (name, pipeline_id, stage_id, amount_minor, owner_id, reason_id, company_id, created_by,
                    made_at, shut_at, fields, tags, event_id, place)
        ), made AS (
            INSERT INTO deals (name, pipeline_id, stage_id, stage_entered_at, amount_minor, owner_id,
                loss_reason_id, company_id, fields, tag_ids, created_by, updated_by, created_at, updated_at,
                closed_at)
            SELECT name, pipeline_id, stage_id, made_at, amount_minor, owner_id, reason_id, company_id,
                fields::jsonb, tags::bigint[], created_by, \(actor.userID), made_at, \(now),
                CASE WHEN stage_id IN (142, 143) THEN shut_at END
            FROM wanted
            ORDER BY place
            RETURNING id
        ), numbered AS (
            SELECT id, row_number() OVER (ORDER BY id) AS place FROM made
        ), opened AS (
            INSERT INTO stage_spans (deal_id, pipeline_id, stage_id, entered_at, entered_by)
            SELECT n.id, w.pipeline_id, w.stage_id, w.made_at, \(actor.userID)
            FROM numbered AS n
            JOIN wanted AS w USING (place)
        ), logged AS (
            INSERT INTO events (id, type, entity_type, entity_id, actor_id, created_at)
            SELECT w.event_id, 'lead_added', 'deal', n.id, \(actor.userID), \(now)
            FROM numbered AS n
            JOIN wanted AS w USING (place)
        ), queued AS (
            INSERT INTO outbox (event_id, topic, entity_type, entity_id, payload, created_at)
            SELECT w.event_id, 'lead_added', 'deal', n.id,
                jsonb_build_object('owner_id', w.owner_id, 'patch', jsonb_build_object(
                    'id', n.id, 'name', \(named("w.name", "n.id", actor)),
                    'pipeline_id', w.pipeline_id, 'stage_id', w.stage_id,
                    'amount_minor', w.amount_minor, 'owner_id', w.owner_id, 'version', 1)),
                \(now)
            FROM numbered AS n
            JOIN wanted AS w USING (place)
        )
        SELECT id FROM numbered ORDER BY place
        """
    }

    private static func named(
        _ name: StaticString, _ id: StaticString, _ actor: Actor
    ) -> PostgresStatement {
        """
        CASE \(unsafeSQL: name)
            WHEN '' THEN \(Text(ru: "Сделка #", en: "Deal #")(actor.language))::text || \(unsafeSQL: id)
            ELSE \(unsafeSQL: name) END
        """
    }

    /// Gives the deals that came without a name theirs, of the number that they have got. Follows
    /// `insert` in its transaction, and in its round trip; nil: all have names.
    ///
    /// Source: amocrm-api 5.4.
    static func name(_ deals: [NewDeal], by actor: Actor) -> PostgresStatement? {
        let keys = deals.filter(\.name.isEmpty).map(\.eventID)
        if keys.isEmpty { return nil }
        return """
            UPDATE deals AS d
            SET name = \(named("d.name", "d.id", actor))
            FROM events AS e
            WHERE e.id = ANY(\(keys)) AND d.id = e.entity_id
            """
    }

    /// What the usual row does not have, for the few new deals that say it; nil: none does. Part of
    /// making them, so that neither version nor event tells of it.
    static func complete(
        _ deals: [(id: Int64, item: DealItem)], by actor: Actor, at now: Moment
    ) -> PostgresStatement? {
        let deals = deals.filter { $0.item.hasFurtherColumns }
        if deals.isEmpty { return nil }
        return """
            UPDATE deals AS d
            SET channel = w.channel, expected_close_on = w.close_on::date, updated_by = w.updated_by,
                updated_at = w.updated_at
            FROM unnest(\(deals.map(\.id)), \(deals.map { $0.item.channel.applied(to: nil)?.rawValue }),
                \(deals.map { $0.item.expectedCloseOn.applied(to: nil)?.text }),
                \(deals.map { $0.item.updatedBy ?? actor.userID }),
                \(deals.map { $0.item.updatedAt ?? now })) AS w (id, channel, close_on, updated_by, updated_at)
            WHERE d.id = w.id
            """
    }

    /// `{1,2}`: unnest cannot give rows of arrays.
    private static func arrayText(_ ids: [Int64]) -> String {
        "{" + ids.map { String($0) }.joined(separator: ",") + "}"
    }
}
