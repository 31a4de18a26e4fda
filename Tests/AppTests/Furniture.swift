import Foundation
import Postgres
import Tenancy
import Testing
import Vocabulary
import VoronkaTesting
import Web

/// One row of everything that a route can name.
struct Ids: Sendable, Hashable {
    /// By amoCRM's word for the kind of card.
    var card: [String: Int64] = [:]
    var note: [String: Int64] = [:]
    var tag: [String: Int64] = [:]
    var field: [String: Int64] = [:]
    /// Of a select field of leads.
    var selectField: Int64 = 0
    var option: Int64 = 0
    var task: Int64 = 0
    var pipeline: Int64 = 0
    var stage: Int64 = 0
    /// May be deleted: nothing hangs on it.
    var freeStage: Int64 = 0
    var lossReason: Int64 = 0
    var user: Int64 = 0
    var role: Int64 = 0
    /// A member who may be switched off.
    var colleague: Int64 = 0
    var event = ""

    var deal: Int64 { card["leads"] ?? 0 }
    var contact: Int64 { card["contacts"] ?? 0 }
    var company: Int64 { card["companies"] ?? 0 }

    /// As many ids that were never given out, as different from one another.
    static let unknown: Ids = {
        var ids = Ids()
        for (place, word) in ["leads", "contacts", "companies"].enumerated() {
            let step = Int64(place)
            ids.card[word] = 910_000 + step
            ids.note[word] = 920_000 + step
            ids.tag[word] = 930_000 + step
            ids.field[word] = 940_000 + step
        }
        ids.selectField = 940_009
        ids.option = 950_000
        ids.task = 951_000
        ids.pipeline = 952_000
        ids.stage = 953_000
        ids.freeStage = 953_001
        ids.lossReason = 954_000
        ids.user = 955_000_000
        ids.role = 956_000
        ids.colleague = 955_000_001
        ids.event = "01zzzzzzzzzzzzzzzzzzzzzzzz"
        return ids
    }()

    /// Everything by name, for hiding it in an answer.
    var words: [(name: String, text: String)] {
        var list: [(String, String)] = [("event", event)]
        for (kind, ids) in [("card", card), ("note", note), ("tag", tag), ("field", field)] {
            for (word, id) in ids.sorted(by: { $0.key < $1.key }) {
                list.append(("\(kind)-\(word)", "\(id)"))
            }
        }
        for (name, id) in [
            ("selectField", selectField), ("option", option), ("task", task),
            ("pipeline", pipeline), ("stage", stage), ("freeStage", freeStage),
            ("lossReason", lossReason), ("user", user), ("role", role), ("colleague", colleague),
        ] {
            list.append((name, "\(id)"))
        }
        return list.sorted { $0.1.count > $1.1.count }
    }
}

/// Fills a company over its API, so that a test has something to ask for.
enum Furniture {
    static let kinds = ["leads", "contacts", "companies"]

