import Vocabulary

extension RouteBook {
    static let tasks: [RouteCase] = {
        let base = "/api/v4/tasks"
        let fields = [
            Field("text", .text(4_000, blank: false)), Field("complete_till", .moment),
            Field("entity_id", .referenceOrNone), Field("entity_type", .choice),
            Field("task_type_id", .id), Field("responsible_user_id", .reference),
            Field("duration", .int), Field("is_completed", .bool), Field("created_at", .moment),
            Field("created_by", .int), Field("result", .object), Field("result.text", .text(4_000)),
        ]
        let said: @Sendable (Ids) -> String = { ids in
            """
            "text":"Дело","complete_till":1890000000,"entity_id":\(ids.deal),"entity_type":"leads",\
            "task_type_id":1,"responsible_user_id":\(ids.user),"duration":60,"is_completed":false,\
            "created_at":1780000000,"created_by":\(ids.user),"result":{"text":"да"}
            """
        }
        let listed: @Sendable (Ids) -> String = { _ in "\(base)?limit=250" }
        let named: @Sendable (Ids) -> String = { "\(base)/\($0.task)" }
        return [
            RouteCase(
                route: "GET \(base)", right: .lists(.task),
                naming: [
                    { ("\(base)?filter[id]=\($1.task)".escaped, nil) },
                    {
                        (
                            "\(base)?filter[entity_type]=leads&filter[entity_id]=\($1.deal)"
                                .escaped, nil
                        )
                    },
                ]),
            RouteCase(
                route: "POST \(base)", right: .adds(.task), body: { "[{\(said($0))}]" },
                fields: fields, readBack: listed,
                naming: [
                    {
                        (
                            base,
                            """
                            [{"text":"\($0.user)","complete_till":1,"entity_type":"leads",\
                            "entity_id":\($1.deal)}]
                            """
                        )
                    },
                    {
                        (
                            base,
                            """
                            [{"text":"\($0.user)","complete_till":1,\
                            "responsible_user_id":\($1.user)}]
                            """
                        )
                    },
                ]),
            RouteCase(
                route: "PATCH \(base)", right: .named(.task, .edit),
                body: { "[{\"id\":\($0.task),\(said($0))}]" }, fields: fields + [Field("id", .id)],
                readBack: listed,
                naming: [{ (base, "[{\"id\":\($1.task),\"text\":\"\($0.user)\"}]") }]),
            RouteCase(route: "GET \(base)/{}", right: .record(.task, .view)),
            RouteCase(
                route: "PATCH \(base)/{}", right: .record(.task, .edit), body: { "{\(said($0))}" },
                fields: fields, readBack: named,
                naming: [
                    { (named($0), "{\"entity_type\":\"leads\",\"entity_id\":\($1.deal)}") },
                    { (named($0), "{\"responsible_user_id\":\($1.user)}") },
                ]),
            RouteCase(route: "DELETE \(base)/{}", right: .record(.task, .delete)),
        ]
    }()

    /// What our own pages ask for.
    static let screens: [RouteCase] =
        [
            RouteCase(
                route: "GET /ui/board", right: .lists(.deal),
                naming: [{ ("/ui/board?pipeline=\($1.pipeline)", nil) }]),
            RouteCase(
                route: "GET /ui/board/stage", right: .lists(.deal),
                naming: [
                    { ("/ui/board/stage?pipeline=\($1.pipeline)&stage=\($1.stage)", nil) }
                ]),
            RouteCase(
                route: "GET /ui/board/cards", right: .lists(.deal),
                naming: [{ ("/ui/board/cards?ids=\($1.deal)", nil) }]),
            RouteCase(route: "GET /ui/deals/{}", right: .record(.deal, .view)),
            RouteCase(route: "GET /ui/deals/{}/feed", right: .record(.deal, .view)),
            RouteCase(route: "POST /ui/undo/{}", right: .record(.deal, .edit)),
            RouteCase(route: "GET /ui/search", right: .lists(.deal)),
            RouteCase(route: "GET /ui/tasks", right: .lists(.task)),
            RouteCase(route: "GET /ui/session", right: .member),
            RouteCase(
                route: "PATCH /ui/session", right: .member,
                body: { _ in "{\"locale\":\"ru\",\"theme\":\"auto\"}" },
                fields: [Field("locale", .choice), Field("theme", .choice)]),
            RouteCase(
                route: "GET /ui/stream", right: .lists(.deal),
                isolationNote: "never ends; StreamTests listens to it in both companies"),
        ]
        + ["contacts", "companies"].flatMap { kind in
            [
                RouteCase(route: "GET /ui/\(kind)", right: .lists(entity(kind))),
                RouteCase(route: "GET /ui/\(kind)/{}", right: .record(entity(kind), .view)),
                RouteCase(route: "GET /ui/\(kind)/{}/feed", right: .record(entity(kind), .view)),
            ]
        }

    /// For everybody; a page has no row in it.
    static let open: [RouteCase] =
        [
            "GET /", "GET /deals", "GET /deals/{}", "GET /contacts", "GET /contacts/{}",
            "GET /companies", "GET /companies/{}", "GET /tasks", "GET /sign-in", "GET /sign-up",
            "GET /a/{}/**", "GET /ui/hand-over", "POST /ui/sign-out",
        ].map { RouteCase(route: $0, right: .anybody) }
        + [
            RouteCase(
                route: "POST /ui/sign-in", right: .anybody,
                body: { _ in "{\"email\":\"nobody@example.org\",\"password\":\"voronka-demo\"}" },
                fields: [Field("email", .text(320, blank: false)), Field("password", .secret)],
                isolationNote: "the members of another company are in SignInTests"),
            RouteCase(
                route: "POST /ui/sign-up", right: .anybody,
                body: { _ in
                    """
                    {"company":"Новая","slug":"new-company","name":"Анна",\
                    "email":"new@example.org","password":"voronka-demo-1"}
                    """
                },
                fields: [
                    Field("company", .text(255, blank: false)),
                    Field("slug", .text(63, blank: false)), Field("name", .text(255, blank: false)),
                    Field("email", .text(320, blank: false)), Field("password", .secret),
                ],
                isolationNote: "there is no company yet"),
            RouteCase(
                route: "POST /sign-in", right: .anybody,
                isolationNote: "the plain form of POST /ui/sign-in; test_sign_in.py fills it in"),
            RouteCase(
                route: "POST /sign-up", right: .anybody,
                isolationNote: "the plain form of POST /ui/sign-up; test_sign_in.py fills it in"),
        ]
}
