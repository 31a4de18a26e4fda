package import Foundation
package import Logging
package import Tenancy

/// The migrated database that all tests of a run share. `bin/test` starts the server and names it.
package struct TestDatabase: Sendable {
    package struct NotStarted: Error, CustomStringConvertible {
        package let description =
            "VORONKA_TEST_DATABASE_URL is not set. Run the tests by bin/test, which starts a PostgreSQL."
    }

    package let administrator: String
    package let logins: DatabaseLogins
    package let provisioning: Provisioning
    /// What tests take their companies from.
    package let companies: CompanyPool
    package let logger: Logger

    package static let secret = Data(repeating: 7, count: 32)
    package static let migrations = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("migrations")

    /// Migrated once per run, whoever asks first.
    package static func shared() async throws -> TestDatabase { try await made.value }

    private static let made = Task {
        guard let url = ProcessInfo.processInfo.environment["VORONKA_TEST_DATABASE_URL"] else {
            throw NotStarted()
        }
        return try await prepare(url)
    }

    /// Logins and control tables in an empty database.
    package static func prepare(_ url: String) async throws -> TestDatabase {
        var logger = Logger(label: "test")
        logger.logLevel = .error
        let logins = try DatabaseLogins(url: url, secret: secret)
        try await Migrator(
            administrator: url, logins: logins, migrations: migrations, logger: logger
        ).run()
        let provisioning = try Provisioning(
            logins: logins, migrations: migrations, logger: logger)
        return TestDatabase(
            administrator: url, logins: logins, provisioning: provisioning,
            companies: CompanyPool(logins: logins, provisioning: provisioning, logger: logger),
            logger: logger)
    }
}
