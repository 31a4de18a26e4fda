package import Foundation
package import Vocabulary

/// One company on this instance.
package struct Tenant: Sendable, Hashable, Identifiable {
    package enum State: String, Sendable {
        /// `provisioning`: being made or being taken away; what a killed program left so is removed
        /// by the next migration.
        case provisioning, active, suspended, deleted
    }

    /// amoCRM's `account_id`.
    package let id: Int64
    package let uuid: UUID
    /// The first label of its host: `salon` in `salon.example.com`.
    package let slug: String
    package let schemaKey: SchemaKey
    /// Where its schema is.
    package let cell: Cell
    package let state: State
    package let schemaVersion: Int32
    package let language: Language
    /// IANA name, e.g. `Europe/Moscow`. "Today" is the tenant's.
    package let timeZone: String
    /// ISO 4217.
    package let currency: String

    package init(
        id: Int64, uuid: UUID, slug: String, schemaKey: SchemaKey, cell: Cell, state: State,
        schemaVersion: Int32, language: Language, timeZone: String, currency: String
    ) {
        self.id = id
        self.uuid = uuid
        self.slug = slug
        self.schemaKey = schemaKey
        self.cell = cell
        self.state = state
        self.schemaVersion = schemaVersion
        self.language = language
        self.timeZone = timeZone
        self.currency = currency
    }
}
