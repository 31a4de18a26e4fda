import App
import Foundation
import Identity
import Postgres
import Records
import Tenancy
import Testing
import Vocabulary
import VoronkaTesting
import Web

extension LiveTests {
    /// Three owners with one record of each kind, and a seller whose rights change.
    @Suite("rights hold on every route")
    struct RouteRightsTests {
        enum Owner: String, CaseIterable {
            case own = "⟦свой⟧"
            case group = "⟦коллега⟧"
            case all = "⟦чужой⟧"

            func isReached(by reach: Reach) -> Bool {
                switch self {
                case .own: reach >= .own
                case .group: reach >= .group
                case .all: reach >= .all
                }
            }
        }

        static let reaches: [Reach] = [.all, .group, .own, .none]

        /// Every right but one without bounds.
        static func rights(_ verb: Verb, _ reach: Reach) -> Rights {
            var rights = Rights.everything
            for entity in EntityType.allCases {
                rights.reaches[entity.rawValue]?[verb.rawValue] = reach
            }
            return rights
        }

        @Test(
            "what one may not see is not there, and what one may only see is not changed",
            arguments: [Verb.view, .edit, .delete])
        func records(verb: Verb) async throws {
            try await withLiveWorld { world in
                let owned = try await Self.furnish(world.a)
                for reach in Self.reaches {
                    try await world.a.setRights(Self.rights(verb, reach))
                    for route in RouteBook.sorted {
                        guard let needed = Self.needed(route), verb == .view || needed == verb
                        else { continue }
                        for owner in Owner.allCases {
                            try await Self.check(
                                route, owned[owner] ?? Ids(), world.a,
                                isSeen: verb != .view || owner.isReached(by: reach),
                                isAllowed: owner.isReached(by: reach),
                                "\(verb) \(reach) \(route.route) \(owner)")
                        }
                    }
                }
            }
        }

        @Test("a list holds what one may see, and nothing else")
        func lists() async throws {
            try await withLiveWorld { world in
                let owned = try await Self.furnish(world.a)
                var shown = 0
                for reach in Self.reaches {
                    try await world.a.setRights(Self.rights(.view, reach))
                    for route in RouteBook.sorted where route.isolationNote == nil {
                        guard case .lists = route.right else { continue }
                        for (owner, ids) in owned {
                            let path = RouteBook.listPath(route, ids, search: "⟦")
                            let answer = try await Self.caller(route, world.a).get(path)
                            #expect(answer.status < 400 || answer.status == 404, "\(path)")
                            let text = Self.records(route, answer)
                            for other in Owner.allCases where text.contains(other.rawValue) {
                                #expect(
                                    other.isReached(by: reach), "view \(reach): \(path) \(other)")
                                shown += 1
                            }
                            _ = owner
                        }
                    }
                }
                #expect(shown > 100, "only \(shown) rows were seen at all")
            }
        }

        @Test(
            "a card does not tell of linked cards that one may not see",
            arguments: [
                EntityType.deal, .contact, .company,
            ])
        func linkedCards(hidden: EntityType) async throws {
            try await withLiveWorld { world in
                let ids = try await Furniture.furnish(world.a, "открыто")
                let words = [EntityType.deal: "leads", .contact: "contacts", .company: "companies"]
                let secret = "⟦тайна⟧"
                let kind = words[hidden] ?? ""
                let renamed = try await world.a.api(world.a.administrator).patch(
                    "/api/v4/\(kind)/\(ids.card[kind] ?? 0)", "{\"name\":\"\(secret)\"}")
                try #require(renamed.status == 200)
                var rights = Rights.everything
                rights.reaches[hidden.rawValue]?["view"] = Reach.none
                try await world.a.setRights(rights)
                let api = world.a.api(world.a.seller)
                for (entity, word) in words where entity != hidden {
                    let id = ids.card[word] ?? 0
                    let one = try await api.get("/api/v4/\(word)/\(id)?with=leads,contacts")
                    #expect(one.status == 200)
                    let linked = one.at("_embedded.\(kind)")?.array ?? []
                    #expect(linked.isEmpty, "\(word): \(one.text)")
                }
                for route in RouteBook.sorted where route.isBrowser && route.isolationNote == nil {
                    guard route.method == "GET" else { continue }
                    if case .anybody = route.right { continue }
                    let path = RouteBook.listPath(route, ids, search: "о")
                    let answer = try await world.a.browser(world.a.seller).get(path)
                    #expect(!answer.text.contains(secret), "\(path): \(answer.text)")
                }
                for path in ["events?with=lead_name,contact_name,company_name", "tasks"] {
                    let answer = try await api.get("/api/v4/\(path)")
                    #expect(!answer.text.contains(secret), "\(path): \(answer.text)")
                }
            }
        }

