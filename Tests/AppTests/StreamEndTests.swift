import Identity
import Synchronization
import Tenancy
import Testing
import Vocabulary
import VoronkaTesting
import Web

@testable import App

extension LiveTests {
    @Suite("An open stream ends with the right to listen")
    struct StreamEndTests {
        private static let opened = "retry:"
        /// What ends an answer in chunks.
        private static let end = "0\r\n\r\n"

        /// Opens the stream, does `work` once it flows, and reads until the server ends it, or
        /// until `isEnough`.
        private func listen(
            _ company: LiveCompany, as person: LiveCompany.Person,
            until isEnough: @escaping @Sendable (String) -> Bool = { _ in false },
            _ work: @escaping @Sendable () async throws -> Void
        ) async throws -> String {
            let connection = try await RawConnection(port: company.server.port)
            let request = [
                "GET /ui/stream HTTP/1.1", "Host: \(company.host)", "Accept: text/event-stream",
                "Cookie: voronka_session=\(person.cookie)", "Sec-Fetch-Site: same-origin", "", "",
            ].joined(separator: "\r\n")
            let isDone = Mutex(false)
            return try await connection.exchange(
                Array(request.utf8),
                until: { text in
                    let isFirst = text.contains(Self.opened) && isDone.withLock { $0.set() }
                    if isFirst { try await work() }
                    return text.hasSuffix(Self.end) || isEnough(text)
                })
        }

        private func happen(_ name: String, in company: LiveCompany) async throws {
            let made = try await company.api(company.administrator).post(
                "/api/v4/leads", "[{\"name\":\"\(name)\"}]")
            #expect(made.status == 200, "\(made.text)")
        }

        @Test("when its user signs out, and not when somebody of another company does")
        func signOut() async throws {
            try await withLiveWorld { world in
                let identity = world.server.instance.identity
                let seen = try await listen(world.a, as: world.a.seller) {
                    try await identity.endSession(world.b.seller.cookie)
                    try await happen("Первая", in: world.a)
                    try await identity.endSession(world.a.seller.cookie)
                }
                #expect(seen.hasSuffix(Self.end))
                #expect(!seen.contains("event: reset"))
                let other = try await listen(
                    world.a, as: world.a.administrator, until: { $0.contains("Вторая") }
                ) {
                    try await identity.endSession(world.b.administrator.cookie)
                    try await happen("Вторая", in: world.a)
                }
                #expect(!other.hasSuffix(Self.end))
            }
        }

        @Test("when its user is switched off, before anything more is told")
        func switchedOff() async throws {
            try await withLiveWorld { world in
                for company in [world.a, world.b] {
                    let seen = try await listen(company, as: company.seller) {
                        let off = try await company.api(company.administrator).post(
                            "/api/v4/users/deactivate", "[{\"id\":\(company.seller.id)}]")
                        #expect(off.status == 204, "\(off.text)")
                        try await happen("Тайна", in: company)
                    }
                    #expect(seen.hasSuffix(Self.end))
                    #expect(!seen.contains("Тайна"))
                }
            }
        }

        @Test("when the session runs out, though nobody says so")
        func expired() async throws {
            let now = Mutex(TimeSource.system.now())
            try await withLiveWorld(
                change: { $0.time = TimeSource { now.withLock { $0 } } }
            ) { world in
                try await world.a.setRights(.everything)
                let seen = try await listen(world.a, as: world.a.seller) {
                    now.withLock { $0 = $0.adding(seconds: 31 * 86_400) }
                    try await happen("Тайна", in: world.a)
                }
                #expect(seen.hasSuffix(Self.end))
                #expect(!seen.contains("Тайна"))
            }
        }

        @Test("with a reset when its user's rights change, and he comes back with the new ones")
        func rights() async throws {
            try await withLiveWorld { world in
                try await world.a.setRights(.everything)
                let seen = try await listen(world.a, as: world.a.seller) {
                    try await happen("Явная", in: world.a)
                    let taken = try await world.a.api(world.a.administrator).patch(
                        "/api/v4/roles/\(world.a.sellerRoleID)",
                        #"{"rights":{"leads":{"view":"D"}}}"#)
                    #expect(taken.status == 200, "\(taken.text)")
                    try await happen("Тайна", in: world.a)
                }
                #expect(seen.contains("event: reset"))
                #expect(seen.hasSuffix(Self.end))
                #expect(!seen.contains("Тайна"))
            }
        }

        @Test("on another server too")
        func twoServers() async throws {
            let control = try await TestDatabase.shared().logins.control
            try await withLiveWorld(change: { $0.controlURL = control }) { world in
                // Known to this server by NOTIFY alone: the statement is another server's.
                let other = try await Identity(
                    .init(secret: [UInt8](TestDatabase.secret), scryptCost: .testing),
                    tenants: world.server.instance.tenants)
                let seen = try await listen(world.a, as: world.a.seller) {
                    try await other.endSession(world.a.seller.cookie)
                }
                #expect(seen.hasSuffix(Self.end))
            }
        }

        @Test("tells every member of a changed stage, and administrators alone of a changed role")
        func setup() async throws {
            try await withLiveWorld { world in
                let main = try await world.pipeline(of: world.a)
                for person in [world.a.administrator, world.a.stranger] {
                    let seen = try await listen(
                        world.a, as: person, until: { $0.contains("status_changed") }
                    ) {
                        let mine = world.a.api(world.a.administrator)
                        _ = try await mine.post(
                            "/api/v4/roles", #"[{"name":"Стажёр","rights":{}}]"#)
                        let name = "Продано \(person.id)"
                        _ = try await mine.patch(
                            "/api/v4/leads/pipelines/\(main)/statuses/142",
                            "{\"name\":\"\(name)\"}")
                    }
                    #expect(seen.contains(#""entity":"pipeline""#))
                    #expect(
                        seen.contains("role_added") == (person.id == world.a.administrator.id))
                }
            }
        }
    }
}

extension Bool {
    /// Whether it was not set before.
    fileprivate mutating func set() -> Bool {
        defer { self = true }
        return !self
    }
}
