import Foundation
import Logging
import Postgres
import Tenancy
import Testing
import VoronkaTesting

@Suite("The migrator")
struct MigratorTests {
    @Test(
        "one company's failure stops that company alone, at a whole version, and a second run finishes"
    )
    func resumes() async throws {
        try await withOwnDatabase { instance in
            let a = try await instance.provisioning().create(slug: "a")
            let b = try await instance.provisioning().create(slug: "b")
            try instance.add("0002_first", "ALTER TABLE settings ADD COLUMN first text;")
            try instance.add("0003_second", "CREATE TABLE second (id bigint PRIMARY KEY);")
            try await instance.script(
                "SET ROLE vk_owner; CREATE TABLE \(b.schemaKey.rawValue).second ()")
            await #expect(throws: TenancyError.self) { try await instance.migrate() }
            #expect(try await instance.versions() == ["a": 3, "b": 2])
            #expect(try await instance.version(in: a) == 3)
            #expect(try await instance.version(in: b) == 2)

            try await instance.script(
                "SET ROLE vk_owner; DROP TABLE \(b.schemaKey.rawValue).second")
            try await instance.migrate()
            try await instance.migrate()
            #expect(try await instance.versions() == ["a": 3, "b": 3])
            #expect(try await instance.version(in: b) == 3)
        }
    }

    @Test("when the canary fails nobody else is touched")
    func canary() async throws {
        try await withOwnDatabase { instance in
            let a = try await instance.provisioning().create(slug: "a")
            _ = try await instance.provisioning().create(slug: "b")
            try instance.add("0002_first", "CREATE TABLE first (id bigint PRIMARY KEY);")
            try await instance.script(
                "SET ROLE vk_owner; CREATE TABLE \(a.schemaKey.rawValue).first ()")
            await #expect(throws: TenancyError.self) { try await instance.migrate() }
            #expect(try await instance.versions() == ["a": 1, "b": 1])
        }
    }

    @Test("a new company has exactly the tables of one that was migrated step by step")
    func baseline() async throws {
        try await withOwnDatabase { instance in
            let old = try await instance.provisioning().create(slug: "old")
            try instance.add("0002_first", "ALTER TABLE settings ADD COLUMN first text;")
            try await instance.migrate()
            let new = try await instance.provisioning().create(slug: "new")
            let replayed = try await instance.shape(of: old)
            #expect(replayed.count > 100)
            #expect(try await instance.shape(of: new) == replayed)
        }
    }
}
