import Postgres
import Records
import Tenancy
import Vocabulary

extension LeadItem {
    /// One deal that `owners` lets see, as JSON, with its version; nil: there is none.
    ///
    /// What is linked is read in a second round trip, and only when there is some: a statement pays
    /// for every table that it names, read or not. Fields, options, tags and companies made this
    /// one three times as long for a deal that has none (docs/decisions/0016).
    func read(
        _ id: Int64, for owners: Owners, in database: TenantDatabase
    ) async throws -> (json: String, version: Int64)? {
        // Asked for by name, it is likely to be there: all in one statement.
        guard with.isEmpty else {
            let rows = try await database.query(DealQueries.one(id, as: self, for: owners))
            return try rows.first.map { try $0.decode(String.self, Int64.self) }
        }
        let rows = try await database.query(DealQueries.bare(id, as: self, for: owners))
        guard let row = rows.first else { return nil }
        let (own, version, fields, tags, company) = try row.decode(
            String.self, Int64.self, String.self, [Int64].self, Int64?.self)
        let isAlone = fields == "{}" && tags.isEmpty && company == nil
        let linked =
            isAlone
            ? #"{"custom_fields_values":null,"_embedded":{"tags":[],"companies":[]}}"#
            : try await database.query(
                """
                SELECT json_build_object(\(linked))
                FROM (SELECT \(fields)::jsonb AS fields, \(tags) AS tag_ids, \(company) AS company_id)
                    AS d
                """
            ).first?.text(0)
        // Two objects, each with members: one behind the other makes one.
        return linked.map { (own.dropLast() + "," + $0.dropFirst(), version) }
    }
}
