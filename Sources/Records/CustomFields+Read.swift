package import Postgres
package import Vocabulary

extension CustomFields {
    /// amoCRM's `custom_fields_values` of a row, built by PostgreSQL; NULL when nothing is filled.
    ///
    /// - Parameter alias: what the table with the column `fields` is called in the statement.
    package static func valuesSQL(_ entity: EntityType, alias: StaticString) -> PostgresStatement {
        let row = PostgresIdentifier(literal: alias)
        return """
            CASE WHEN \(ident: row).fields <> '{}' THEN (
                SELECT json_agg(
                    json_build_object('field_id', f.id, 'field_name', f.name, 'field_code', f.code,
                        'field_type', f.kind, 'values', v.list)
                    ORDER BY f.sort, f.id)
                FROM custom_fields AS f
                CROSS JOIN LATERAL (SELECT CASE f.kind
                    WHEN 'select' THEN (
                        SELECT json_agg(json_build_object('value', o.value, 'enum_id', o.id, 'enum_code', o.code))
                        FROM custom_field_options AS o
                        WHERE o.field_id = f.id
                            AND to_jsonb(o.id) = \(ident: row).fields->(f.id::text))
                    WHEN 'multiselect' THEN (
                        SELECT json_agg(
                            json_build_object('value', o.value, 'enum_id', o.id, 'enum_code', o.code)
                            ORDER BY o.sort, o.id)
                        FROM custom_field_options AS o
                        WHERE o.field_id = f.id
                            AND \(ident: row).fields->(f.id::text) @> to_jsonb(o.id))
                    WHEN 'multitext' THEN (
                        SELECT json_agg(
                            json_build_object('value', item.one->>'value', 'enum_id', o.id,
                                'enum_code', item.one->>'code')
                            ORDER BY item.place)
                        FROM jsonb_array_elements(\(ident: row).fields->(f.id::text))
                            WITH ORDINALITY AS item (one, place)
                        LEFT JOIN custom_field_options AS o
                            ON o.field_id = f.id AND o.code = item.one->>'code')
                    WHEN 'date' THEN json_build_array(json_build_object('value', extract(epoch FROM
                        (\(ident: row).fields->>(f.id::text))::date::timestamp
                        AT TIME ZONE COALESCE((SELECT s.time_zone FROM settings AS s), 'UTC'))::bigint))
                    ELSE json_build_array(json_build_object('value', \(ident: row).fields->(f.id::text)))
                    END AS list) AS v
                WHERE f.entity_type = \(unsafeSQL: Self.literal(entity))
                    AND jsonb_exists(\(ident: row).fields, f.id::text)
                    AND v.list IS NOT NULL)
            END
            """
    }

    /// The phones or e-mails of a row as a JSON array of strings, `[]` when there are none.
    package static func multitextSQL(
        _ entity: EntityType, code: StaticString, alias: StaticString
    ) -> PostgresStatement {
        let row = PostgresIdentifier(literal: alias)
        return """
            COALESCE((
                SELECT json_agg(item.one->>'value' ORDER BY item.place)
                FROM custom_fields AS f
                CROSS JOIN LATERAL jsonb_array_elements(\(ident: row).fields->(f.id::text))
                    WITH ORDINALITY AS item (one, place)
                WHERE f.entity_type = \(unsafeSQL: Self.literal(entity))
                    AND f.code = \(unsafeSQL: code) AND f.kind = 'multitext'), '[]'::json)
            """
    }

    static func literal(_ entity: EntityType) -> StaticString {
        switch entity {
        case .deal: "'deal'"
        case .contact: "'contact'"
        case .company: "'company'"
        case .task: "'task'"
        }
    }
}
