package import Web

extension FieldFilter {
    /// Whether the custom fields must be loaded to answer this query.
    package static func isNeeded(_ query: Query) -> Bool {
        query.has("filter[custom_fields_values]")
    }

    /// All `filter[custom_fields_values][ID]…` of a query. One for a field that the company does
    /// not have is among them and finds nothing: passed over, it would find everything.
    package static func all(_ query: Query, _ fields: CustomFields) -> [FieldFilter] {
        let family = "filter[custom_fields_values]"
        return query.words(under: family).map { word in
            let key = "\(family)[\(word)]"
            let id = Int64(word) ?? 0
            if let texts = query.texts(key) {
                let field = fields[id: id]
                return FieldFilter(
                    fieldID: id, values: texts.flatMap { Self.values($0, of: field) })
            }
            return FieldFilter(
                fieldID: id, from: query.string("\(key)[from]"), to: query.string("\(key)[to]"))
        }
    }

    /// `901,902` are two options, but a text or the name of an option may have a comma of its own.
    private static func values(_ text: String, of field: CustomField?) -> [String] {
        guard let field, text.contains(",") else { return [text] }
        let isList = field.kind.isNumbered || field.kind.hasOptions
        guard isList, field.option(value: text) == nil else { return [text] }
        return text.split(separator: ",").map(String.init)
    }
}
