import FoundationEssentials
import NIOCore
import Postgres
import Tenancy
import Testing
import Vocabulary
import VoronkaTesting
import Web

@testable import Identity

@Suite("The screen's session")
struct SessionScreenTests {
    private struct Screen: Decodable {
        struct User: Decodable {
            let id: Int64, name: String, email: String, locale: String, theme: String
            let initials: String, hue: Int, role_name: String, is_administrator: Bool
            let edits_deals_of: [Int64]?, deletes_deals_of: [Int64]?, adds_deals: Bool
        }
        struct Clock: Decodable { let offsets: [[Int64]], until: Int64 }
        struct Company: Decodable {
            let id: Int64, name: String, subtitle: String, slug: String, currency: String
            let time_zone: String, locale: String, clock: Clock
        }
        struct Member: Decodable {
            let id: Int64, name: String, initials: String, hue: Int, is_active: Bool
        }
        struct Stage: Decodable {
            let id: Int64, name: String, kind: String, hue: String, color: String, sort: Int
            let probability: Int, rot_days: Int?
        }
        struct Pipeline: Decodable {
            let id: Int64, name: String, color: String, is_main: Bool, open_count: Int
            let stages: [Stage]
        }
        struct Reason: Decodable { let id: Int64, name: String }
        struct Option: Decodable { let id: Int64, value: String }
        struct Field: Decodable {
            let id: Int64, name: String, kind: String, code: String?, options: [Option]
        }
        struct Counts: Decodable { let tasks_today: Int, tasks_overdue: Int }
        let user: User, tenant: Company, members: [Member], pipelines: [Pipeline]
        let loss_reasons: [Reason], fields: [String: [Field]], counts: Counts
        let server_time: Int64, stream_no: Int64
    }

    private func screen(_ userID: Int64, _ world: IdentityWorld) async throws -> Screen {
        let database = world.database(world.a)
        let actor = try #require(try await world.identity.actor(userID, in: database))
        let writer = try await world.identity.sessionScreen(
            of: actor, in: database, at: world.clock.now)
        return try JSONDecoder().decode(Screen.self, from: Data(writer.buffer.readableBytesView))
    }

    /// A pipeline with two deals of `owner`, one of them won, and three tasks: overdue, today,
    /// tomorrow.
    private func furnish(_ tenant: Tenant, owner: Int64, _ world: IdentityWorld) async throws {
        let now = world.clock.now
        _ = try await world.database(tenant).pipeline([
            """
            INSERT INTO pipelines (id, name, is_main)
            VALUES (1, 'Услуги', true), (2, 'Пустая', false)
            """,
            """
            INSERT INTO stages (pipeline_id, id, name, kind, sort)
            VALUES (1, 10, 'Заявка', 'open', 10),
                (1, 142, 'Успех', 'won', 100), (1, 143, 'Отказ', 'lost', 110)
            """,
            """
            INSERT INTO deals (name, pipeline_id, stage_id, owner_id, closed_at)
            VALUES ('Открытая', 1, 10, \(owner), NULL), ('Выигранная', 1, 142, \(owner), now())
            """,
            """
            INSERT INTO tasks (text, owner_id, due_at)
            VALUES ('вчера', \(owner), \(now.adding(seconds: -86_400))),
                ('сейчас', \(owner), \(now.adding(seconds: 1))),
                ('послезавтра', \(owner), \(now.adding(seconds: 2 * 86_400)))
            """,
            "INSERT INTO loss_reasons (name, sort) VALUES ('Дорого', 20), ('Передумали', 10)",
            """
            INSERT INTO custom_fields (id, entity_type, name, kind)
            VALUES (5, 'deal', 'Зал', 'select')
            """,
            """
            INSERT INTO custom_field_options (field_id, value, sort)
            VALUES (5, 'Б', 2), (5, 'А', 1)
            """,
        ])
    }

    @Test("has everything the shell needs, and nothing of a neighbour")
    func shape() async throws {
        try await withIdentity { world in
            let anna = try await world.member("Анна Ким", of: world.a, as: .administrator)
            let boris = try await world.member("Борис", of: world.b)
            try await furnish(world.a, owner: anna, world)
            try await furnish(world.b, owner: boris, world)
            let screen = try await screen(anna, world)
            #expect(screen.user.id == anna)
            #expect(screen.user.initials == "АК")
            #expect(screen.user.role_name == "Администратор")
            #expect(screen.user.theme == "auto")
            #expect(screen.user.edits_deals_of == nil, "an administrator changes everybody's")
            #expect(screen.user.deletes_deals_of == nil)
            #expect(screen.user.adds_deals)
            #expect(screen.tenant.slug == world.a.slug)
            #expect(screen.tenant.clock.until > world.clock.now.seconds)
            #expect(screen.tenant.clock.offsets[0][0] < world.clock.now.seconds)
            #expect(screen.members.map(\.id) == [anna])
            #expect(screen.pipelines.map(\.open_count) == [1, 0])
            #expect(screen.pipelines[0].stages.map(\.id) == [10, 142, 143])
            #expect(screen.pipelines[1].stages.isEmpty)
            #expect(screen.loss_reasons.map(\.name) == ["Передумали", "Дорого"])
            #expect(screen.fields["deal"]?.first?.options.map(\.value) == ["А", "Б"])
            #expect(screen.fields.keys.sorted() == ["company", "contact", "deal"])
            #expect(screen.counts.tasks_overdue == 1)
            #expect(screen.counts.tasks_today == 1)
            #expect(screen.server_time == world.clock.now.seconds)
        }
    }

