import Foundation
import Postgres
import Testing
import Vocabulary
import VoronkaTesting

@testable import Tenancy

@Suite("Nothing is reached without the company's own role")
struct WallTests {
    private static let verbs = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"]

    @Test(
        "no table of the catalogue can be read, written or emptied by a neighbour or the bare login"
    )
    func matrix() async throws {
        let shared = try await TestDatabase.shared()
        try await withTenants { world in
            let key = world.b.tenant.schemaKey.rawValue
            let attempts = try await attempts(key, shared)
            #expect(attempts.count > 150)
            #expect(attempts.filter(\.isForOwner).count > 90)
            try await PostgresSession.withSession(url: shared.logins.tenants(of: .home)) { bare in
                for one in attempts {
                    let statement = PostgresStatement(unsafeSQL: one.sql)
                    let neighbour = await #expect(throws: PostgresError.self) {
                        _ = try await world.a.database.query(statement)
                    }
                    #expect(neighbour?.sqlState == "42501", "\(one.sql)")
                    let login = await #expect(throws: PostgresError.self) {
                        _ = try await bare.query(statement)
                    }
                    #expect(login?.sqlState == "42501", "\(one.sql)")
                }
            }
        }
    }

    private struct Attempt {
        let sql: String
        /// The company itself may do it, so that the wall is what stops the others.
        let isForOwner: Bool
    }

    /// Every verb on every table of the company and of the control schema.
    private func attempts(_ key: String, _ shared: TestDatabase) async throws -> [Attempt] {
        try await PostgresSession.withSession(url: shared.administrator) { session in
            try await session.query(
                """
                SELECT verb,
                    format('%I.%I', nspname, relname), quote_ident(attname),
                    has_table_privilege(\(key), pg_class.oid, verb)
                FROM pg_class
                JOIN pg_namespace ON pg_namespace.oid = relnamespace
                JOIN pg_attribute ON attrelid = pg_class.oid AND attnum = 1
                CROSS JOIN unnest(\(Self.verbs)) AS verb
                WHERE nspname IN (\(key), 'control') AND relkind IN ('r', 'p', 'v', 'm', 'f')
                ORDER BY relname, verb
                """
            ).map { row in
                let (verb, table, column, isForOwner) = try row.decode(
                    String.self, String.self, String.self, Bool.self)
                let sql =
                    switch verb {
                    case "SELECT": "SELECT \(column) FROM \(table)"
                    case "INSERT": "INSERT INTO \(table) DEFAULT VALUES"
                    case "UPDATE": "UPDATE \(table) SET \(column) = DEFAULT"
                    case "DELETE": "DELETE FROM \(table)"
                    default: "TRUNCATE \(table)"
                    }
                return Attempt(sql: sql, isForOwner: isForOwner)
            }
        }
    }

    @Test("a company that never was, is suspended or deleted: its statements do not even start")
    func nothingStarts() async throws {
        let shared = try await TestDatabase.shared()
        try await shared.companies.with(3) { companies in
            let tenants = Tenants(logins: shared.logins, connections: 1, logger: shared.logger)
            // A session's lock outlives the transaction: it tells what a rollback would hide.
            let mark = Int64.random(in: 1...Int64(Int32.max))
            let lock: PostgresStatement = "SELECT pg_advisory_lock(\(mark))"
            let well = tenants.database(of: companies[0])
            _ = try await well.query(lock)
            #expect(try await holders(of: mark, shared) == 1)
            _ = try await well.query("SELECT pg_advisory_unlock(\(mark))")
            #expect(try await holders(of: mark, shared) == 0)

            try await shared.provisioning.suspend(companies[1])
            try await shared.provisioning.delete(companies[2])
            for gone in [stranger(companies[0]), companies[1], companies[2]] {
                let database = tenants.database(of: gone)
                await #expect(throws: PostgresError.self) { _ = try await database.query(lock) }
                await #expect(throws: PostgresError.self) {
                    _ = try await database.pipeline([lock, lock])
                }
                await #expect(throws: PostgresError.self) {
                    try await database.transaction { _ = try await $0.query(lock) }
                }
                #expect(try await holders(of: mark, shared) == 0)
            }
            _ = try await well.query("SELECT name FROM settings")
            await tenants.shutdown()
        }
    }

    private func stranger(_ tenant: Tenant) -> Tenant {
        Tenant(
            id: tenant.id, uuid: tenant.uuid, slug: tenant.slug, schemaKey: .random(),
            cell: tenant.cell, state: .active, schemaVersion: tenant.schemaVersion,
            language: tenant.language, timeZone: tenant.timeZone, currency: tenant.currency)
    }

    private func holders(of mark: Int64, _ shared: TestDatabase) async throws -> Int64 {
        try await PostgresSession.withSession(url: shared.administrator) { session in
            try await session.query(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid::bigint = \(mark)"
            ).one().decode(0, as: Int64.self)
        }
    }
}
