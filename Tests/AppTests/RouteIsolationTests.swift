import App
import Foundation
import Testing
import Vocabulary
import VoronkaTesting
import Web

/// All tests with a server of their own, one after the other.
@Suite("a running server", .serialized) struct LiveTests {}

extension LiveTests {
    @Suite("companies are strangers on every route")
    struct RouteIsolationTests {
        static let markA = "⟦здесь⟧"
        static let markB = "⟦сосед⟧"

        @Test("every route has a case, and every case a route")
        func everyRouteHasACase() async throws {
            try await withLiveWorld { world in
                let gaps = RouteBook.gaps(routes: RouteBook.names(world.server.instance.router()))
                #expect(gaps.missing == [], "give these a case in RouteBook")
                #expect(gaps.stale == [], "these are gone")
                #expect(RouteBook.withoutFields() == [], "say which fields these bodies have")
            }
        }

        @Test("a route that is in no book is found, and so is a body without fields")
        func coverageCanFail() {
            let routes: Set<String> = ["GET /api/v4/leads", "PUT /api/v4/leads/{}/made-up"]
            let gaps = RouteBook.gaps(routes: routes)
            #expect(gaps.missing == ["PUT /api/v4/leads/{}/made-up"])
            #expect(gaps.stale.contains("POST /api/v4/leads"))
            let bare = RouteCase(route: "POST /x", right: .member, body: { _ in "{}" })
            #expect(RouteBook.withoutFields([bare]) == ["POST /x"])
            #expect(RouteBook.name("GET", "/a/:id/b/{other}/") == "GET /a/{}/b/{}")
        }

        @Test("a neighbour's id is answered like one that never was, and nothing of his changes")
        func neighboursIDs() async throws {
            try await withLiveWorld { world in
                let (shared, theirs) = try await Self.furnish(world)
                let before = try await Furniture.digest(world.b)
                for route in RouteBook.sorted where route.isolationNote == nil {
                    for request in Self.requests(route, mine: shared, other: theirs) {
                        try await Self.compare(route, request, world, theirs)
                    }
                    let after = try await Furniture.digest(world.b)
                    #expect(after == before, "\(route.route) changed a row of the neighbour's")
                }
            }
        }

        @Test("what is listed is one's own, also under ids that both companies have")
        func lists() async throws {
            try await withLiveWorld { world in
                let (shared, _) = try await Self.furnish(world)
                let routes = RouteBook.sorted.filter {
                    $0.method == "GET" && $0.isolationNote == nil && !$0.pattern.hasPrefix("/a/")
                }
                var shown = 0
                for route in routes {
                    let path = RouteBook.listPath(route, shared, search: Self.markA)
                    let caller = Self.caller(route, world.a)
                    let answer = try await caller.get(path)
                    #expect(answer.status < 500, "\(path): \(answer.text)")
                    #expect(!answer.text.contains(Self.markB), "\(path) shows the neighbour's row")
                    if answer.text.contains(Self.markA) { shown += 1 }
                }
                // A test that only sees empty answers proves nothing.
                #expect(shown > 45, "only \(shown) answers had a row in them")
            }
        }

        @Test("a credential of one company is nothing at another's address")
        func foreignHost() async throws {
            try await withLiveWorld { world in
                let (shared, theirs) = try await Self.furnish(world)
                let before = try await Furniture.digest(world.b)
                for route in RouteBook.sorted {
                    if case .anybody = route.right { continue }
                    for ids in [shared, theirs] {
                        let answer = try await Self.caller(route, world.a).at(world.b.host)
                            .call(route.method, route.path(ids), route.body?(ids))
                        #expect(answer.status == 401, "\(route.route): \(answer.text)")
                    }
                }
                #expect(try await Furniture.digest(world.b) == before)
                let page = try await world.a.browser(world.a.administrator).at(world.b.host).get(
                    "/")
                #expect(page.status == 303 && page.headers["location"] == "/sign-in")
            }
        }

        private static func caller(_ route: RouteCase, _ company: LiveCompany) -> Caller {
            route.isBrowser
                ? company.browser(company.administrator) : company.api(company.administrator)
        }

        /// The same rows under the same ids in both, and further ones that only the neighbour has.
        static func furnish(_ world: LiveWorld) async throws -> (shared: Ids, theirs: Ids) {
            let shared = try await Furniture.furnish(world.a, markA)
            let twin = try await Furniture.furnish(world.b, markB)
            var same = shared
            (same.user, same.colleague, same.event) = (twin.user, twin.colleague, twin.event)
            try #require(same == twin)
            try await Furniture.startIDs(at: 700_000, in: world.b.tenant)
            let theirs = try await Furniture.furnish(world.b, markB + " дальше")
            return (shared, theirs)
        }

        struct Pair {
            let foreign: (path: String, body: String?)
            let unknown: (path: String, body: String?)
        }

        static func requests(_ route: RouteCase, mine: Ids, other: Ids) -> [Pair] {
            var pairs = route.naming.map {
                Pair(foreign: $0(mine, other), unknown: $0(mine, .unknown))
            }
            if route.namesRows, !route.pattern.hasPrefix("/a/") {
                pairs.append(
                    Pair(
                        foreign: (route.path(other), route.body?(mine)),
                        unknown: (route.path(.unknown), route.body?(mine))))
            }
            return pairs
        }

        private static func compare(
            _ route: RouteCase, _ pair: Pair, _ world: LiveWorld, _ theirs: Ids
        ) async throws {
            let caller = caller(route, world.a)
            let foreign = try await caller.call(route.method, pair.foreign.path, pair.foreign.body)
            let unknown = try await caller.call(route.method, pair.unknown.path, pair.unknown.body)
            let name = "\(route.method) \(pair.foreign.path) \(pair.foreign.body ?? "")"
            #expect(
                RouteBook.masked(foreign, theirs) == RouteBook.masked(unknown, .unknown),
                "\(name)\n\(foreign.text)\n\(unknown.text)")
            #expect(!foreign.text.contains(markB), "\(name) shows the neighbour's row")
            if route.isWrite {
                #expect((400..<500).contains(foreign.status), "\(name): \(foreign.status)")
            }
        }
    }
}
