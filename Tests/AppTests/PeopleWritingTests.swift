import App
import Identity
import Tenancy
import Testing
import Vocabulary
import VoronkaTesting
import Web

extension LiveTests {
    @Suite("users and roles over the API")
    struct PeopleWritingTests {
        @Test("a user is made with a role, signs in, and is switched off and on")
        func users() async throws {
            try await withLiveWorld { world in
                let mine = world.a.api(world.a.administrator)
                let email = "new-\(world.a.tenant.slug)@example.org"
                func body(_ change: String = "") -> String {
                    """
                    [{"name":"Пётр Ильин","email":"\(email)","password":"длинный пароль","lang":"ru",
                        "request_id":"u1","rights":{"role_id":\(world.a.sellerRoleID)}\(change)}]
                    """
                }
                let made = try await mine.post("/api/v4/users", body())
                #expect(made.at("_embedded.users.0.request_id") == .string("u1"), "\(made.text)")
                let id = try #require(made.at("_embedded.users.0.id")?.int)
                let again = try await mine.post("/api/v4/users", body())
                #expect(
                    again.at("validation-errors.0.errors.0.code") == .string("AlreadyExists"),
                    "\(again.text)")
                #expect(
                    try await world.b.api(world.b.administrator).get("/api/v4/users/\(id)").status
                        == 404)
                let identity = world.server.instance.identity
                func signsIn() async throws -> Bool {
                    do {
                        _ = try await identity.signIn(
                            email: email, password: "длинный пароль", tenant: world.a.tenant,
                            address: "test-\(world.a.tenant.slug)")
                        return true
                    } catch is any Refusal {
                        return false
                    }
                }
                #expect(try await signsIn())
                let off = try await mine.post("/api/v4/users/deactivate", "[{\"id\":\(id)}]")
                #expect(off.status == 204, "\(off.text)")
                #expect(
                    try await mine.get("/api/v4/users/\(id)").at("rights.is_active") == .bool(false)
                )
                #expect(try await !signsIn())
                #expect(
                    try await mine.post("/api/v4/users/activate", "[{\"id\":\(id)}]").status == 204)
                #expect(try await signsIn())
                let me = world.a.administrator.id
                #expect(
                    try await mine.post("/api/v4/users/deactivate", "[{\"id\":\(me)}]").status
                        == 400)
            }
        }

        @Test("every wrong field of a new user is named, and nobody is made")
        func wrongUsers() async throws {
            try await withLiveWorld { world in
                let mine = world.a.api(world.a.administrator)
                let before = try await mine.get("/api/v4/users").at("_total_items")
                let role = "{\"role_id\":\(world.a.sellerRoleID)}"
                func item(
                    _ name: String = "Б", _ email: String = "b@ex.org",
                    _ password: String = "длинный пароль", rights: String? = nil
                ) -> String {
                    """
                    {"name":"\(name)","email":"\(email)","password":"\(password)","rights":\(rights ?? role)}
                    """
                }
                let good = item("А", "a-\(world.a.tenant.slug)@ex.org")
                for (item, path) in [
                    (item("Б", "нет"), "email"), (item("Б", "b@ex.org", "1"), "password"),
                    (item(rights: "{\"role_id\":77}"), "rights.role_id"),
                    (item(rights: "{}"), "rights.role_id"), (item(rights: "null"), "rights"),
                    (item(" "), "name"),
                ] {
                    let answer = try await mine.post("/api/v4/users", "[\(good),\(item)]")
                    #expect(
                        answer.at("validation-errors.0.errors.0.path") == .string(path),
                        "\(item) \(answer.text)")
                }
                #expect(try await mine.get("/api/v4/users").at("_total_items") == before)
                let seller = world.a.api(world.a.seller)
                #expect(try await seller.post("/api/v4/users", "[\(good)]").status == 403)
            }
        }

        @Test("a role's letters are kept, changed by entity, and bind its members at once")
        func roles() async throws {
            try await withLiveWorld { world in
                let mine = world.a.api(world.a.administrator)
                let made = try await mine.post(
                    "/api/v4/roles",
                    "[{\"name\":\"Стажёр\",\"rights\":{\"leads\":{\"view\":\"G\",\"edit\":\"M\",\"add\":\"A\",\"delete\":\"D\"},\"tasks\":{\"edit\":\"G\"}}}]"
                )
                let id = try #require(made.at("_embedded.roles.0.id")?.int, "\(made.text)")
                let rights = made.at("_embedded.roles.0.rights")
                for (path, letter) in [
                    ("leads.view", "G"), ("leads.edit", "M"), ("leads.add", "A"),
                    ("leads.delete", "D"), ("leads.export", "D"), ("contacts.view", "D"),
                    ("tasks.edit", "G"),
                ] {
                    #expect(rights?.at(path) == .string(letter), "\(path): \(made.text)")
                }
                let changed = try await mine.patch(
                    "/api/v4/roles/\(id)", "{\"rights\":{\"contacts\":{\"view\":\"A\"}}}")
                #expect(changed.at("rights.contacts.view") == .string("A"), "\(changed.text)")
                #expect(changed.at("rights.leads.view") == .string("G"))
                for letter in ["X", "L", ""] {
                    let wrong = try await mine.patch(
                        "/api/v4/roles/\(id)", "{\"rights\":{\"leads\":{\"view\":\"\(letter)\"}}}")
                    #expect(
                        wrong.at("validation-errors.0.errors.0.path")
                            == .string("rights.leads.view"), "\(wrong.text)")
                }
                // What a member may is what his role says from the next request on.
                let seller = world.a.api(world.a.seller)
                _ = try await mine.post("/api/v4/contacts", "[{\"name\":\"Анна\"}]")
                let role = "/api/v4/roles/\(world.a.sellerRoleID)"
                _ = try await mine.patch(role, "{\"rights\":{\"contacts\":{\"view\":\"D\"}}}")
                #expect(try await seller.get("/api/v4/contacts").status == 204)
                _ = try await mine.patch(role, "{\"rights\":{\"contacts\":{\"view\":\"A\"}}}")
                #expect(try await seller.get("/api/v4/contacts").status == 200)
                #expect(try await seller.patch(role, "{\"name\":\"x\"}").status == 403)
                #expect(try await mine.call("DELETE", role, "[]").status == 400)
                #expect(try await mine.call("DELETE", "/api/v4/roles/\(id)", "[]").status == 204)
                #expect(try await mine.get("/api/v4/roles/\(id)").status == 404)
            }
        }
    }
}
