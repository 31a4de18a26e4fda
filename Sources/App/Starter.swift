import Postgres
package import Tenancy
package import Vocabulary

/// What a new company starts with: a sales pipeline, reasons of loss and the fields that every
/// contact has.
package enum Starter {
    /// One open stage to be made; won and lost are added to every pipeline by itself.
    package struct Stage: Sendable {
        let name: String
        let hue: String
        let color: String
        let probability: Int
        let rotDays: Int?
    }

    /// Writes the starting content in the tenant's language. Joins the caller's transaction.
    package static func install(
        _ language: Language, in transaction: TenantTransaction
    ) async throws {
        func text(_ ru: String, _ en: String) -> String { Text(ru: ru, en: en)(language) }
        _ = try await pipeline(
            named: text("Продажи", "Sales"), color: "blue", isMain: true, sort: 10,
            stages: [
                Stage(
                    name: text("Новая заявка", "New request"), hue: "slate", color: "#e6e8ea",
                    probability: 15, rotDays: 2),
                Stage(
                    name: text("Переговоры", "Negotiation"), hue: "blue", color: "#d6eaff",
                    probability: 35, rotDays: 7),
                Stage(
                    name: text("Предложение", "Proposal"), hue: "violet", color: "#ccc8f9",
                    probability: 55, rotDays: 7),
                Stage(
                    name: text("Договор", "Contract"), hue: "amber", color: "#ffdc7f",
                    probability: 80, rotDays: 7),
            ], language, in: transaction)
        _ = try await lossReasons(
            [
                text("Дорого", "Too expensive"), text("Выбрали других", "Chose another"),
                text("Не дозвонились", "Could not reach"), text("Передумали", "Changed their mind"),
            ],
            in: transaction)
        try await predefinedFields(language, in: transaction)
    }

    /// Makes a pipeline with its open stages and the two closing ones; gives its id and those of
    /// the open stages.
    static func pipeline(
        named name: String, color: String, isMain: Bool, sort: Int, stages: [Stage],
        _ language: Language, in transaction: TenantTransaction
    ) async throws -> (id: Int64, stages: [Int64]) {
        let rows = try await transaction.query(
            """
            INSERT INTO pipelines (name, color, is_main, sort)
            VALUES (\(name), \(color), \(isMain), \(Int32(sort)))
            RETURNING id
            """)
        guard let id = try rows.first?.decode(0, as: Int64.self) else { return (0, []) }
        var open: [Int64] = []
        for (index, stage) in stages.enumerated() {
            let rows = try await transaction.query(
                """
                INSERT INTO stages (pipeline_id, name, sort, color, hue, probability, rot_days)
                VALUES (\(id), \(stage.name), \(Int32(20 + index * 10)), \(stage.color), \(stage.hue),
                    \(Int32(stage.probability)), \(stage.rotDays.map(Int32.init)))
                RETURNING id
                """)
            if let stage = try rows.first?.decode(0, as: Int64.self) { open.append(stage) }
        }
        let won = Text(ru: "Успешно", en: "Won")(language)
        let lost = Text(ru: "Отказ", en: "Lost")(language)
        _ = try await transaction.query(
            """
            INSERT INTO stages (pipeline_id, id, name, kind, sort, color, hue, probability)
            VALUES (\(id), 142, \(won), 'won', 10000, '#CCFF66', 'green', 100),
                (\(id), 143, \(lost), 'lost', 11000, '#D5D8DB', 'slate', 0)
            """)
        return (id, open)
    }

    static func lossReasons(
        _ names: [String], in transaction: TenantTransaction
    ) async throws -> [Int64] {
        let rows = try await transaction.query(
            """
            INSERT INTO loss_reasons (name, sort)
            SELECT name, 10 * place
            FROM unnest(\(names)) WITH ORDINALITY AS reason (name, place)
            ORDER BY place
            RETURNING id
            """)
        return try rows.map { try $0.decode(0, as: Int64.self) }.sorted()
    }

    /// Source: amocrm-api, predefined codes of contacts and companies.
    static func predefinedFields(
        _ language: Language, in transaction: TenantTransaction
    ) async throws {
        let fields: [(entity: String, code: String, kind: String, name: Text)] = [
            ("contact", "POSITION", "text", Text(ru: "Должность", en: "Position")),
            ("contact", "PHONE", "multitext", Text(ru: "Телефон", en: "Phone")),
            ("contact", "EMAIL", "multitext", Text(ru: "Email", en: "E-mail")),
            ("company", "PHONE", "multitext", Text(ru: "Телефон", en: "Phone")),
            ("company", "EMAIL", "multitext", Text(ru: "Email", en: "E-mail")),
            ("company", "WEB", "url", Text(ru: "Сайт", en: "Website")),
            ("company", "ADDRESS", "textarea", Text(ru: "Адрес", en: "Address")),
        ]
        for (place, field) in fields.enumerated() {
            _ = try await transaction.query(
                """
                INSERT INTO custom_fields (entity_type, code, kind, name, sort, is_predefined)
                VALUES (\(field.entity), \(field.code), \(field.kind), \(field.name(language)),
                    \(Int32(10 + place)), true)
                """)
        }
        // The kinds of number and address, which amoCRM calls enums of a multitext field.
        _ = try await transaction.query(
            """
            INSERT INTO custom_field_options (field_id, value, code, sort)
            SELECT field.id, kind.code, kind.code, kind.place
            FROM custom_fields AS field
            JOIN (VALUES ('PHONE', 'WORK', 1), ('PHONE', 'WORKDD', 2), ('PHONE', 'MOB', 3),
                ('PHONE', 'FAX', 4), ('PHONE', 'HOME', 5), ('PHONE', 'OTHER', 6),
                ('EMAIL', 'WORK', 1), ('EMAIL', 'PRIV', 2), ('EMAIL', 'OTHER', 3)
            ) AS kind (field, code, place) ON kind.field = field.code
            WHERE field.is_predefined
            ORDER BY field.id, kind.place
            """)
    }
}