    @Test("counts only the deals that its user may see")
    func rights() async throws {
        try await withIdentity { world in
            let anna = try await world.member("anna", of: world.a, as: .administrator)
            let groups = try await world.database(world.a).query(
                "INSERT INTO user_groups (name) VALUES ('Другой отдел') RETURNING id")
            let ilya = try await world.member(
                "ilya", of: world.a, groupID: try groups.one().decode(0, as: Int64.self))
            try await furnish(world.a, owner: anna, world)
            #expect(try await screen(ilya, world).pipelines[0].open_count == 0)
            #expect(try await screen(ilya, world).user.edits_deals_of == [ilya], "his own alone")
            #expect(try await screen(ilya, world).user.deletes_deals_of == [], "nobody's")
            #expect(try await screen(ilya, world).counts.tasks_overdue == 0)
            #expect(try await screen(anna, world).pipelines[0].open_count == 1)
        }
    }

    @Test("remembers the language and the theme")
    func preferences() async throws {
        try await withIdentity { world in
            let anna = try await world.member("anna", of: world.a)
            try await world.identity.setPreferences(
                of: anna, locale: "en", theme: nil, in: world.database(world.a))
            try await world.identity.setPreferences(
                of: anna, locale: nil, theme: "dark", in: world.database(world.a))
            let user = try await screen(anna, world).user
            #expect(user.locale == "en")
            #expect(user.theme == "dark")
        }
    }

    @Test("and the API's lists read members, roles and the account of their company alone")
    func resources() async throws {
        try await withIdentity { world in
            let anna = try await world.member("anna", of: world.a)
            let ilya = try await world.member("ilya", of: world.a)
            let boris = try await world.member("boris", of: world.b)
            let database = world.database(world.a)
            let members = try await database.query(
                Identity.members(where: "true", limit: 10, offset: 0)
            ).map { try Identity.MemberRow($0).id }
            #expect(members == [anna, ilya].sorted())
            let foreign = try await database.query(
                Identity.members(where: "member.user_id = \(boris)", limit: 1, offset: 0))
            #expect(foreign.isEmpty)
            let roles = try await database.query(
                Identity.roles(where: "true", limit: 10, offset: 0))
            #expect(roles.count == 6)
            #expect(try roles[2].decode(4, as: [Int64].self) == [anna])
            let account = try await database.query(Identity.accountRow(at: world.clock.now)).one()
            #expect(try account.decode("offset_minutes", as: Int64.self) == 180)
            #expect(
                Identity.withDefaultTeam("[]", .ru)
                    == #"[{"id":0,"name":"Отдел продаж","uuid":null}]"#)
            #expect(
                Identity.withDefaultTeam("[1]", .en) == #"[{"id":0,"name":"Sales","uuid":null},1]"#)
        }
    }
}

@Suite("Another server")
struct PushTests {
    @Test("forgets a revoked token as soon as it hears of it")
    func revocation() async throws {
        let url = try await TestDatabase.shared().logins.control
        try await withIdentity { world in
            let configuration = Identity.Configuration(
                secret: [UInt8](repeating: 7, count: 32), controlURL: url, scryptCost: .testing)
            let far = try await Identity(
                configuration, tenants: world.tenants, time: world.clock.source)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await far.run() }
                defer { group.cancelAll() }
                while !far.cache.isPushed { await Task.yield() }
                let anna = try await world.member("anna", of: world.a)
                let token = try await world.identity.issueToken(
                    for: anna, in: world.a, name: "curl")
                let id = try #require(try await world.identity.tokens(in: world.a).first?.id)
                _ = try await far.authenticate(bearer: token, tenant: world.a)
                let before = far.cache.generation
                try await world.identity.revokeToken(id, in: world.a)
                while far.cache.generation == before { await Task.yield() }
                await #expect(throws: Unauthenticated.self) {
                    while true {
                        _ = try await far.authenticate(bearer: token, tenant: world.a)
                        await Task.yield()
                    }
                }
            }
        }
    }
}
