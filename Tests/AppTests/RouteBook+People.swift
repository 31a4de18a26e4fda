import Vocabulary

extension RouteBook {
    static let people: [RouteCase] =
        members + roles + [
            RouteCase(route: "GET /api/v4/account", right: .member),
            RouteCase(route: "GET /api/v4/currencies", right: .member),
            RouteCase(
                route: "GET /api/v4/events", right: .lists(.deal),
                naming: [
                    {
                        (
                            "/api/v4/events?filter[entity]=lead&filter[entity_id]=\($1.deal)"
                                .escaped, nil
                        )
                    },
                    { ("/api/v4/events?filter[id]=\($1.event)".escaped, nil) },
                ]),
            RouteCase(route: "GET /api/v4/events/types", right: .member),
            RouteCase(route: "GET /api/v4/events/{}", right: .record(.deal, .view)),
        ]

    private static let members: [RouteCase] = {
        let base = "/api/v4/users"
        let new: @Sendable (Ids, Int64) -> String = { ids, role in
            """
            [{"name":"Имя","email":"new-\(ids.user)@example.org","password":"voronka-demo-1",\
            "lang":"ru","rights":{"role_id":\(role)}}]
            """
        }
        return [
            RouteCase(route: "GET \(base)", right: .member),
            RouteCase(route: "GET \(base)/{}", right: .member),
            RouteCase(
                route: "POST \(base)", right: .administrator, body: { new($0, $0.role) },
                fields: [
                    Field("name", .text(255, blank: false)),
                    Field("email", .text(320, blank: false)), Field("password", .secret),
                    Field("lang", .choice), Field("rights", .object),
                    Field("rights.role_id", .reference),
                ],
                naming: [{ (base, new($0, $1.role)) }]),
            RouteCase(
                route: "POST \(base)/activate", right: .administrator,
                body: { "[{\"id\":\($0.user)}]" }, fields: [Field("id", .reference)],
                naming: [{ ("\(base)/activate", "[{\"id\":\($1.user)}]") }]),
            RouteCase(
                route: "POST \(base)/deactivate", right: .administrator,
                body: { "[{\"id\":\($0.colleague)}]" }, fields: [Field("id", .reference)],
                naming: [{ ("\(base)/deactivate", "[{\"id\":\($1.user)}]") }]),
        ]
    }()

    private static let roles: [RouteCase] = {
        let base = "/api/v4/roles"
        let listed: @Sendable (Ids) -> String = { _ in base }
        let fields = [
            Field("name", .text(255, blank: false)), Field("rights", .object),
            Field("rights.leads", .object), Field("rights.leads.view", .choice),
        ]
        let body = "{\"name\":\"Роль\",\"rights\":{\"leads\":{\"view\":\"A\"}}}"
        return [
            RouteCase(route: "GET \(base)", right: .member),
            RouteCase(route: "GET \(base)/{}", right: .member),
            RouteCase(
                route: "POST \(base)", right: .administrator, body: { _ in "[\(body)]" },
                fields: fields, readBack: listed),
            RouteCase(
                route: "PATCH \(base)/{}", right: .administrator, body: { _ in body },
                fields: fields, readBack: listed),
            RouteCase(route: "DELETE \(base)/{}", right: .administrator),
        ]
    }()
}
