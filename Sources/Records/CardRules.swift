import Postgres
package import Tenancy
package import Vocabulary
package import Web

/// What the items of a batch refer to, loaded in one round trip before they are checked.
package struct CardRules: Sendable {
    package let fields: CustomFields
    private let members: Set<Int64>
    private let timeZone: String

    /// - Parameters:
    ///   - needsFields: whether any item carries `custom_fields_values`.
    ///   - ownerIDs: the responsible users that the items name.
    package static func load(
        _ entity: EntityType, needsFields: Bool, ownerIDs: [Int64],
        in transaction: TenantTransaction
    ) async throws -> CardRules {
        let owners: PostgresStatement =
            "SELECT user_id FROM members WHERE user_id = ANY(\(ownerIDs)) AND is_active"
        if !needsFields && ownerIDs.isEmpty {
            return CardRules(
                fields: CustomFields(entity, []), members: [], timeZone: transaction.tenant.timeZone
            )
        }
        let rows = try await transaction.pipeline(
            needsFields ? [owners, CustomFields.statement(entity)] : [owners])
        return CardRules(
            fields: needsFields
                ? try CustomFields(entity, rows: rows[1]) : CustomFields(entity, []),
            members: Set(try rows[0].map { try $0.decode(0, as: Int64.self) }),
            timeZone: transaction.tenant.timeZone)
    }

    package func changes(_ json: JSONValue?, refusals: inout [any Refusal]) -> FieldChanges {
        FieldChanges(json, fields: fields, timeZone: timeZone, refusals: &refusals)
    }

    /// The owner must work here.
    package func check(ownerID: Int64?, refusals: inout [any Refusal]) {
        if let ownerID, !members.contains(ownerID) {
            refusals.append(FieldRefusal.notAChoice("responsible_user_id"))
        }
    }
}
