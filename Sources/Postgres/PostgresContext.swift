/// Who a transaction runs as. Bound with `set_config(…, true)`, so it ends with the transaction.
package struct PostgresContext: Sendable, Hashable {
    package let role: String
    /// e.g. `t_x, pg_temp`
    package let searchPath: String
    package let statementTimeout_ms: Int
    /// Connections that served this key last are preferred: their plans fit. Usually the tenant's
    /// schema.
    package let affinityKey: String

    package init(
        role: String, searchPath: String, statementTimeout_ms: Int, affinityKey: String
    ) {
        self.role = role
        self.searchPath = searchPath
        self.statementTimeout_ms = statementTimeout_ms
        self.affinityKey = affinityKey
    }

    static let sql = """
        SELECT set_config('role', $1, true), set_config('search_path', $2, true), \
        set_config('statement_timeout', $3, true)
        """

    var binds: [PostgresBind] {
        [.text(role), .text(searchPath), .text(String(statementTimeout_ms))]
    }
}