        @Test("who may not add is refused, and so is who shapes tags without a right to write")
        func adding() async throws {
            try await withLiveWorld { world in
                let ids = try await Furniture.furnish(world.a, "x")
                var rights = Rights.everything
                for isAllowed in [true, false] {
                    for entity in EntityType.allCases {
                        rights.reaches[entity.rawValue]?["add"] = isAllowed ? .all : Reach.none
                        if !isAllowed { rights.reaches[entity.rawValue]?["edit"] = Reach.none }
                    }
                    try await world.a.setRights(rights)
                    for route in RouteBook.sorted {
                        switch route.right {
                        case .adds, .tags: break
                        default: continue
                        }
                        let before = try await Furniture.digest(world.a)
                        let answer = try await world.a.api(world.a.seller)
                            .call(route.method, route.path(ids), route.body?(ids))
                        if isAllowed {
                            #expect(answer.status == 200, "\(route.route): \(answer.text)")
                        } else {
                            #expect(answer.status == 403, "\(route.route): \(answer.text)")
                            #expect(try await Furniture.digest(world.a) == before)
                        }
                    }
                }
            }
        }

        @Test("what shapes the company is the administrator's, whatever rights a seller has")
        func administration() async throws {
            try await withLiveWorld { world in
                let ids = try await Furniture.furnish(world.a, "x")
                try await world.a.setRights(.everything)
                let before = try await Furniture.digest(world.a)
                for route in RouteBook.sorted {
                    let seller = Self.caller(route, world.a)
                    switch route.right {
                    case .administrator:
                        let answer = try await seller.call(
                            route.method, route.path(ids), route.body?(ids))
                        #expect(answer.status == 403, "\(route.route): \(answer.text)")
                    case .member where route.method == "GET":
                        let answer = try await seller.get(route.path(ids))
                        #expect(answer.status == 200, "\(route.route): \(answer.text)")
                    default: break
                    }
                }
                #expect(try await Furniture.digest(world.a) == before)
            }
        }

