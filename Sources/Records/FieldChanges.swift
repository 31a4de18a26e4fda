package import Postgres
package import Vocabulary
package import Web

/// What a request wants of a record's custom fields, checked against their definitions.
package struct FieldChanges: Sendable {
    package struct Change: Sendable {
        package let field: CustomField
        /// nil clears the field.
        package let value: FieldValue?
    }
    package private(set) var changes: [Change] = []

    package init() {}
    package var isEmpty: Bool { changes.isEmpty }

    /// Reads amoCRM's `custom_fields_values`. Fields that are not named keep their value.
    /// Each entry names its field by `field_id` or `field_code`; null keys count as absent.
    ///
    /// - Parameters:
    ///   - timeZone: the tenant's: a moment written to a date field means its day there.
    ///   - refusals: gets one FieldRefusal for everything that cannot be taken.
    package init(
        _ json: JSONValue?, fields: CustomFields, timeZone: String,
        path: String = "custom_fields_values", refusals: inout [any Refusal]
    ) {
        guard let json, json != .null else { return }
        guard case .array(let entries) = json else {
            refusals.append(.invalidType(path, "array"))
            return
        }
        guard entries.count <= CustomField.fieldsPerRecord_max else {
            refusals.append(.tooMany(path, CustomField.fieldsPerRecord_max))
            return
        }
        var places: [Int64: Int] = [:]
        for (index, entry) in entries.enumerated() {
            let here = "\(path).\(index)"
            guard case .object = entry else {
                refusals.append(.invalidType(here, "object"))
                continue
            }
            guard let field = Self.field(entry, fields, here, &refusals) else { continue }
            do throws(FieldRefusal) {
                let values = entry.present("values") ?? .null
                let value = try FieldValue(
                    values, field: field, timeZone: timeZone, path: here + ".values")
                // The last word on a field counts, as in amoCRM.
                if let place = places[field.id] {
                    changes[place] = Change(field: field, value: value)
                } else {
                    places[field.id] = changes.count
                    changes.append(Change(field: field, value: value))
                }
            } catch {
                refusals.append(error)
            }
        }
    }

    private static func field(
        _ entry: JSONValue, _ fields: CustomFields, _ path: String, _ refusals: inout [any Refusal]
    ) -> CustomField? {
        let found: CustomField?
        let key: String
        if let id = entry.present("field_id") {
            key = "field_id"
            guard case .int(let id) = id else {
                refusals.append(.invalidType("\(path).field_id", "int"))
                return nil
            }
            found = fields[id: id]
        } else if let code = entry.present("field_code") {
            key = "field_code"
            guard case .string(let code) = code else {
                refusals.append(.invalidType("\(path).field_code", "string"))
                return nil
            }
            found = fields[code: code]
        } else {
            refusals.append(.missing("\(path).field_id"))
            return nil
        }
        if found == nil { refusals.append(.notAChoice("\(path).\(key)")) }
        return found
    }

    /// For `fields = jsonb_strip_nulls(fields || $patch)`: null where a field is cleared.
    package var patch: JSONText {
        JSONText(
            "{"
                + changes.map { "\"\($0.field.id)\":" + ($0.value.map { $0.json.text } ?? "null") }
                .joined(separator: ",") + "}")
    }

    /// `fields` of a new record.
    package var initial: JSONText {
        JSONText(
            "{"
                + changes.compactMap { change in
                    change.value.map { "\"\(change.field.id)\":" + $0.json.text }
                }.joined(separator: ",") + "}")
    }

    /// One event for each field that really changes, in amoCRM's shapes.
    ///
    /// - Parameter old: the row's `fields` before the change; nil for a new record.
    package func events(old: JSONValue?) -> [(type: String, before: JSONValue, after: JSONValue)] {
        changes.compactMap { change in
            let field = change.field
            let before = old?.present(String(field.id))
            let after = change.value?.json
            guard before != after else { return nil }
            return (
                "custom_field_\(field.id)_value_changed",
                Self.eventValues(field, before), Self.eventValues(field, after)
            )
        }
    }

    private static func eventValues(_ field: CustomField, _ value: JSONValue?) -> JSONValue {
        guard let value else { return .array([]) }
        let parts: [JSONValue] = if case .array(let parts) = value { parts } else { [value] }
        return .array(parts.map { .made([("custom_field_value", eventValue(field, $0))]) })
    }

    private static func eventValue(_ field: CustomField, _ part: JSONValue) -> JSONValue {
        var enumID: JSONValue = .null
        var text: JSONValue
        switch part {
        case .int(let id) where field.kind.hasOptions:
            enumID = .int(id)
            text = field.option(id: id).map { .string($0.value) } ?? .null
        case .object:
            text = part.present("value") ?? .null
            if case .string(let code)? = part.present("code") {
                enumID = field.option(code: code).map { .int($0.id) } ?? .null
            }
        case .bool(let flag): text = .string(flag ? "1" : "0")
        default: text = part
        }
        return .made([
            ("field_id", .int(field.id)), ("field_type", .int(Int64(field.kind.number))),
            ("enum_id", enumID), ("text", text),
        ])
    }

    /// Brings `field_numbers` of many records in line, in one statement; nil when no change
    /// touches it.
    package static func numbers(
        of entity: EntityType, _ records: [(id: Int64, changes: FieldChanges)]
    ) -> PostgresStatement? {
        var fields: [Int64] = []
        var ids: [Int64] = []
        var values: [String?] = []
        for record in records {
            for change in record.changes.changes where change.field.kind.isNumbered {
                fields.append(change.field.id)
                ids.append(record.id)
                values.append(change.value?.number)
            }
        }
        guard !fields.isEmpty else { return nil }
        return """
            WITH wanted AS (
                SELECT field_id, record_id, value
                FROM unnest(\(fields)::bigint[], \(ids)::bigint[], \(values)::text[]::numeric[])
                    AS w (field_id, record_id, value)
            ), gone AS (
                DELETE FROM field_numbers AS n
                USING wanted AS w
                WHERE n.entity_type = \(entity.rawValue) AND n.field_id = w.field_id
                    AND n.record_id = w.record_id AND w.value IS NULL
            )
            INSERT INTO field_numbers (entity_type, field_id, record_id, value)
            SELECT \(entity.rawValue), field_id, record_id, value FROM wanted WHERE value IS NOT NULL
            ON CONFLICT (entity_type, field_id, record_id) DO UPDATE SET value = excluded.value
            """
    }
}
