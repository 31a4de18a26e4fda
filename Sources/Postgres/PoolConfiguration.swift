extension PostgresPool {
    package struct Configuration: Sendable {
        /// libpq's: `postgres://user@host/database?sslmode=verify-full`.
        package var url: String
        package var maxConnections: Int
        /// How long a caller waits for a connection.
        package var acquireTimeout_ms: Int
        package var maxWaiters = 1_024
        /// A connection is replaced after serving this many tenants, or after `maxAge_s`.
        package var maxTenantsPerConnection = 200
        package var maxAge_s = 1_800
        package var lockTimeout_ms = 5_000
        package var idleInTransactionTimeout_ms = 60_000
        /// For statements without a context, and with one whose timeout is 0.
        package var answerTimeout_ms = 120_000
        package var drainTimeout_ms = 10_000
        package var applicationName = "voronka"

        /// Beyond the statement timeout: a server silent for this long is dead.
        static let answerGrace_ms = 10_000

        package init(url: String, maxConnections: Int = 16, acquireTimeout_ms: Int = 5_000) {
            self.url = url
            self.maxConnections = maxConnections
            self.acquireTimeout_ms = acquireTimeout_ms
        }

        var limits: PoolStateMachine.Limits {
            var limits = PoolStateMachine.Limits()
            limits.connections_max = maxConnections
            limits.waiters_max = maxWaiters
            limits.tenants_max = maxTenantsPerConnection
            limits.age_ns_max = Int64(maxAge_s) * 1_000_000_000
            return limits
        }

        var settings: ConnectionSettings {
            var settings = ConnectionSettings(url: url, applicationName: applicationName)
            settings.options["lock_timeout"] = String(lockTimeout_ms)
            settings.options["idle_in_transaction_session_timeout"] = String(
                idleInTransactionTimeout_ms)
            return settings
        }
    }
}
