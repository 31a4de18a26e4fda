import Foundation
import Postgres
import Vocabulary

extension Tenant {
    /// The columns that `init(row:)` reads, in its order.
    static let columns: PostgresStatement = """
        id, uuid::text, slug, schema_key, cell_id, state, schema_version, locale, time_zone, currency::text
        """

    init(row: PostgresRow) throws {
        let (id, uuid, slug, key, cell, state, version, language, zone, currency) = try row.decode(
            Int64.self, String.self, String.self, String.self, Int64.self, String.self, Int32.self,
            String.self, String.self, String.self)
        guard let uuid = UUID(uuidString: uuid), let key = SchemaKey(key),
            let state = State(rawValue: state)
        else { throw TenancyError.corruptTenant(id) }
        self.init(
            id: id, uuid: uuid, slug: slug, schemaKey: key, cellID: cell, state: state,
            schemaVersion: version, language: Language(rawValue: language) ?? .ru, timeZone: zone,
            currency: currency)
    }
}

/// What can be wrong with the instance itself; never a user's fault.
package enum TenancyError: Error, Sendable {
    /// The control row of this tenant does not make sense.
    case corruptTenant(Int64)
    /// There is no such cell among the configured ones.
    case unknownCell(Int64)
    case malformedURL
    case migrationMissing(String)
    /// These tenants kept their old schema; the others are done.
    case migrationFailed([(slug: String, reason: String)])
}
