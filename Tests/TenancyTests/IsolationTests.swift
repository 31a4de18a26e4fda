import Foundation
import Postgres
import Tenancy
import Testing
import Vocabulary
import VoronkaTesting

@Suite("A company's rows are reached only through its own role")
struct IsolationTests {
    @Test("the same unqualified statement finds each company's own rows")
    func ownRows() async throws {
        try await withTenants { world in
            for (one, name) in [(world.a, "Аврора"), (world.b, "Вектор")] {
                _ = try await one.database.query("INSERT INTO settings (name) VALUES (\(name))")
            }
            for (one, name) in [(world.a, "Аврора"), (world.b, "Вектор")] {
                let found = try await one.database.query("SELECT name FROM settings")
                #expect(try found.one().decode(0, as: String.self) == name)
            }
        }
    }

    @Test("nothing of a transaction stays on the connection")
    func nothingStays() async throws {
        try await withTenants { world in
            for one in [world.a, world.b, world.a] {
                let role = try await one.database.query("SELECT current_user::text").one()
                #expect(try role.decode(0, as: String.self) == one.tenant.schemaKey.rawValue)
            }
            let control = try await world.tenants.control.query(
                "SELECT current_user::text, current_setting('search_path')"
            ).one()
            let (user, path) = try control.decode(String.self, String.self)
            #expect(user == "vk_ctl")
            #expect(!path.contains("t_"))
        }
    }

    @Test("a suspended company is refused by PostgreSQL itself, and comes back with its data")
    func suspension() async throws {
        let shared = try await TestDatabase.shared()
        try await withTenants { world in
            _ = try await world.a.database.query("INSERT INTO settings (name) VALUES ('Аврора')")
            try await shared.provisioning.suspend(world.a.tenant)
            await #expect(throws: PostgresError.self) {
                _ = try await world.a.database.query("SELECT name FROM settings")
            }
            _ = try await world.b.database.query("SELECT name FROM settings")
            try await shared.provisioning.resume(world.a.tenant)
            let back = try await world.a.database.query("SELECT name FROM settings")
            #expect(try back.one().decode(0, as: String.self) == "Аврора")
        }
    }

    @Test("a temporary table cannot shadow a tenant's table")
    func shadow() async throws {
        try await withTenants { world in
            let error = await #expect(throws: PostgresError.self) {
                _ = try await world.a.database.query("CREATE TEMP TABLE deals (id bigint)")
            }
            #expect(error?.sqlState == "42501")
        }
    }

    @Test("a company that begins with today's tables is at the newest version")
    func version() async throws {
        let newest = try Migrations(
            directory: TestDatabase.migrations.appendingPathComponent("tenant"))
        try await withTenants { world in
            let rows = try await world.a.database.query(
                "SELECT max(version) FROM schema_migrations")
            #expect(try rows.one().decode(0, as: Int32.self) == newest.latest)
            #expect(world.a.tenant.schemaVersion == newest.latest)
        }
    }

    @Test("a taken address is refused, naming the field", arguments: ["Salon", "a b", "-x", ""])
    func slug(slug: String) async throws {
        let shared = try await TestDatabase.shared()
        let refusal = await #expect(throws: FieldRefusal.self) {
            _ = try await shared.provisioning.create(slug: slug)
        }
        #expect(refusal?.path == "slug")
    }
}
