import Postgres
import Testing
import VoronkaTesting

@testable import Tenancy

@Suite("A killed migration")
struct MigrationKillTests {
    private static let statements = [
        "ALTER TABLE settings ADD COLUMN first_N text;", "CREATE TABLE second_N (id bigint);",
        "CREATE INDEX third_N ON second_N (id);",
    ]
    /// The script stands here until the lock is given.
    private static let gate = "SELECT pg_advisory_xact_lock(9001);"

    private static func sql(_ version: Int32, gateAt point: Int?) -> String {
        var lines = statements.map { $0.replacing("_N", with: "_\(version)") }
        if let point { lines.insert(gate, at: point) }
        return lines.joined(separator: "\n")
    }

    @Test("between any two statements leaves a whole version, and the next run finishes it")
    func betweenStatements() async throws {
        try await withTwoCells { instance, a, b in
            var version: Int32 = 1
            for victim in [a, b] {
                for point in 0...Self.statements.count {
                    version += 1
                    let file = "000\(version)_step"
                    try instance.add(file, Self.sql(version, gateAt: point))
                    try await killed(victim, instance)
                    #expect(try await instance.version(in: victim) == version - 1)
                    #expect(try await instance.versions()[victim.slug] == version - 1)
                    try instance.add(file, Self.sql(version, gateAt: nil))
                    try await instance.migrate()
                    for tenant in [a, b] {
                        #expect(try await instance.version(in: tenant) == version)
                        #expect(try await instance.versions()[tenant.slug] == version)
                    }
                }
            }
            #expect(try await instance.shape(of: a) == instance.shape(of: b))
        }
    }

    /// Runs the migration and kills it where the gate is, in this tenant.
    private func killed(_ victim: Tenant, _ instance: OwnInstance) async throws {
        let url = try DatabaseLogins.administrator(instance.administrator, of: victim.cell)
        try await PostgresSession.withSession(url: url) { session in
            try await session.query("SELECT pg_advisory_lock(9001)")
            let migration = Task { try await instance.migrate() }
            try await instance.kill("wait_event = 'advisory'", in: victim.cell)
            await #expect(throws: TenancyError.self) { try await migration.value }
        }
    }

    @Test("between the cell's commit and the control row's is made good by the next run")
    func betweenDatabases() async throws {
        try await withTwoCells { instance, a, b in
            try instance.add("0002_step", Self.sql(2, gateAt: nil))
            try await PostgresSession.withSession(url: instance.administrator) { session in
                try await session.script(
                    "BEGIN; SELECT id FROM control.tenants WHERE id = \(b.id) FOR UPDATE")
                let migration = Task { try await instance.migrate() }
                try await instance.kill(
                    "wait_event_type = 'Lock' AND query LIKE '%SET schema_version%'")
                await #expect(throws: TenancyError.self) { try await migration.value }
                try await session.script("ROLLBACK")
            }
            // The kill did come in between.
            #expect(try await instance.version(in: b) == 2)
            #expect(try await instance.versions() == ["a": 2, "b": 1])
            try await instance.migrate()
            #expect(try await instance.versions() == ["a": 2, "b": 2])
            #expect(try await instance.version(in: a) == 2)
            #expect(try await instance.version(in: b) == 2)
        }
    }
}
