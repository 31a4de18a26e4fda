package import Postgres
import Vocabulary

/// One `filter[custom_fields_values][ID]…` of a list.
package struct FieldFilter: Sendable, Hashable {
    package let fieldID: Int64
    /// Any of these; empty: the filter is a range.
    package let values: [String]
    /// Both ends included; a date field takes Unix seconds.
    package let from: String?
    package let to: String?

    package init(fieldID: Int64, values: [String] = [], from: String? = nil, to: String? = nil) {
        self.fieldID = fieldID
        self.values = values
        self.from = from
        self.to = to
    }

    /// ` AND …` for a WHERE; `AND false` for a field that the company does not have.
    ///
    /// - Parameter alias: what the table with `id` and `fields` is called in the statement.
    package func condition(
        _ fields: CustomFields, timeZone: String, alias: StaticString
    ) -> PostgresStatement {
        guard let field = fields[id: fieldID] else { return " AND false" }
        let row = PostgresIdentifier(literal: alias)
        if values.isEmpty { return range(field, timeZone: timeZone, row, fields.entity) }
        let wanted = values.flatMap { Self.stored(field, $0, timeZone: timeZone) }
        guard !wanted.isEmpty else { return " AND false" }
        // One value can use the index on `fields`.
        if wanted.count == 1 { return " AND \(ident: row).fields @> \(JSONText(wanted[0]))" }
        return " AND \(ident: row).fields @> ANY(\(wanted)::text[]::jsonb[])"
    }

    private func range(
        _ field: CustomField, timeZone: String, _ row: PostgresIdentifier, _ entity: EntityType
    ) -> PostgresStatement {
        func end(_ text: String?) -> Double?? {
            guard let text else { return .some(nil) }
            if field.kind == .date {
                guard let seconds = Int64(text), let day = Day(seconds: seconds, timeZone: timeZone)
                else { return nil }
                return .some(Double(day.number))
            }
            guard let number = Double(text), number.isFinite else { return nil }
            return .some(number)
        }
        guard field.kind.isNumbered, let from = end(from), let to = end(to) else {
            return " AND false"
        }
        return """
             AND EXISTS (SELECT FROM field_numbers AS n
                WHERE n.entity_type = \(entity.rawValue) AND n.field_id = \(fieldID)
                    AND n.record_id = \(ident: row).id
                    AND n.value >= COALESCE(\(from)::float8::numeric, n.value)
                    AND n.value <= COALESCE(\(to)::float8::numeric, n.value))
            """
    }

    /// What `fields` must contain for the field to have the value that the client wrote.
    private static func stored(
        _ field: CustomField, _ text: String, timeZone: String
    ) -> [String] {
        func one(_ value: String) -> String { "{\"\(field.id)\":\(value)}" }
        switch field.kind {
        case .text, .textarea, .url: return [one(JSONQuoting.quoted(text))]
        case .numeric:
            guard let value = FieldValue.decimal(text) else { return [] }
            return [one(JSONQuoting.quoted(value))]
        case .checkbox: return ["1", "true"].contains(text) ? [one("true")] : []
        case .select, .multiselect:
            let option = Int64(text).flatMap { field.option(id: $0) } ?? field.option(value: text)
            return option.map { [one(field.kind == .select ? "\($0.id)" : "[\($0.id)]")] } ?? []
        case .date:
            let day =
                Int64(text).flatMap { Day(seconds: $0, timeZone: timeZone) }
                ?? Day(text, timeZone: timeZone)
            return day.map { [one(JSONQuoting.quoted($0.text))] } ?? []
        case .multitext: return [one("[{\"value\":\(JSONQuoting.quoted(text))}]")]
        }
    }
}
