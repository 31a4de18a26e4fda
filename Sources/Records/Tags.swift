package import Postgres
package import Tenancy
package import Vocabulary

/// Tags of deals, contacts and companies; each kind of record has its own set. A row holds
/// `tag_ids`.
package enum Tags {
    /// A tag as a client names it: by id, or by a name that is made when it is new.
    package enum Reference: Sendable, Hashable {
        case id(Int64)
        case name(String)
    }

    /// Characters of a name, as in the table's CHECK.
    package static let name_characters_max = 255
    /// Tags of one record.
    package static let perRecord_max = 100

    /// The colours that amoCRM's own client knows; it throws on any other.
    package static let colors: Set<String> = [
        "EBEBEB", "D0D0D0", "F2DDF7", "D1A4DC", "FF8F92", "FFC8C8", "C7DB8C", "DDEBB5", "8699DA",
        "AABDFF", "FFCE5A", "FFE193", "90CDB0", "C6F4DE", "A9A5D7", "D8D5FF", "86C0FC", "832161",
        "6A0F49", "0C7C59", "10599D", "9D2B32", "247BA0",
    ]

    /// `[{"id","name","color"}]` of a row in the order in which its tags were given, `[]` when it
    /// has none.
    package static func listSQL(alias: StaticString) -> PostgresStatement {
        let row = PostgresIdentifier(literal: alias)
        return """
            CASE WHEN \(ident: row).tag_ids = '{}' THEN '[]'::json ELSE COALESCE((
                SELECT json_agg(json_build_object('id', t.id, 'name', t.name, 'color', t.color)
                    ORDER BY array_position(\(ident: row).tag_ids, t.id))
                FROM tags AS t
                WHERE t.id = ANY(\(ident: row).tag_ids)), '[]'::json) END
            """
    }

    /// Finds the tags and makes the missing names, in the caller's transaction.
    ///
    /// - Parameters:
    ///   - wanted: names among these are made when they are new.
    ///   - known: these are only looked for.
    package static func resolve(
        _ wanted: [Reference], known: [Reference] = [], of entity: EntityType,
        in transaction: TenantTransaction
    ) async throws -> Resolved {
        var ids: Set<Int64> = []
        var made: Set<String> = []
        var found: Set<String> = []
        for reference in wanted {
            switch reference {
            case .id(let id): ids.insert(id)
            case .name(let name): made.insert(name)
            }
        }
        for reference in known {
            switch reference {
            case .id(let id): ids.insert(id)
            case .name(let name): found.insert(name)
            }
        }
        guard !ids.isEmpty || !made.isEmpty || !found.isEmpty else { return Resolved() }
        var resolved = Resolved()
        // A name that another transaction made a moment ago is seen by neither side of the first
        // try.
        for _ in 0..<2 {
            let statement = find(
                ids: ids.sorted(), names: made.union(found).sorted(), made: made.sorted(), entity)
            for row in try await transaction.query(statement) {
                let (id, name) = try row.decode(Int64.self, String.self)
                resolved.byName[name] = id
                resolved.nameByID[id] = name
            }
            if made.allSatisfy({ resolved.byName[$0] != nil }) { break }
        }
        return resolved
    }

    static func find(
        ids: [Int64], names: [String], made: [String], _ entity: EntityType
    ) -> PostgresStatement {
        """
        WITH made AS (
            INSERT INTO tags (entity_type, name)
            SELECT \(entity.rawValue), wanted.name
            FROM unnest(\(made)) AS wanted (name)
            WHERE NOT EXISTS (
                SELECT FROM tags AS t WHERE t.entity_type = \(entity.rawValue) AND t.name = wanted.name)
            ON CONFLICT (entity_type, name) DO NOTHING
            RETURNING id, name)
        SELECT id, name FROM made
        UNION ALL
        SELECT id, name FROM tags
        WHERE entity_type = \(entity.rawValue) AND (name = ANY(\(names)) OR id = ANY(\(ids)))
        """
    }

    /// What the references of one request stand for.
    package struct Resolved: Sendable {
        var byName: [String: Int64] = [:]
        var nameByID: [Int64: String] = [:]

        package init() {}

        /// nil: there is no such tag on this kind of record.
        package func id(_ reference: Reference) -> Int64? {
            switch reference {
            case .id(let id): nameByID[id] == nil ? nil : id
            case .name(let name): byName[name]
            }
        }
        package func name(_ id: Int64) -> String? { nameByID[id] }
    }
}
