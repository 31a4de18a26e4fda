package import Web

extension FieldFilter {
    /// Whether the custom fields must be loaded to answer this query.
    package static func isNeeded(_ query: Query) -> Bool {
        query.has("filter[custom_fields_values]")
    }

    /// All `filter[custom_fields_values][ID]…` of a query, for the fields that the company has.
    package static func all(_ query: Query, _ fields: CustomFields) -> [FieldFilter] {
        fields.all.compactMap { field in
            let key = "filter[custom_fields_values][\(field.id)]"
            guard query.has(key) else { return nil }
            if let values = query.list(key) {
                return FieldFilter(fieldID: field.id, values: values)
            }
            return FieldFilter(
                fieldID: field.id, from: query.string("\(key)[from]"),
                to: query.string("\(key)[to]"))
        }
    }
}
