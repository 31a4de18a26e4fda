import Identity
import Logging
import Tenancy
import Testing
import VoronkaTesting
import Web

@testable import App

extension LiveTests {
    @Suite("When every cell is full")
    struct NoRoomTests {
        private static let form =
            "company=%D0%91%D1%80%D0%B8%D0%B7&slug=briz-full&name=Anna&email=anna%40briz.example"
            + "&password=voronka-demo-7"
        private static let json = """
            {"company":"Бриз","slug":"briz-full","name":"Анна","email":"anna@briz.example",
                "password":"voronka-demo-7"}
            """

        @Test(
            "a sign-up is told so in its language with a 503, and can be sent again when there is room"
        )
        func full() async throws {
            let postgres = try TestServer()
            defer { postgres.remove() }
            let database = try await TestDatabase.prepare(postgres.url())
            let cells = Cells(logins: database.logins, logger: database.logger)
            try await withLiveWorld(
                on: database,
                provision: { try await database.provisioning.create(slug: $0.slug) }
            ) { world in
                let home = try await cells.list()[0]
                _ = try await cells.limit(home.cell.id, to: home.tenants)
                let caller = Caller(
                    server: world.server, host: "localhost:\(world.server.port)",
                    headers: [("Sec-Fetch-Site", "same-origin")])
                for (language, words) in [
                    ("ru", "нет мест для новых компаний"), ("en", "no room for new companies"),
                ] {
                    let asked = caller.with("Accept-Language", language)
                    let answer = try await asked.post("/ui/sign-up", Self.json)
                    #expect(answer.status == 503, "\(answer.text)")
                    #expect(answer.at("detail")?.string?.contains(words) == true, "\(answer.text)")
                    #expect(answer.retryAfter == "3600")
                    let page = try await asked.with("Accept", "text/html")
                        .with("Content-Type", "application/x-www-form-urlencoded")
                        .post("/sign-up", Self.form)
                    #expect(page.status == 503)
                    #expect(page.text.contains(words), "\(page.text)")
                    // What he typed is still there, but not the password.
                    #expect(page.text.contains("anna@briz.example"))
                    #expect(!page.text.contains("voronka-demo-7"))
                }
                #expect(
                    world.server.log.lines.contains {
                        $0.level == .error && $0.message == "a company could not sign up"
                    })
                #expect(world.server.log.lines.allSatisfy { $0.message != "unexpected error" })

                // Nothing of the attempts stays: the same e-mail signs up once there is room.
                _ = try await cells.limit(home.cell.id, to: home.tenants + 1)
                let made = try await caller.post("/ui/sign-up", Self.json)
                #expect(made.status == 201, "\(made.text)")
            }
        }
    }
}
