package import Postgres
package import Tenancy
package import Vocabulary

/// The custom fields of one kind of record in one company, loaded for one request.
package struct CustomFields: Sendable {
    package let entity: EntityType
    /// In the order in which they are shown.
    package let all: [CustomField]
    private let byID: [Int64: Int]
    private let byCode: [String: Int]

    package init(_ entity: EntityType, _ all: [CustomField]) {
        self.entity = entity
        self.all = all
        byID = Dictionary(
            all.indices.map { (all[$0].id, $0) }, uniquingKeysWith: { first, _ in first })
        byCode = Dictionary(
            all.indices.compactMap { index in all[index].code.map { ($0, index) } },
            uniquingKeysWith: { first, _ in first })
    }

    package subscript(id id: Int64) -> CustomField? { byID[id].map { all[$0] } }
    package subscript(code code: String) -> CustomField? { byCode[code].map { all[$0] } }

    /// Put it into a pipeline beside other statements, and give its rows to `init(_:rows:)`.
    package static func statement(_ entity: EntityType) -> PostgresStatement {
        """
        SELECT f.id, f.name, f.kind, f.code,
            COALESCE(array_agg(o.id ORDER BY o.sort, o.id) FILTER (WHERE o.id IS NOT NULL), '{}'),
            COALESCE(array_agg(o.value ORDER BY o.sort, o.id) FILTER (WHERE o.id IS NOT NULL), '{}'),
            COALESCE(array_agg(COALESCE(o.code, '') ORDER BY o.sort, o.id) FILTER (WHERE o.id IS NOT NULL), '{}')
        FROM custom_fields AS f
        LEFT JOIN custom_field_options AS o ON o.field_id = f.id
        WHERE f.entity_type = \(entity.rawValue)
        GROUP BY f.id
        ORDER BY f.sort, f.id
        """
    }

    package init(_ entity: EntityType, rows: PostgresRows) throws(PostgresError) {
        var all: [CustomField] = []
        for row in rows {
            let (id, name, kind, code, ids, values, codes) = try row.decode(
                Int64.self, String.self, String.self, String?.self, [Int64].self, [String].self,
                [String].self)
            guard let kind = CustomField.Kind(rawValue: kind) else { continue }
            let options = ids.indices.map { index in
                CustomField.Option(
                    id: ids[index], value: values[index],
                    code: codes[index].isEmpty ? nil : codes[index])
            }
            all.append(
                CustomField(
                    id: id, entity: entity, name: name, kind: kind, code: code, options: options))
        }
        self.init(entity, all)
    }

    package static func load(
        _ entity: EntityType, in transaction: TenantTransaction
    ) async throws -> CustomFields {
        try CustomFields(entity, rows: await transaction.query(statement(entity)))
    }
}
