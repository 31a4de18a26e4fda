import Postgres
import Tenancy
import Testing
import Vocabulary
import VoronkaTesting
import Web

/// A contact and a company of the administrator, with one deal of each seller.
private struct Scene {
    let contact: Int64
    let company: Int64
    let deals: [Int64]

    init(_ company: TestTenant.Company, in tenant: TestTenant) async throws {
        let mine = api(tenant, as: company.administrator)
        let made = try await mine.post("/api/v4/contacts", "[{\"name\":\"Ольга\"}]")
        let contact = try #require(made.at("_embedded.contacts.0.id")?.int)
        let firm = try await mine.post("/api/v4/companies", "[{\"name\":\"ООО «Север»\"}]")
        let firmID = try #require(firm.at("_embedded.companies.0.id")?.int)
        self.contact = contact
        self.company = firmID
        deals = try await tenant.database.transaction { transaction in
            var deals: [Int64] = []
            for (owner, name) in [(Int64(2), "Илья"), (3, "Мария")] {
                let row = try await transaction.query(
                    """
                    WITH made AS (
                        INSERT INTO deals
                            (name, pipeline_id, stage_id, amount_minor, owner_id, company_id)
                        VALUES (\("Сделка: \(name)"), \(company.pipelineID), \(company.stageIDs[0]), 100000,
                            \(owner), \(firmID))
                        RETURNING id
                    ), linked AS (
                        INSERT INTO deal_contacts (deal_id, contact_id) SELECT id, \(contact) FROM made
                    ), noted AS (
                        INSERT INTO notes (entity_type, entity_id, kind, params, owner_id, created_by, updated_by)
                        SELECT 'deal', id, 'common',
                            jsonb_build_object('text', \("Заметка: \(name)")::text), \(owner), \(owner), \(owner)
                        FROM made
                    ), task AS (
                        INSERT INTO tasks (text, owner_id, entity_type, entity_id, due_at)
                        SELECT \("Дело: \(name)"), \(owner), 'deal', id, \(now.adding(seconds: owner * 3600)) FROM made
                    )
                    SELECT id FROM made
                    """
                ).one()
                deals.append(try row.decode(0, as: Int64.self))
            }
            return deals
        }
    }
}

/// A seller who sees every contact and company, but only his own deals.
private func seller(_ id: Int64) -> Actor {
    Actor(
        userID: id, name: "", language: .ru, isAdministrator: false,
        rights: Rights([
            "task": ["view": .all],
            "contact": ["view": .all], "company": ["view": .all], "deal": ["view": .own],
        ]),
        groupMemberIDs: [id])
}

@Suite("the screens of contacts and companies")
struct PartyScreenTests {
    @Test("a card shows the notes and tasks of its deals, of those alone that the actor may see")
    func dealsOfCard() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let neighbour = try await world.b.furnish()
            let scene = try await Scene(company, in: world.a)
            for path in ["contacts/\(scene.contact)", "companies/\(scene.company)"] {
                let whole = try await api(world.a, as: company.administrator).get("/ui/\(path)")
                #expect(whole.status == 200, "\(whole.text)")
                #expect(whole.at("deals")?.array?.count == 2)
                #expect(whole.at("tasks.0.text") == .string("Дело: Илья"))
                #expect(whole.at("tasks.1.entity.id") == .int(scene.deals[1]))
                let notes = whole.at("feed")?.array?.filter { $0.at("kind") == .string("note") }
                #expect(notes?.count == 2, "\(whole.text)")
                #expect(notes?.first?.at("of.type") == .string("deal"))

                let maria = try await api(world.a, as: seller(3)).get("/ui/\(path)")
                #expect(maria.status == 200, "\(maria.text)")
                #expect(maria.at("deals")?.array?.map { $0.at("id") } == [.int(scene.deals[1])])
                #expect(maria.at("tasks")?.array?.map { $0.at("text") } == [.string("Дело: Мария")])
                #expect(!maria.text.contains("Илья"), "\(maria.text)")
                let page = try await api(world.a, as: seller(3)).get("/ui/\(path)/feed")
                #expect(page.text.contains("Заметка: Мария"))
                #expect(!page.text.contains("Илья"), "\(page.text)")

                let theirs = api(world.b, as: neighbour.administrator)
                #expect(try await theirs.get("/ui/\(path)").status == 404)
                #expect(try await theirs.get("/ui/\(path)/feed").status == 404)
            }
        }
    }

    @Test("a row of the list shows the most urgent task of the card and its deals")
    func nextTask() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let scene = try await Scene(company, in: world.a)
            let list = try await api(world.a, as: company.administrator).get("/ui/contacts")
            #expect(list.at("contacts.0.id") == .int(scene.contact))
            #expect(list.at("contacts.0.next_task.text") == .string("Дело: Илья"))
            let maria = try await api(world.a, as: seller(3)).get("/ui/contacts")
            #expect(maria.at("contacts.0.next_task.text") == .string("Дело: Мария"))
            #expect(maria.at("contacts.0.deals_count") == .int(1))
        }
    }

    @Test("the list is ordered by name, by age, by change, and counts whose the rows are")
    func order() async throws {
        try await withTenants { world in
            let company = try await world.a.furnish()
            let mine = api(world.a, as: company.administrator)
            let made = try await mine.post(
                "/api/v4/contacts",
                """
                [{"name":"вера","responsible_user_id":1},{"name":"Борис","responsible_user_id":2},
                 {"name":"Жанна","responsible_user_id":2},{"name":"Ёлкина","responsible_user_id":2},
                 {"name":"Анна","responsible_user_id":1}]
                """)
            #expect(made.status == 200, "\(made.text)")
            func names(_ query: String) async throws -> [JSONValue?] {
                let list = try await mine.get("/ui/contacts?\(query)")
                #expect(list.status == 200, "\(list.text)")
                return list.at("contacts")?.array?.map { $0.at("name") } ?? []
            }
            let sorted: [JSONValue?] = ["Анна", "Борис", "вера", "Ёлкина", "Жанна"].map {
                .string($0)
            }
            #expect(try await names("sort=name") == sorted)
            #expect(try await names("sort=-name") == sorted.reversed())
            #expect(try await names("sort=created").first == .string("Анна"))
            #expect(
                try await names("whose=mine&sort=name") == [.string("Анна"), .string("вера")])
            let list = try await mine.get("/ui/contacts?whose=mine")
            #expect(list.at("total") == .int(2))
            #expect(list.at("counts.all") == .int(5))
            #expect(list.at("counts.mine") == .int(2))
            for bad in ["sort=amount", "whose=theirs", "page=0", "page=100000"] {
                let refused = try await mine.get("/ui/contacts?\(bad)")
                #expect(refused.status == 400, "\(bad)")
                let path = bad.prefix { $0 != "=" }
                #expect(refused.at("validation-errors.0.errors.0.path") == .string(String(path)))
            }
        }
    }
}
