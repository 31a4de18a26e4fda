import Foundation
import Postgres
import Testing
import VoronkaTesting

@testable import Tenancy

@Suite("A lent company")
struct CompanyPoolTests {
    @Test("holds no row, number or name of the test that had it before")
    func empty() async throws {
        let shared = try await TestDatabase.shared()
        let pool = CompanyPool(
            logins: shared.logins, provisioning: shared.provisioning, logger: shared.logger)
        let untouched = try await shared.provisioning.create(
            slug: "untouched-" + UUID().uuidString.lowercased().prefix(8))
        let fresh = try await content(of: untouched, shared)
        try await shared.provisioning.delete(untouched)

        let first = try await pool.borrow()
        #expect(try await content(of: first, shared) == fresh)
        try await RunningServer.with(
            Tenants(logins: shared.logins, connections: 2, logger: shared.logger)
        ) { server in
            let company = try await LiveCompany.found(first, on: server)
            let answer = try await company.api(company.administrator).post(
                "/api/v4/leads", #"[{"name": "Стрижка"}]"#)
            #expect(answer.status == 200)
        }
        let used = try await content(of: first, shared)
        #expect(used.filter { !fresh.contains($0) }.count > 10)

        try await pool.giveBack(first)
        let second = try await pool.borrow()
        #expect(second.schemaKey == first.schemaKey)
        #expect(second.id != first.id && second.uuid != first.uuid && second.slug != first.slug)
        #expect(try await content(of: second, shared) == fresh)
        let tenants = Tenants(logins: shared.logins, connections: 1, logger: shared.logger)
        #expect(try await tenants.find(slug: first.slug) == nil)
        #expect(try await tenants.find(id: first.id) == nil)
        #expect(try await tenants.find(id: second.id) == second)
        await tenants.shutdown()
        try await shared.provisioning.delete(second)
    }

    /// Every table with its rows and every sequence with its state; not when migrations were
    /// applied.
    private func content(of tenant: Tenant, _ shared: TestDatabase) async throws -> [String] {
        try await PostgresSession.withSession(url: shared.administrator) { session in
            try await session.query(
                """
                SELECT relname || query_to_xml(
                    format('SELECT * FROM %I.%I', nspname, relname), true, false, '')::text
                FROM pg_class
                JOIN pg_namespace ON pg_namespace.oid = relnamespace
                WHERE nspname = \(tenant.schemaKey.rawValue) AND relkind IN ('r', 'S')
                    AND relname <> 'schema_migrations'
                ORDER BY relname
                """
            ).map { try $0.decode(0, as: String.self) }
        }
    }
}
