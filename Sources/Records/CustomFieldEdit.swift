import Postgres
import Tenancy
import Vocabulary
import Web

/// Making, changing and removing the definitions of custom fields. For administrators only.
enum CustomFieldEdit {
    /// - Returns: the ids, in the order of the drafts.
    static func create(
        _ drafts: [CustomFieldDraft], of entity: EntityType, in transaction: TenantTransaction
    ) async throws -> [Int64] {
        try await checkStages(drafts, entity, transaction)
        let count = try await transaction.query(
            "SELECT count(*) FROM custom_fields WHERE entity_type = \(entity.rawValue)"
        ).one().decode(0, as: Int.self)
        guard count + drafts.count <= CustomFieldDraft.fields_max else {
            throw FieldRefusal.tooMany("", CustomFieldDraft.fields_max)
        }
        let rows = try await transaction.query(
            """
            INSERT INTO custom_fields (entity_type, name, kind, code, sort, is_api_only, required_stages)
            SELECT \(entity.rawValue), w.name, w.kind, nullif(w.code, ''), w.sort, w.is_api_only, w.stages::jsonb
            FROM unnest(\(drafts.map { $0.name ?? "" }), \(drafts.map { $0.kind?.rawValue ?? "text" }),
                \(drafts.map(\.code)), \(drafts.map { Int64($0.sort ?? 500) }),
                \(drafts.map { $0.isAPIOnly ?? false }),
                \(drafts.map { CustomFieldDraft.json($0.requiredStages ?? []) }))
                WITH ORDINALITY AS w (name, kind, code, sort, is_api_only, stages, place)
            ORDER BY w.place
            RETURNING id
            """)
        let ids = try rows.map { try $0.decode(0, as: Int64.self) }.sorted()
        for (draft, id) in zip(drafts, ids) where draft.enums != nil {
            try await setOptions(draft.enums ?? [], of: id, in: transaction)
        }
        return ids
    }

    /// - Throws: `NotFound` when there is no such field.
    static func change(
        _ draft: CustomFieldDraft, of entity: EntityType, in transaction: TenantTransaction
    ) async throws {
        try await checkStages([draft], entity, transaction)
        let rows = try await transaction.query(
            """
            UPDATE custom_fields
            SET name = COALESCE(\(draft.name)::text, name), sort = COALESCE(\(draft.sort)::int, sort),
                code = CASE WHEN is_predefined THEN code ELSE COALESCE(\(draft.code)::text, code) END,
                is_api_only = COALESCE(\(draft.isAPIOnly)::bool, is_api_only),
                required_stages = COALESCE(
                    \(draft.requiredStages.map(CustomFieldDraft.json))::text::jsonb, required_stages)
            WHERE id = \(draft.id ?? 0) AND entity_type = \(entity.rawValue)
            RETURNING kind, is_predefined
            """)
        guard let row = rows.first, let id = draft.id else { throw NotFound() }
        let (kind, isPredefined) = try row.decode(String.self, Bool.self)
        // PHP's client sends the type along: the same one is fine.
        if let wanted = draft.kind, wanted.rawValue != kind {
            throw FieldRefusal.notAChoice("type")
        }
        if let enums = draft.enums, !isPredefined {
            try await setOptions(enums, of: id, in: transaction)
        }
    }

    /// All fields of a kind of card with their options, for the log; locked.
    static func image(of entity: EntityType) -> PostgresStatement {
        """
        SELECT 'custom_field', f.id, f.id::text, json_build_object('id', f.id,
            'entity_type', \(entity.plural)::text, 'name', f.name, 'type', f.kind, 'code', f.code,
            'sort', f.sort, 'is_api_only', f.is_api_only, 'required_statuses', f.required_stages,
            'enums', (
                SELECT json_agg(json_build_object('id', o.id, 'value', o.value, 'sort', o.sort,
                    'code', o.code) ORDER BY o.id)
                FROM custom_field_options AS o WHERE o.field_id = f.id))::text
        FROM custom_fields AS f
        WHERE f.entity_type = \(entity.rawValue)
        ORDER BY f.id
        FOR UPDATE OF f
        """
    }

