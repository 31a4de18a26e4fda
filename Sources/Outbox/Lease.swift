import Postgres
import Tenancy
import Vocabulary

/// The right to deliver a tenant's events, held by one server at a time and renewed while it works.
///
/// Numbering needs none: there the row lock on `outbox_stream` does, and dies with its holder.
struct Lease: Sendable {
    /// A server that falls silent this long has lost it.
    static let duration_s: Int64 = 30

    let database: TenantDatabase
    let holder: String
    let time: TimeSource

    /// Takes or renews it; false: another server holds it.
    func take() async throws -> Bool {
        let now = time.now()
        return try await !database.query(
            """
            UPDATE outbox_stream
            SET leased_by = \(holder), leased_until = \(now.adding(seconds: Self.duration_s))
            WHERE leased_by IS NULL OR leased_by = \(holder) OR leased_until <= \(now)
            RETURNING last_no
            """
        ).isEmpty
    }

    func give() async throws {
        _ = try await database.query(
            """
            UPDATE outbox_stream
            SET leased_by = NULL, leased_until = NULL
            WHERE leased_by = \(holder)
            """)
    }
}