        @Test("a token that may only read reads everything and writes nothing")
        func readOnlyToken() async throws {
            try await withLiveWorld { world in
                let ids = try await Furniture.furnish(world.a, "x")
                let token = try await world.server.instance.identity.issueToken(
                    for: world.a.administrator.id, in: world.a.tenant, name: "read",
                    scopes: [.crmRead])
                let api = world.a.api(world.a.administrator).with(
                    "Authorization", "Bearer \(token)")
                let before = try await Furniture.digest(world.a)
                for route in RouteBook.sorted where !route.isBrowser {
                    let answer = try await api.call(
                        route.method, RouteBook.listPath(route, ids, search: "x"),
                        route.body?(ids))
                    #expect(
                        answer.status == (route.isWrite ? 403 : 200),
                        "\(route.route): \(answer.status) \(answer.text)")
                }
                #expect(try await Furniture.digest(world.a) == before)
            }
        }

        private static func needed(_ route: RouteCase) -> Verb? {
            switch route.right {
            case .record(_, let verb), .named(_, let verb): verb
            default: nil
            }
        }

        private static func caller(_ route: RouteCase, _ company: LiveCompany) -> Caller {
            route.isBrowser ? company.browser(company.seller) : company.api(company.seller)
        }

        private static func check(
            _ route: RouteCase, _ ids: Ids, _ company: LiveCompany, isSeen: Bool, isAllowed: Bool,
            _ name: String
        ) async throws {
            let caller = caller(route, company)
            let isRestore = route.pattern.hasSuffix("/restore")
            if route.method == "DELETE" || isRestore {
                try await setDeleted(isRestore, route, ids, company)
            }
            let answer = try await send(route, ids, caller)
            if route.pattern.hasSuffix("/unlink") { try await link(ids, company) }
            if isAllowed {
                let isFine =
                    (200..<300).contains(answer.status)
                    // Undone already.
                    || route.pattern.hasPrefix("/ui/undo") && answer.status == 409
                #expect(
                    isFine && !(answer.status == 204 && route.method == "GET"),
                    "\(name): \(answer.status) \(answer.text)")
            } else if isSeen {
                let expected: Set<Int> =
                    switch route.right {
                    // In a batch, and under an event's id, it may as well not be there.
                    case .named: [400, 403, 404]
                    default: route.pattern.hasPrefix("/ui/undo") || isRestore ? [403, 404] : [403]
                    }
                #expect(
                    expected.contains(answer.status), "\(name): \(answer.status) \(answer.text)")
            } else {
                var nobody = ids
                (nobody.card, nobody.note, nobody.task, nobody.event) = (
                    Ids.unknown.card, Ids.unknown.note, Ids.unknown.task, Ids.unknown.event
                )
                let unknown = try await send(route, nobody, caller)
                #expect(
                    RouteBook.masked(answer, ids) == RouteBook.masked(unknown, nobody),
                    "\(name)\n\(answer.text)\n\(unknown.text)")
                #expect(!route.isWrite || answer.status >= 400, "\(name): \(answer.status)")
            }
            if route.method == "DELETE" || isRestore {
                try await setDeleted(false, route, ids, company)
            }
        }

        private static func send(
            _ route: RouteCase, _ ids: Ids, _ caller: Caller
        ) async throws -> RunningServer.Answer {
            try await caller.call(
                route.method, RouteBook.listPath(route, ids, search: "⟦"), route.body?(ids))
        }

        /// What the answer says of records. Of the log only that: how the company is set up has no
        /// owner, and EventLogTests says who is told of it.
        private static func records(_ route: RouteCase, _ answer: RunningServer.Answer) -> String {
            guard route.route == "GET /api/v4/events" else { return answer.text }
            let events = answer.at("_embedded.events")?.array ?? []
            return events.filter { event in
                event.at("entity_type")?.string.flatMap { EntityType(singular: $0) } != nil
            }.map(\.text).joined()
        }

        /// What was unlinked belongs together again.
        private static func link(_ ids: Ids, _ company: LiveCompany) async throws {
            _ = try await company.database.pipeline([
                """
                INSERT INTO deal_contacts (deal_id, contact_id, is_main)
                VALUES (\(ids.deal), \(ids.contact), true) ON CONFLICT DO NOTHING
                """,
                "UPDATE deals SET company_id = \(ids.company) WHERE id = \(ids.deal)",
            ])
        }

        /// A note alone, or every card and task.
        private static func setDeleted(
            _ isDeleted: Bool, _ route: RouteCase, _ ids: Ids, _ company: LiveCompany
        ) async throws {
            let at = isDeleted ? Moment(seconds: 1_790_000_000) : nil
            if route.pattern.contains("/notes/") {
                let notes = Array(ids.note.values)
                _ = try await company.database.query(
                    "UPDATE notes SET deleted_at = \(at) WHERE id = ANY(\(notes))")
                return
            }
            _ = try await company.database.pipeline([
                "UPDATE deals SET deleted_at = \(at) WHERE id = \(ids.deal)",
                "UPDATE contacts SET deleted_at = \(at) WHERE id = \(ids.contact)",
                "UPDATE companies SET deleted_at = \(at) WHERE id = \(ids.company)",
                "UPDATE tasks SET deleted_at = \(at) WHERE id = \(ids.task)",
            ])
        }

        /// A set of cards, notes, tasks and events for each owner.
        private static func furnish(_ company: LiveCompany) async throws -> [Owner: Ids] {
            var owned: [Owner: Ids] = [:]
            let people = [
                Owner.own: company.seller, .group: company.colleague, .all: company.stranger,
            ]
            for (owner, person) in people {
                var ids = try await Furniture.furnish(company, owner.rawValue)
                ids.user = person.id
                _ = try await company.database.pipeline([
                    "UPDATE deals SET owner_id = \(person.id) WHERE id = \(ids.deal)",
                    "UPDATE contacts SET owner_id = \(person.id) WHERE id = \(ids.contact)",
                    "UPDATE companies SET owner_id = \(person.id) WHERE id = \(ids.company)",
                    "UPDATE tasks SET owner_id = \(person.id) WHERE id = \(ids.task)",
                ])
                owned[owner] = ids
            }
            return owned
        }
    }
}