    /// - Parameter mark: stands in every text that is written.
    static func furnish(_ company: LiveCompany, _ mark: String) async throws -> Ids {
        let api = company.api(company.administrator)
        func made(_ path: String, _ body: String, _ list: String) async throws -> Int64 {
            let answer = try await api.post("/api/v4/\(path)", body)
            try #require((200...201).contains(answer.status), "\(path): \(answer.text)")
            return try #require(answer.at("_embedded.\(list).0.id")?.int, "\(answer.text)")
        }
        var ids = Ids()
        ids.user = company.administrator.id
        ids.colleague = company.colleague.id
        ids.pipeline = try await made(
            "leads/pipelines",
            """
            [{"name":"\(mark)","_embedded":{"statuses":[{"name":"\(mark) 1"},{"name":"\(mark) 2"}]}}]
            """,
            "pipelines")
        let stages = try await company.database.query(
            """
            SELECT id FROM stages WHERE pipeline_id = \(ids.pipeline) AND kind = 'open'
            ORDER BY sort, id
            """
        ).map { try $0.decode(0, as: Int64.self) }
        (ids.stage, ids.freeStage) = (stages[0], stages[1])
        ids.lossReason = try await made(
            "leads/loss_reasons", "[{\"name\":\"\(mark)\"}]", "loss_reasons")
        for kind in kinds {
            ids.field[kind] = try await made(
                "\(kind)/custom_fields", "[{\"name\":\"\(mark)\",\"type\":\"text\"}]",
                "custom_fields")
            ids.tag[kind] = try await made("\(kind)/tags", "[{\"name\":\"\(mark)\"}]", "tags")
            let stage =
                kind == "leads"
                ? "\"price\":100,\"pipeline_id\":\(ids.pipeline),\"status_id\":\(ids.stage)," : ""
            ids.card[kind] = try await made(
                kind,
                """
                [{"name":"\(mark)",\(stage)"_embedded":{"tags":[{"name":"\(mark)"}]},
                "custom_fields_values":[{"field_id":\(ids.field[kind] ?? 0),
                "values":[{"value":"\(mark)"}]}]}]
                """,
                kind)
            ids.note[kind] = try await made(
                "\(kind)/\(ids.card[kind] ?? 0)/notes",
                "[{\"note_type\":\"common\",\"params\":{\"text\":\"\(mark)\"}}]", "notes")
        }
        let select = try await api.post(
            "/api/v4/leads/custom_fields",
            "[{\"name\":\"\(mark)\",\"type\":\"select\",\"enums\":[{\"value\":\"\(mark)\"}]}]")
        ids.selectField = try #require(
            select.at("_embedded.custom_fields.0.id")?.int, "\(select.text)")
        ids.option = try #require(select.at("_embedded.custom_fields.0.enums.0.id")?.int)
        ids.task = try await made(
            "tasks",
            """
            [{"text":"\(mark)","complete_till":1890000000,"entity_id":\(ids.deal),
            "entity_type":"leads"}]
            """, "tasks")
        for (to, id) in [("contacts", ids.contact), ("companies", ids.company)] {
            let linked = try await api.post(
                "/api/v4/leads/\(ids.deal)/link",
                "[{\"to_entity_id\":\(id),\"to_entity_type\":\"\(to)\"}]")
            try #require(linked.status == 200, "\(linked.text)")
        }
        let moved = try await api.patch("/api/v4/leads/\(ids.deal)", "{\"price\":200}")
        ids.event = try #require(moved.at("event_ids.0")?.string, "\(moved.text)")
        ids.role = try await company.database.query(
            "INSERT INTO roles (name, rights) VALUES (\(mark), '{}') RETURNING id"
        ).one().decode(0, as: Int64.self)
        return ids
    }

    /// The next row of each table gets this id: no other company has it.
    static func startIDs(at first: Int64, in tenant: Tenant) async throws {
        let url = try await TestDatabase.shared().administrator
        try await PostgresSession.withSession(url: url) { session in
            _ = try await session.query(
                """
                SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, \(first), false)
                FROM pg_sequences WHERE schemaname = \(tenant.schemaKey.rawValue)
                """)
        }
    }

    /// A digest of every row of the company. What the relay does by itself is not in it.
    static func digest(_ company: LiveCompany) async throws -> String {
        try await digests(company).sorted { $0.key < $1.key }.map(\.value).joined(separator: " ")
    }

    /// The same by table.
    static func digests(_ company: LiveCompany) async throws -> [String: String] {
        let tables: [StaticString] = [
            "settings", "user_groups", "roles", "members", "pipelines", "stages", "loss_reasons",
            "companies", "contacts", "deals", "deal_contacts", "stage_spans", "tasks", "notes",
            "tags", "custom_fields", "custom_field_options", "field_numbers", "events",
        ]
        var statements = tables.map { table -> PostgresStatement in
            """
            SELECT coalesce(md5(string_agg(w::text, '|' ORDER BY w::text)), '')
            FROM \(ident: PostgresIdentifier(literal: table)) AS w
            """
        }
        statements.append("SELECT count(*)::text FROM outbox")
        let found = try await company.database.pipeline(statements).map { rows in
            try rows.one().decode(0, as: String.self)
        }
        return Dictionary(uniqueKeysWithValues: zip(tables.map { "\($0)" } + ["outbox"], found))
    }
}
