package import Postgres
import Vocabulary

package enum Outbox {
    /// Writes the events to the log and to the outbox in one statement, however many there are.
    /// Belongs into the transaction of the change itself; wake the relay after COMMIT.
    package static func append(_ drafts: [EventDraft]) -> PostgresStatement {
        """
        WITH draft AS (
            SELECT id, type, entity_type, entity_id, actor_id, before, after, undoes, at, topic, payload,
                card_type, card_id
            FROM unnest(\(drafts.map(\.id)), \(drafts.map(\.type)), \(drafts.map(\.entity.rawValue)),
                \(drafts.map(\.entityID)), \(drafts.map(\.actorID)), \(drafts.map(\.before)),
                \(drafts.map(\.after)), \(drafts.map { $0.undoes ?? "" }), \(drafts.map(\.at)),
                \(drafts.map(\.topic)), \(drafts.map(\.payload)), \(drafts.map(\.cardEntity.rawValue)),
                \(drafts.map(\.cardID)))
                AS d (id, type, entity_type, entity_id, actor_id, before, after, undoes, at, topic, payload,
                    card_type, card_id)
        ), logged AS (
            INSERT INTO events
                (id, type, entity_type, entity_id, actor_id, before, after, undoes, created_at)
            SELECT id, type, entity_type, entity_id, actor_id, before::jsonb, after::jsonb,
                nullif(undoes, ''), at
            FROM draft
        )
        INSERT INTO outbox (event_id, topic, entity_type, entity_id, payload, created_at)
        SELECT id, topic, card_type, card_id, payload::jsonb, at
        FROM draft
        """
    }
}

extension Outbox {
    /// The same as further parts of a WITH, so that a change and its events are one statement.
    /// Nothing is appended unless the part named `condition` has a row.
    package static func appended(
        _ drafts: [EventDraft], given condition: StaticString
    ) -> PostgresStatement {
        let condition = PostgresIdentifier(literal: condition)
        return """
            draft AS (
                SELECT d.id, d.type, d.entity_type, d.entity_id, d.actor_id, d.before, d.after, d.undoes,
                    d.at, d.topic, d.payload
                FROM unnest(\(drafts.map(\.id)), \(drafts.map(\.type)), \(drafts.map(\.entity.rawValue)),
                    \(drafts.map(\.entityID)), \(drafts.map(\.actorID)), \(drafts.map(\.before)),
                    \(drafts.map(\.after)), \(drafts.map { $0.undoes ?? "" }), \(drafts.map(\.at)),
                    \(drafts.map(\.topic)), \(drafts.map(\.payload)))
                    AS d (id, type, entity_type, entity_id, actor_id, before, after, undoes, at, topic,
                        payload)
                WHERE EXISTS (SELECT FROM \(ident: condition))
            ), logged AS (
                INSERT INTO events
                    (id, type, entity_type, entity_id, actor_id, before, after, undoes, created_at)
                SELECT id, type, entity_type, entity_id, actor_id, before::jsonb, after::jsonb,
                    nullif(undoes, ''), at
                FROM draft
            ), queued AS (
                INSERT INTO outbox (event_id, topic, entity_type, entity_id, payload, created_at)
                SELECT id, topic, entity_type, entity_id, payload::jsonb, at
                FROM draft
            )
            """
    }
}
