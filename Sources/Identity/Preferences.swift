import Postgres
package import Tenancy
import Vocabulary

extension Identity {
    /// How a user wants to see the product; nil leaves it as it is. His other companies see the
    /// change when he next signs in there: the language of a member is his own per company.
    package func setPreferences(
        of userID: Int64, locale: String?, theme: String?, in database: TenantDatabase
    ) async throws {
        if let locale {
            _ = try await database.query(
                "UPDATE members SET locale = \(locale) WHERE user_id = \(userID)")
        }
        _ = try await control.send([
            """
            UPDATE control.users
            SET locale = coalesce(\(locale), locale), theme = coalesce(\(theme), theme)
            WHERE id = \(userID)
            """,
            forgetting(.user(userID)),
        ])
        cache.forget(.user(userID))
    }
}
