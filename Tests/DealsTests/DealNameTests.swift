import Postgres
import Tenancy
import Testing
import Vocabulary
import VoronkaTesting
import Web

@testable import Deals

@Suite("A deal without a name")
struct DealNameTests {
    private func caller(_ tenant: TestTenant, as actor: Actor) -> TestAPI {
        TestAPI(tenant, as: actor, at: Moment(seconds: 1_700_000_000)) {
            Deals(services: Services()).addRoutes(api: $0, ui: $1)
        }
    }

    @Test("is called by its number, in the list and on open screens, and counts as just made")
    func numbered() async throws {
        try await withTenants { world in
            for tenant in [world.a, world.b] {
                let company = try await tenant.furnish()
                let api = caller(tenant, as: company.administrator)
                // In one statement of its own, and with tags in a longer transaction.
                for further in ["", #","_embedded":{"tags":[{"name":"vip"}]}"#] {
                    try await check(
                        api, "[{\"price\":100\(further)},{\"name\":\"Окрашивание\"},{}]", in: tenant
                    )
                }
            }
        }
    }

    private func check(_ api: TestAPI, _ body: String, in tenant: TestTenant) async throws {
        let made = try await api.post("/api/v4/leads", body)
        let ids = (made.at("_embedded.leads")?.array ?? []).compactMap { $0.at("id")?.int }
        try #require(ids.count == 3, "\(made)")
        let names = ["Сделка #\(ids[0])", "Окрашивание", "Сделка #\(ids[2])"]
        for (id, name) in zip(ids, names) {
            let row = try await tenant.database.query(
                """
                SELECT d.name, o.payload->'patch'->>'name', d.version
                FROM deals AS d
                JOIN outbox AS o ON o.entity_type = 'deal' AND o.entity_id = d.id
                    AND o.topic = 'lead_added'
                WHERE d.id = \(id)
                """
            ).one().decode(String.self, String.self, Int64.self)
            #expect(row == (name, name, 1))
        }
    }
}