    /// The stages of the row `c` that are still there: a deleted one asks for nothing.
    static let requiredStages: PostgresStatement = """
        COALESCE((
            SELECT json_agg(w.stage ORDER BY w.place)
            FROM jsonb_array_elements(c.required_stages) WITH ORDINALITY AS w (stage, place)
            JOIN stages AS s ON s.pipeline_id = (w.stage->>'pipeline_id')::bigint
                AND s.id = (w.stage->>'status_id')::bigint), '[]')
        """

    /// A deal cannot be asked for a field of another card, nor on a stage that does not exist.
    private static func checkStages(
        _ drafts: [CustomFieldDraft], _ entity: EntityType, _ transaction: TenantTransaction
    ) async throws {
        let stages = drafts.flatMap { $0.requiredStages ?? [] }
        if stages.isEmpty { return }
        guard entity == .deal else {
            throw FieldRefusal(
                "required_statuses", code: "NotSupportedChoice",
                Text(
                    ru: "Обязательным на этапе может быть только поле сделки.",
                    en: "Only a deal's field can be required on a stage."))
        }
        let rows = try await transaction.query(
            """
            SELECT w.place - 1
            FROM unnest(\(stages.map(\.pipelineID)), \(stages.map(\.stageID)))
                WITH ORDINALITY AS w (pipeline_id, id, place)
            LEFT JOIN stages AS s ON s.pipeline_id = w.pipeline_id AND s.id = w.id
            WHERE s.id IS NULL
            ORDER BY w.place LIMIT 1
            """)
        guard let place = try rows.first?.decode(0, as: Int64.self) else { return }
        throw FieldRefusal.notAChoice("required_statuses.\(stages[Int(place)].place).status_id")
    }

    /// With an id: kept or changed; without: added; missing: removed. Values that named a removed
    /// option show nothing.
    private static func setOptions(
        _ enums: [CustomFieldDraft.Enum], of field: Int64, in transaction: TenantTransaction
    ) async throws {
        let kept = enums.compactMap(\.id)
        let found = try await transaction.query(
            "SELECT id FROM custom_field_options WHERE field_id = \(field) AND id = ANY(\(kept))")
        let known = Set(try found.map { try $0.decode(0, as: Int64.self) })
        if let place = enums.firstIndex(where: { $0.id.map { !known.contains($0) } ?? false }) {
            throw FieldRefusal.notAChoice("enums.\(place).id")
        }
        let sorts = enums.enumerated().map { Int64($1.sort ?? Int32(($0 + 1) * 10)) }
        _ = try await transaction.pipeline([
            "DELETE FROM custom_field_options WHERE field_id = \(field) AND NOT id = ANY(\(kept))",
            """
            UPDATE custom_field_options AS o
            SET value = w.value, code = w.code, sort = w.sort
            FROM unnest(\(enums.map(\.id)), \(enums.map(\.value)), \(enums.map(\.code)), \(sorts))
                AS w (id, value, code, sort)
            WHERE o.id = w.id AND o.field_id = \(field)
            """,
            """
            INSERT INTO custom_field_options (field_id, value, code, sort)
            SELECT \(field), w.value, w.code, w.sort
            FROM unnest(\(enums.map(\.id)), \(enums.map(\.value)), \(enums.map(\.code)), \(sorts))
                WITH ORDINALITY AS w (id, value, code, sort, place)
            WHERE w.id IS NULL
            ORDER BY w.place
            """,
        ])
    }

    /// Removes the field and what records hold in it.
    /// - Throws: `NotFound`; a refusal for a predefined field.
    static func delete(
        _ id: Int64, of entity: EntityType, in transaction: TenantTransaction
    ) async throws {
        let rows = try await transaction.query(
            "SELECT is_predefined FROM custom_fields WHERE id = \(id) AND entity_type = \(entity.rawValue) FOR UPDATE"
        )
        guard let row = rows.first else { throw NotFound() }
        if try row.decode(0, as: Bool.self) {
            throw FieldRefusal(
                "id", code: "NotDeletable",
                Text(
                    ru: "Предустановленное поле нельзя удалить.",
                    en: "A predefined field cannot be deleted."))
        }
        _ = try await transaction.pipeline([
            "DELETE FROM custom_fields WHERE id = \(id)",
            "DELETE FROM field_numbers WHERE entity_type = \(entity.rawValue) AND field_id = \(id)",
            """
            UPDATE \(ident: entity.table) SET fields = fields - (\(id)::bigint)::text
            WHERE jsonb_exists(fields, (\(id)::bigint)::text)
            """,
        ])
    }
}
