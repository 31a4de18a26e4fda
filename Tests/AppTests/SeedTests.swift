import Identity
import Postgres
import Tenancy
import Testing
import Vocabulary
import VoronkaTesting

@testable import App

@Suite("Seeding")
struct SeedTests {
    @Test("writes the same rows into every database, at any size", arguments: [nil, 1_200])
    func deterministic(total: Int?) async throws {
        try await withTenants { world in
            let now = Moment(seconds: 1_790_000_000)
            for tenant in [world.a, world.b] {
                try await hire(4, in: tenant)
                try await Seeds(company: .salon).fill(
                    tenant.database, members: [1, 2, 3, 4], now: now, total: total)
            }
            for table in Self.tables {
                let a = try await checksum(table, world.a)
                #expect(a.hasPrefix("0 ") == false, "\(table) is empty")
                #expect(try await checksum(table, world.b) == a, "\(table)")
            }
        }
    }

    private func hire(_ count: Int64, in tenant: TestTenant) async throws {
        try await tenant.database.transaction { transaction in
            let roles = try await Identity.seedRoles(.ru, in: transaction)
            for id in 1...count {
                _ = try await transaction.query(
                    """
                    INSERT INTO members (user_id, name, email, role_id)
                    VALUES (\(id), 'Анна', \("\(id)@example.org"), \(roles.seller))
                    """)
            }
        }
    }

    private static let tables = [
        "deals", "contacts", "companies", "stage_spans", "tasks", "notes", "events",
    ]

    private func checksum(_ table: String, _ tenant: TestTenant) async throws -> String {
        let name = try #require(PostgresIdentifier(table))
        return try await tenant.database.query(
            """
            SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '')
            FROM \(ident: name) AS t
            """
        ).first?.decode(0, as: String.self) ?? ""
    }
}
