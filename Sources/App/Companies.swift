import FoundationEssentials
package import Identity
package import Logging
import Postgres
package import Tenancy
package import Vocabulary

/// Makes a company that people can work in: schema, settings, roles, a pipeline and the usual
/// fields.
package struct Companies: Sendable {
    private let provisioning: Provisioning
    private let tenants: Tenants

    package init(
        _ settings: Settings, logins: DatabaseLogins, tenants: Tenants, logger: Logger
    ) throws {
        let migrations = settings.shareDirectory.appendingPathComponent("migrations")
        provisioning = try Provisioning(logins: logins, migrations: migrations, logger: logger)
        self.tenants = tenants
    }

    /// For sign-up.
    package func found(_ new: NewCompany) async throws -> Tenant {
        try await create(slug: new.slug, name: new.company, language: new.language)
    }

    /// - Parameter starter: with the usual pipeline, reasons of loss and fields; demo companies
    ///   bring their own.
    /// - Throws: `FieldRefusal` for a slug that is taken or malformed. What was begun is taken
    ///   back on any error.
    package func create(
        slug: String, name: String, language: Language = .ru, timeZone: String = "Europe/Moscow",
        currency: String = "RUB", starter: Bool = true
    ) async throws -> Tenant {
        let tenant = try await provisioning.create(
            slug: slug, language: language, timeZone: timeZone, currency: currency)
        tenants.forgetAll()
        do {
            try await tenants.database(of: tenant).transaction { transaction in
                _ = try await transaction.query(
                    """
                    INSERT INTO settings (name, currency, time_zone, locale)
                    VALUES (\(name), \(currency), \(timeZone), \(language.rawValue))
                    ON CONFLICT (only_row) DO UPDATE
                    SET name = excluded.name, currency = excluded.currency,
                        time_zone = excluded.time_zone, locale = excluded.locale
                    """)
                _ = try await Identity.seedRoles(language, in: transaction)
                if starter { try await Starter.install(language, in: transaction) }
            }
        } catch {
            try await provisioning.delete(tenant)
            tenants.forgetAll()
            throw error
        }
        return tenant
    }

    package func list() async throws -> [Tenant] { try await provisioning.list() }
    package func suspend(_ tenant: Tenant) async throws { try await provisioning.suspend(tenant) }
    package func resume(_ tenant: Tenant) async throws { try await provisioning.resume(tenant) }
    package func delete(_ tenant: Tenant) async throws { try await provisioning.delete(tenant) }
}
