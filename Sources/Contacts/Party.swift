import Postgres
import Records
package import Vocabulary

/// Contacts and companies are one kind of thing to us: a name with fields, tags and an owner. What
/// differs is
/// the parts of a person's name and the company that he works for.
package enum Party: Sendable, CaseIterable {
    case contact, company

    package var entity: EntityType { self == .contact ? .contact : .company }
    var table: PostgresIdentifier { entity.table }

    /// Characters of a name, as in the tables' CHECKs.
    static let name_characters_max = 255
}
