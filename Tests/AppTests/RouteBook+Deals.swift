import Vocabulary

extension RouteBook {
    static let deals: [RouteCase] = leads + pipelines + stages + lossReasons

    private static let leadFields =
        common + [
            Field("name", .text(255, blank: false)), Field("price", .money),
            Field("pipeline_id", .reference), Field("status_id", .reference),
            Field("created_by", .int), Field("custom_fields_values", .values),
            Field("tags_to_add", .list), Field("_embedded", .object),
            Field("_embedded.contacts", .list), Field("_embedded.contacts.0.id", .reference),
            Field("_embedded.contacts.0.is_main", .bool),
            Field("_embedded.companies.0.id", .reference),
        ]

    private static let said: @Sendable (Ids) -> String = { ids in
        """
        "name":"Сделка","price":100,"pipeline_id":\(ids.pipeline),"status_id":\(ids.stage),\
        "responsible_user_id":\(ids.user),"created_at":1780000000,"created_by":\(ids.user),\
        "tags_to_add":[{"name":"т"}],\
        "custom_fields_values":[{"field_id":\(ids.field["leads"] ?? 0),"values":[{"value":"з"}]}],\
        "_embedded":{"contacts":[{"id":\(ids.contact),"is_main":true}],\
        "companies":[{"id":\(ids.company)}]}
        """
    }

