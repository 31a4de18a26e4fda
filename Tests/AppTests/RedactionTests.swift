import Logging
import Postgres
import Tenancy
import Testing
import VoronkaTesting
import Web

@testable import App

extension LiveTests {
    @Suite("What a log does not say")
    struct RedactionTests {
        /// As a migration gone wrong would: a rule that the code does not know.
        /// The company is used by other tests later: the rule goes again, whatever happens.
        private func withoutTwins(
            in company: LiveCompany, _ work: () async throws -> Void
        ) async throws {
            let table = "\(company.tenant.schemaKey.rawValue).contacts"
            try await alter("\(table) ADD CONSTRAINT contacts_twins UNIQUE (name)")
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await work()) } catch { outcome = .failure(error) }
            try await alter("\(table) DROP CONSTRAINT contacts_twins")
            try outcome.get()
        }

        private func alter(_ table: String) async throws {
            let url = try await TestDatabase.shared().administrator
            try await PostgresSession.withSession(url: url) {
                _ = try await $0.script("ALTER TABLE \(table)")
            }
        }

        @Test(
            "an error of ours is logged with its request and its place, without what people typed")
        func unexpected() async throws {
            try await withLiveWorld { world in
                try await withoutTwins(in: world.a) { try await provoke(world) }
            }
        }

        private func provoke(_ world: LiveWorld) async throws {
            let secret = "Секретова-7412"
            let body = "[{\"name\":\"\(secret)\"}]"
            for company in [world.a, world.b] {
                let mine = company.api(company.administrator)
                #expect(try await mine.post("/api/v4/contacts", body).status == 200)
            }
            let ours = try await world.a.api(world.a.administrator)
                .post("/api/v4/contacts", body)
            #expect(ours.status == 500)
            #expect(!ours.text.contains(secret))
            // The neighbour has no such rule.
            #expect(
                try await world.b.api(world.b.administrator).post("/api/v4/contacts", body)
                    .status == 200)
            let request = try #require(ours.headers["x-request-id"])
            let line = try #require(
                world.server.log.lines(of: request).first { $0.message == "unexpected error" })
            #expect(line.level == .error)
            for part in ["23505", "contacts_twins", "[table contacts]"] {
                #expect(line.text.contains(part), "\(line.text)")
            }
            for line in world.server.log.lines {
                #expect(!line.text.contains(secret), "\(line.text)")
            }
        }

        @Test(
            "of an error of PostgreSQL neither rows nor values are told, but all that finds the bug"
        )
        func described() async throws {
            try await withTenants { world in
                for tenant in [world.a, world.b] {
                    let secret = "тайна \"в кавычках\" 7412"
                    let bad: [PostgresStatement] = [
                        "SELECT \(secret)::text::bigint", "SELECT \(secret)::text::date",
                        "SELECT \(secret)::text::jsonb",
                    ]
                    for statement in bad {
                        let error = await #expect(throws: PostgresError.self) {
                            _ = try await tenant.database.query(statement)
                        }
                        let text = try "\(#require(error)) \(String(reflecting: #require(error)))"
                        #expect(text.contains(try #require(error?.sqlState)))
                        #expect(text.contains("in: SELECT"))
                        #expect(!text.contains("тайна") && !text.contains("7412"), "\(text)")
                    }
                    let unknown = await #expect(throws: PostgresError.self) {
                        _ = try await tenant.database.query("SELECT no_such_column FROM deals")
                    }
                    // The names are ours.
                    let text = "\(try #require(unknown))"
                    #expect(
                        text.contains("no_such_column") && text.contains("[position 8]"), "\(text)")
                }
            }
        }
    }
}
