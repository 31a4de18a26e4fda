import App
import Foundation
import Postgres
import Tenancy
import Testing
import Vocabulary
import VoronkaTesting
import Web

extension LiveTests {
    @Suite("what changes anything is in the log")
    struct RouteEventTests {
        @Test("every route that writes says what it leaves in the log, and no other does")
        func everyRouteSays() {
            let writing = Set(RouteBook.sorted.filter(\.isWrite).map(\.route))
            #expect(Set(RouteBook.sorted.map(\.method)) == ["GET", "DELETE", "PATCH", "POST"])
            let said = Set(RouteBook.logged.keys)
            #expect(writing.subtracting(said).sorted() == [], "say which events these write")
            #expect(said.subtracting(writing).sorted() == [], "these are gone, or do not write")
        }

        @Test("every type of event that a route writes has a name in both languages")
        func names() async throws {
            let written = Set(
                RouteBook.logged.values.flatMap { logged -> [String] in
                    if case .events(let types) = logged { types } else { [] }
                })
            try await withLiveWorld { world in
                for company in [world.a, world.b] {
                    for language in ["ru", "en"] {
                        let answer = try await company.api(company.seller)
                            .get("/api/v4/events/types?language_code=\(language)")
                        let kinds = answer.at("_embedded.events_types")?.array ?? []
                        let named = kinds.filter { $0.at("lang")?.string?.isEmpty == false }
                            .compactMap { $0.at("key")?.string }
                        #expect(written.subtracting(named).sorted() == [], "\(language)")
                    }
                }
            }
        }

        @Test(
            "a route writes the events that it says, tells them, and changes nothing without one",
            arguments: ["DELETE", "PATCH", "POST"])
        func events(method: String) async throws {
            try await withLiveWorld(provision: { _ in throw NotTaken() }) { world in
                // Who signs out has no more to say.
                let all = RouteBook.sorted.filter { $0.method == method }
                let routes = all.filter { !$0.isForAnybody } + all.filter(\.isForAnybody)
                for (place, route) in routes.enumerated() {
                    // By turns, so that neither meets a limit.
                    let (company, other) =
                        place.isMultiple(of: 2) ? (world.a, world.b) : (world.b, world.a)
                    let ids = try await Self.furnish(company, place, for: route)
                    let last = try await Self.lastEvent(company)
                    let before = try await Furniture.digests(company)
                    let neighbour = try await Furniture.digests(other)
                    let answer = try await Self.send(route, ids, company)
                    let changed = try await Furniture.digests(company)
                        .filter { $0.value != before[$0.key] }.map(\.key)
                    #expect(try await Furniture.digests(other) == neighbour, "\(route.route)")
                    let log = try await Self.log(company, since: last)
                    let name = "\(route.route): \(answer.status) \(answer.text)"
                    switch RouteBook.logged[route.route] {
                    case .events(let types):
                        #expect(answer.status < 300, "\(name)")
                        #expect(log.types == types, "\(name)")
                        #expect(log.untold == 0, "\(name)")
                    case .nothing(_, let columns):
                        #expect(log.types == [], "\(name)")
                        #expect(Set(changed).subtracting(columns) == [], "\(name)")
                    case nil: Issue.record("\(route.route) does not say what it logs")
                    }
                }
            }
        }

        private struct NotTaken: Error {}

        private static func send(
            _ route: RouteCase, _ ids: Ids, _ company: LiveCompany
        ) async throws -> RunningServer.Answer {
            let person = company.administrator
            let caller = route.isBrowser ? company.browser(person) : company.api(person)
            // Of the book's own body RouteBadInputTests spoils what only a stage of deals can have.
            let body =
                route.method == "POST" && route.pattern.hasSuffix("/custom_fields")
                ? #"[{"name":"Поле","type":"text"}]"# : route.body?(ids)
            return try await caller.call(
                route.method, RouteBook.listPath(route, ids, search: "⟦"), body)
        }

        /// A set of everything, in the state that the route changes.
        private static func furnish(
            _ company: LiveCompany, _ place: Int, for route: RouteCase
        ) async throws -> Ids {
            var ids = try await Furniture.furnish(company, "⟦\(place)⟧")
            let moment = Moment(seconds: 1_790_000_000)
            let api = company.api(company.administrator)
            if route.pattern.hasSuffix("/notes/{}/restore") {
                let notes = Array(ids.note.values)
                _ = try await company.database.query(
                    "UPDATE notes SET deleted_at = \(moment) WHERE id = ANY(\(notes))")
            } else if route.pattern.hasSuffix("/restore") {
                _ = try await company.database.pipeline([
                    "UPDATE deals SET deleted_at = \(moment) WHERE id = \(ids.deal)",
                    "UPDATE contacts SET deleted_at = \(moment) WHERE id = \(ids.contact)",
                    "UPDATE companies SET deleted_at = \(moment) WHERE id = \(ids.company)",
                ])
            } else if route.pattern.hasSuffix("/unpin") {
                _ = try await company.database.query("UPDATE notes SET is_pinned = true")
            } else if route.pattern.hasSuffix("/link") {
                _ = try await company.database.query(
                    "UPDATE deals SET company_id = NULL WHERE id = \(ids.deal)")
            } else if route.pattern.hasSuffix("/unlink") {
                _ = try await company.database.query(
                    "UPDATE contacts SET company_id = \(ids.company) WHERE id = \(ids.contact)")
            } else if route.pattern.hasSuffix("/activate") {
                ids.user = company.colleague.id
                _ = try await company.database.query(
                    "UPDATE members SET is_active = false WHERE user_id = \(ids.user)")
            } else if route.route == "DELETE /api/v4/leads/pipelines/{}" {
                let made = try await api.post(
                    "/api/v4/leads/pipelines",
                    #"[{"name":"Пустая","_embedded":{"statuses":[{"name":"Этап"}]}}]"#)
                ids.pipeline = try #require(made.at("_embedded.pipelines.0.id")?.int)
            }
            return ids
        }

        private static func lastEvent(_ company: LiveCompany) async throws -> String {
            try await company.database.query("SELECT coalesce(max(id), '') FROM events")
                .one().decode(0, as: String.self)
        }

        /// Types of the events after this one, and how many of them no open screen hears of.
        private static func log(
            _ company: LiveCompany, since last: String
        ) async throws -> (types: [String], untold: Int) {
            let rows = try await company.database.query(
                """
                SELECT regexp_replace(e.type, '^custom_field_[0-9]+_', 'custom_field_') AS type,
                    EXISTS (SELECT FROM outbox AS o WHERE o.event_id = e.id)
                FROM events AS e
                WHERE e.id > \(last)
                """
            ).map { try $0.decode(String.self, Bool.self) }
            return (rows.map(\.0).sorted(), rows.count { !$0.1 })
        }
    }
}

extension RouteCase {
    fileprivate var isForAnybody: Bool { if case .anybody = right { true } else { false } }
}