    private static let leads: [RouteCase] = {
        let base = "/api/v4/leads"
        let listed: @Sendable (Ids) -> String = { _ in "\(base)?limit=250" }
        let named: @Sendable (Ids) -> String = { "\(base)/\($0.deal)" }
        let parts: [@Sendable (Ids) -> String] = [
            { "\"responsible_user_id\":\($0.user)" },
            { "\"pipeline_id\":\($0.pipeline),\"status_id\":\($0.stage)" },
            { "\"status_id\":\($0.stage)" }, { "\"pipeline_id\":\($0.pipeline)" },
            { "\"status_id\":143,\"loss_reason_id\":\($0.lossReason)" },
            { "\"tags_to_add\":[{\"id\":\($0.tag["leads"] ?? 0)}]" },
            { "\"_embedded\":{\"tags\":[{\"id\":\($0.tag["leads"] ?? 0)}]}" },
            { "\"_embedded\":{\"contacts\":[{\"id\":\($0.contact)}]}" },
            { "\"_embedded\":{\"companies\":[{\"id\":\($0.company)}]}" },
            {
                """
                "custom_fields_values":[{"field_id":\($0.field["leads"] ?? 0),"values":[]}]
                """
            },
        ]
        let refers = parts.flatMap {
            part -> [@Sendable (Ids, Ids) -> (path: String, body: String?)] in
            [
                { (named($0), "{\(part($1))}") }, { _, other in (base, "[{\(part(other))}]") },
            ]
        }
        let options: [@Sendable (Ids, Ids) -> (path: String, body: String?)] = [
            { mine, other in
                (
                    named(mine),
                    """
                    {"custom_fields_values":[{"field_id":\(mine.selectField),\
                    "values":[{"enum_id":\(other.option)}]}]}
                    """
                )
            }
        ]
        let filters = ["id", "pipeline_id", "responsible_user_id", "created_by"]
        let lists: [@Sendable (Ids, Ids) -> (path: String, body: String?)] = filters.map { filter in
            { _, other in
                let ids = [
                    "id": other.deal, "pipeline_id": other.pipeline,
                    "responsible_user_id": other.user, "created_by": other.user,
                ]
                return ("\(base)?filter[\(filter)]=\(ids[filter] ?? 0)".escaped, nil)
            }
        }
        return [
            RouteCase(route: "GET \(base)", right: .lists(.deal), naming: lists),
            RouteCase(
                route: "POST \(base)", right: .adds(.deal), body: { "[{\(said($0))}]" },
                fields: leadFields, readBack: listed,
                naming: refers.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)),
            RouteCase(
                route: "PATCH \(base)", right: .named(.deal, .edit),
                body: { "[{\"id\":\($0.deal),\(said($0))}]" },
                fields: leadFields + [Field("id", .id)], readBack: listed,
                naming: [
                    { (base, "[{\"id\":\($1.deal),\"name\":\"\($0.user)\"}]") },
                    {
                        (
                            base,
                            "[{\"id\":\($0.deal),\"name\":\"x\"},{\"id\":\($1.deal),\"price\":1}]"
                        )
                    },
                ]),
            RouteCase(route: "GET \(base)/{}", right: .record(.deal, .view)),
            RouteCase(
                route: "PATCH \(base)/{}", right: .record(.deal, .edit), body: { "{\(said($0))}" },
                fields: leadFields, readBack: named,
                naming: refers.enumerated().filter { $0.offset % 2 == 0 }.map(\.element) + options),
            RouteCase(route: "DELETE \(base)/{}", right: .record(.deal, .delete)),
            RouteCase(route: "POST \(base)/{}/restore", right: .record(.deal, .delete)),
            RouteCase(
                route: "POST \(base)/complex", right: .adds(.deal),
                body: { ids in
                    """
                    [{"name":"Сделка","price":100,"pipeline_id":\(ids.pipeline),\
                    "status_id":\(ids.stage),"responsible_user_id":\(ids.user),\
                    "_embedded":{"contacts":[{"name":"Имя","first_name":"Имя"}],\
                    "companies":[{"name":"Имя"}]}}]
                    """
                },
                fields: [
                    Field("name", .text(255, blank: false)), Field("price", .money),
                    Field("pipeline_id", .reference), Field("status_id", .reference),
                    Field("responsible_user_id", .reference), Field("_embedded", .object),
                    Field("_embedded.contacts", .list),
                    Field("_embedded.contacts.0.name", .text(255)),
                    Field("_embedded.contacts.0.first_name", .text(255)),
                    Field("_embedded.companies.0.name", .text(255)),
                ], readBack: listed,
                naming: [
                    {
                        (
                            "\(base)/complex",
                            "[{\"name\":\"x\",\"_embedded\":{\"contacts\":[{\"id\":\($1.contact)}]}}]"
                        )
                    },
                    {
                        (
                            "\(base)/complex",
                            "[{\"name\":\"x\",\"_embedded\":{\"companies\":[{\"id\":\($1.company)}]}}]"
                        )
                    },
                    {
                        (
                            "\(base)/complex",
                            """
                            [{"name":"x","_embedded":{"contacts":[{"name":"y",\
                            "responsible_user_id":\($1.user)}]}}]
                            """
                        )
                    },
                ]),
        ]
    }()

    private static let pipelines: [RouteCase] = {
        let base = "/api/v4/leads/pipelines"
        let fields = [
            Field("name", .text(255, blank: false)), Field("sort", .int), Field("is_main", .bool),
            Field("is_unsorted_on", .bool),
        ]
        let listed: @Sendable (Ids) -> String = { _ in base }
        return [
            RouteCase(route: "GET \(base)", right: .member),
            RouteCase(
                route: "POST \(base)", right: .administrator,
                body: { _ in
                    """
                    [{"name":"Воронка","sort":5,"is_main":false,"is_unsorted_on":true,\
                    "_embedded":{"statuses":[{"name":"Этап","sort":20,"color":"#fffeb2"}]}}]
                    """
                },
                fields: fields + [
                    Field("_embedded", .object), Field("_embedded.statuses", .list),
                    Field("_embedded.statuses.0.name", .text(255, blank: false)),
                    Field("_embedded.statuses.0.color", .choice),
                ], readBack: listed),
            RouteCase(route: "GET \(base)/{}", right: .member),
            RouteCase(
                route: "PATCH \(base)/{}", right: .administrator,
                body: { _ in
                    "{\"name\":\"Воронка\",\"sort\":5,\"is_main\":false,\"is_unsorted_on\":true}"
                },
                fields: fields, readBack: listed),
            RouteCase(route: "DELETE \(base)/{}", right: .administrator),
        ]
    }()

    private static let stages: [RouteCase] = {
        let base = "/api/v4/leads/pipelines/{}/statuses"
        let fields = [
            Field("name", .text(255, blank: false)), Field("sort", .int), Field("color", .choice),
        ]
        let listed: @Sendable (Ids) -> String = { "/api/v4/leads/pipelines/\($0.pipeline)" }
        let body = "{\"name\":\"Этап\",\"sort\":20,\"color\":\"#fffeb2\"}"
        return [
            RouteCase(route: "GET \(base)", right: .member),
            RouteCase(
                route: "POST \(base)", right: .administrator, body: { _ in "[\(body)]" },
                fields: fields, readBack: listed),
            RouteCase(
                route: "GET \(base)/{}", right: .member,
                naming: [
                    { ("/api/v4/leads/pipelines/\($0.pipeline)/statuses/\($1.stage)", nil) }
                ]),
            RouteCase(
                route: "PATCH \(base)/{}", right: .administrator, body: { _ in body },
                fields: fields, readBack: listed),
            RouteCase(route: "DELETE \(base)/{}", right: .administrator),
        ]
    }()

    private static let lossReasons: [RouteCase] = {
        let base = "/api/v4/leads/loss_reasons"
        let fields = [Field("name", .text(255, blank: false)), Field("sort", .int)]
        let listed: @Sendable (Ids) -> String = { _ in base }
        let body = "{\"name\":\"Причина\",\"sort\":20}"
        return [
            RouteCase(route: "GET \(base)", right: .member),
            RouteCase(
                route: "POST \(base)", right: .administrator, body: { _ in "[\(body)]" },
                fields: fields, readBack: listed),
            RouteCase(
                route: "PATCH \(base)", right: .administrator,
                body: { "[{\"id\":\($0.lossReason),\"name\":\"Причина\",\"sort\":20}]" },
                fields: fields + [Field("id", .id)], readBack: listed,
                naming: [{ (base, "[{\"id\":\($1.lossReason),\"name\":\"\($0.user)\"}]") }]),
            RouteCase(route: "GET \(base)/{}", right: .member),
            RouteCase(
                route: "PATCH \(base)/{}", right: .administrator, body: { _ in body },
                fields: fields, readBack: listed),
            RouteCase(route: "DELETE \(base)/{}", right: .administrator),
        ]
    }()
}
