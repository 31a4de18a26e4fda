package import Postgres

/// The only door to a tenant's tables: every statement runs under that tenant's role and search
/// path. Whoever holds no such value reaches no tenant at all.
package struct TenantDatabase: Sendable {
    package let tenant: Tenant
    private let pool: PostgresPool
    private let context: PostgresContext

    /// What the statements are for. Each kind has connections of its own, so that long work never
    /// stands in the way of a request.
    package enum Work: Sendable, Hashable {
        case requests
        /// Seeds, clean-ups, reports over everything.
        case longWork
    }

    /// How long one statement of a request may run.
    package static let statementTimeout_ms = 10_000
    /// The same for long work.
    static let longStatementTimeout_ms = 600_000

    init(tenant: Tenant, pool: PostgresPool, work: Work) {
        self.tenant = tenant
        self.pool = pool
        context = PostgresContext(
            role: tenant.schemaKey.rawValue, searchPath: tenant.schemaKey.rawValue + ", pg_temp",
            statementTimeout_ms: work == .requests
                ? Self.statementTimeout_ms : Self.longStatementTimeout_ms,
            affinityKey: tenant.schemaKey.rawValue)
    }

    /// One statement in one round trip, a transaction of its own.
    package func query(_ statement: PostgresStatement) async throws(PostgresError) -> PostgresRows {
        try await pool.query(statement, context: context)
    }

    /// Several statements in one round trip and one transaction; none is written if one fails.
    package func pipeline(
        _ statements: [PostgresStatement]
    ) async throws(PostgresError) -> [PostgresRows] {
        try await pool.send(statements, context: context)
    }

    /// A transaction of several round trips. What `body` throws rolls it back.
    package func transaction<Result>(
        isolation: PostgresIsolation = .readCommitted, readOnly: Bool = false,
        _ body: (TenantTransaction) async throws -> Result
    ) async throws -> Result {
        try await pool.withTransaction(context: context, isolation: isolation, readOnly: readOnly) {
            try await body(TenantTransaction(tenant: tenant, base: $0))
        }
    }
}

/// An open transaction of one tenant. Verbs of the slices take it to join the caller's work.
package struct TenantTransaction: Sendable {
    package let tenant: Tenant
    let base: PostgresTransaction

    package func query(_ statement: PostgresStatement) async throws(PostgresError) -> PostgresRows {
        try await base.query(statement)
    }

    package func pipeline(
        _ statements: [PostgresStatement]
    ) async throws(PostgresError) -> [PostgresRows] {
        try await base.pipeline(statements)
    }

    /// The last statement and COMMIT in one flush. Nothing may follow.
    package func finish(
        with statement: PostgresStatement
    ) async throws(PostgresError) -> PostgresRows {
        try await base.finish(with: statement)
    }
}
