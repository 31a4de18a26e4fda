import Foundation
import Postgres
import Vocabulary

extension Tenant {
    /// The columns that `init(row:)` reads, in its order.
    static let columns: PostgresStatement = """
        id, uuid::text, slug, schema_key, cell_id,
        (SELECT cell.dsn FROM control.cells AS cell WHERE cell.id = cell_id), state,
        schema_version, locale, time_zone, currency::text
        """

    init(row: PostgresRow) throws {
        let (id, uuid, slug, key, cellID, dsn, state, version, language, zone, currency) =
            try row.decode(
                Int64.self, String.self, String.self, String.self, Int64.self, String?.self,
                String.self, Int32.self, String.self, String.self, String.self)
        guard let uuid = UUID(uuidString: uuid), let key = SchemaKey(key),
            let state = State(rawValue: state)
        else { throw TenancyError.corruptTenant(id) }
        guard let cell = Cell(id: cellID, dsn: dsn) else { throw TenancyError.unknownCell(cellID) }
        self.init(
            id: id, uuid: uuid, slug: slug, schemaKey: key, cell: cell, state: state,
            schemaVersion: version, language: Language(rawValue: language) ?? .ru, timeZone: zone,
            currency: currency)
    }
}

/// What can be wrong with the instance itself; never a user's fault.
package enum TenancyError: Error, Sendable, CustomStringConvertible {
    /// The control row of this tenant does not make sense.
    case corruptTenant(Int64)
    /// The row of this cell does not make sense.
    case unknownCell(Int64)
    /// Every cell has as many companies as it may take.
    case cellsFull
    case malformedURL
    case migrationMissing(String)
    /// These tenants kept their old schema; the others are done.
    case migrationFailed([(slug: String, reason: String)])

    package var description: String {
        switch self {
        case .corruptTenant(let id): "The control row of company \(id) does not make sense."
        case .unknownCell(let id): "The control row of cell \(id) does not make sense."
        case .cellsFull: "Every cell is full: add one (`voronka cell add`), or raise a limit."
        case .malformedURL: "The database URL cannot be understood."
        case .migrationMissing(let name):
            "migrations: \(name) is not the next number, or no migration."
        case .migrationFailed(let skipped):
            "These companies keep their old schema; run `voronka migrate` again:\n"
                + skipped.map { "\($0.slug): \($0.reason)" }.joined(separator: "\n")
        }
    }
}

/// A company whose tables are older than this program: it alone is out of service until it is
/// migrated.
struct TenantBehind: Refusal {
    let status = 503
    let code = "Unavailable"
    let path = ""
    let detail = Text(
        ru: "Компания обновляется. Повторите чуть позже.",
        en: "The company is being upgraded. Try again a little later.")
}
