import Vocabulary

extension RouteBook {
    static let common: [Field] = [
        Field("responsible_user_id", .reference), Field("created_at", .moment),
    ]

    /// What every kind of card has: notes, tags, links, custom fields; and the routes of contacts
    /// and companies themselves.
    static let cards: [RouteCase] =
        Furniture.kinds.flatMap { kind in
            notes(kind) + tags(kind) + links(kind) + fields(kind)
        } + ["contacts", "companies"].flatMap(party)

    private static func notes(_ kind: String) -> [RouteCase] {
        let entity = entity(kind)
        let fields = [
            Field("note_type", .choice), Field("params", .object),
            Field("params.text", .text(20_000, blank: false)),
            Field("responsible_user_id", .reference),
        ]
        let new: @Sendable (Ids) -> String = { ids in
            """
            [{"note_type":"common","params":{"text":"Записка"},"responsible_user_id":\(ids.user),\
            "created_at":1780000000}]
            """
        }
        let change: @Sendable (Ids) -> String = { ids in
            """
            {"note_type":"common","params":{"text":"Иначе"},"responsible_user_id":\(ids.user)}
            """
        }
        let base = "/api/v4/\(kind)"
        let listed: @Sendable (Ids) -> String = { "\(base)/\($0.card[kind] ?? 0)/notes?limit=250" }
        @Sendable func oneMore(_ body: String, _ member: String, _ id: Int64) -> String {
            guard let place = body.firstIndex(of: "{") else { return body }
            return body[...place] + "\"\(member)\":\(id)," + body[body.index(after: place)...]
        }
        return [
            RouteCase(
                route: "GET \(base)/notes", right: .lists(entity),
                naming: [
                    { ("\(base)/notes?filter[id]=\($1.note[kind] ?? 0)".escaped, nil) },
                    {
                        (
                            "\(base)/notes?filter[entity_id]=\($1.card[kind] ?? 0)".escaped,
                            nil
                        )
                    },
                ]),
            RouteCase(
                route: "POST \(base)/notes", right: .named(entity, .view),
                body: { oneMore(new($0), "entity_id", $0.card[kind] ?? 0) },
                fields: fields + [Field("entity_id", .reference), Field("created_at", .moment)],
                readBack: listed,
                naming: [{ ("\(base)/notes", oneMore(new($0), "entity_id", $1.card[kind] ?? 0)) }]),
            RouteCase(
                route: "PATCH \(base)/notes", right: .named(entity, .edit),
                body: { "[\(oneMore(change($0), "id", $0.note[kind] ?? 0))]" },
                fields: fields + [Field("id", .id)], readBack: listed,
                naming: [
                    { ("\(base)/notes", "[\(oneMore(change($0), "id", $1.note[kind] ?? 0))]") }
                ]),
            RouteCase(route: "GET \(base)/notes/{}", right: .record(entity, .view)),
            RouteCase(
                route: "PATCH \(base)/notes/{}", right: .record(entity, .edit), body: change,
                fields: fields, readBack: listed),
            RouteCase(route: "POST \(base)/notes/{}/pin", right: .record(entity, .edit)),
            RouteCase(route: "POST \(base)/notes/{}/unpin", right: .record(entity, .edit)),
            RouteCase(route: "POST \(base)/{}/notes/{}/pin", right: .record(entity, .edit)),
            RouteCase(route: "POST \(base)/{}/notes/{}/unpin", right: .record(entity, .edit)),
            RouteCase(route: "DELETE \(base)/notes/{}", right: .record(entity, .edit)),
            RouteCase(route: "POST \(base)/notes/{}/restore", right: .record(entity, .edit)),
            RouteCase(route: "GET \(base)/{}/notes", right: .record(entity, .view)),
            RouteCase(
                route: "POST \(base)/{}/notes", right: .record(entity, .view), body: new,
                fields: fields + [Field("created_at", .moment)], readBack: listed),
            RouteCase(
                route: "PATCH \(base)/{}/notes", right: .record(entity, .edit),
                body: { "[\(oneMore(change($0), "id", $0.note[kind] ?? 0))]" },
                fields: fields + [Field("id", .id)], readBack: listed),
            RouteCase(route: "GET \(base)/{}/notes/{}", right: .record(entity, .view)),
            RouteCase(
                route: "PATCH \(base)/{}/notes/{}", right: .record(entity, .edit), body: change,
                fields: fields, readBack: listed),
        ]
    }

    private static func tags(_ kind: String) -> [RouteCase] {
        let entity = entity(kind)
        let base = "/api/v4/\(kind)/tags"
        let fields = [Field("name", .text(255, blank: false)), Field("color", .choice)]
        let listed: @Sendable (Ids) -> String = { _ in "\(base)?limit=250" }
        let cases = [
            RouteCase(
                route: "GET \(base)", right: .member,
                naming: [{ ("\(base)?filter[id]=\($1.tag[kind] ?? 0)".escaped, nil) }]),
            RouteCase(
                route: "POST \(base)", right: .tags(entity),
                body: { _ in "[{\"name\":\"Новый\",\"color\":\"EBEBEB\"}]" }, fields: fields,
                readBack: listed),
        ]
        if kind != "leads" { return cases }
        return cases + [
            RouteCase(
                route: "PATCH \(base)", right: .tags(entity),
                body: {
                    "[{\"id\":\($0.tag[kind] ?? 0),\"name\":\"Другой\",\"color\":\"EBEBEB\"}]"
                },
                fields: fields + [Field("id", .id)], readBack: listed,
                naming: [{ (base, "[{\"id\":\($1.tag[kind] ?? 0),\"name\":\"\($0.user)\"}]") }]),
            RouteCase(
                route: "PATCH \(base)/{}", right: .tags(entity),
                body: { _ in "{\"name\":\"Ещё один\",\"color\":\"EBEBEB\"}" }, fields: fields,
                readBack: listed),
        ]
    }

    private static func links(_ kind: String) -> [RouteCase] {
        let entity = entity(kind)
        let base = "/api/v4/\(kind)"
        let other = kind == "companies" ? "contacts" : "companies"
        @Sendable func body(_ from: Int64?, _ to: Int64) -> String {
            let start = from.map { "\"entity_id\":\($0)," } ?? ""
            return """
                [{\(start)"to_entity_id":\(to),"to_entity_type":"\(other)",\
                "metadata":{"is_main":true}}]
                """
        }
        let fields = [
            Field("to_entity_id", .reference), Field("to_entity_type", .choice),
            Field("metadata", .object), Field("metadata.is_main", .bool),
        ]
        return [
            RouteCase(
                route: "GET \(base)/links", right: .named(entity, .view),
                naming: [
                    {
                        (
                            "\(base)/links?filter[entity_id]=\($1.card[kind] ?? 0)".escaped,
                            nil
                        )
                    }
                ]),
            RouteCase(route: "GET \(base)/{}/links", right: .record(entity, .view)),
        ]
            + ["link", "unlink"].flatMap { word in
                [
                    RouteCase(
                        route: "POST \(base)/\(word)", right: .named(entity, .edit),
                        body: { body($0.card[kind] ?? 0, $0.card[other] ?? 0) },
                        fields: fields + [Field("entity_id", .id)],
                        naming: [
                            {
                                (
                                    "\(base)/\(word)",
                                    body($1.card[kind] ?? 0, $0.card[other] ?? 0)
                                )
                            },
                            {
                                (
                                    "\(base)/\(word)",
                                    body($0.card[kind] ?? 0, $1.card[other] ?? 0)
                                )
                            },
                        ]),
                    RouteCase(
                        route: "POST \(base)/{}/\(word)", right: .record(entity, .edit),
                        body: { body(nil, $0.card[other] ?? 0) }, fields: fields,
                        naming: [
                            {
                                (
                                    "\(base)/\($0.card[kind] ?? 0)/\(word)",
                                    body(nil, $1.card[other] ?? 0)
                                )
                            }
                        ]),
                ]
            }
    }

    private static func fields(_ kind: String) -> [RouteCase] {
        let base = "/api/v4/\(kind)/custom_fields"
        let fields = [
            Field("name", .text(255, blank: false)), Field("sort", .int),
            Field("is_api_only", .bool), Field("code", .text(255)),
        ]
        let change = "\"name\":\"Поле\",\"sort\":5,\"is_api_only\":true,\"code\":\"КОД\""
        let listed: @Sendable (Ids) -> String = { _ in "\(base)?limit=50" }
        return [
            RouteCase(
                route: "GET \(base)", right: .member,
                naming: [{ ("\(base)?filter[id]=\($1.field[kind] ?? 0)".escaped, nil) }]),
            RouteCase(
                route: "POST \(base)", right: .administrator,
                body: { _ in
                    """
                    [{"name":"Поле","type":"select","sort":5,"is_api_only":false,\
                    "enums":[{"value":"а","code":"A","sort":1}],\
                    "required_statuses":[{"status_id":1,"pipeline_id":1}]}]
                    """
                },
                fields: fields.filter { $0.path != "code" } + [
                    Field("type", .choice), Field("enums", .list),
                    Field("enums.0.value", .text(255, blank: false)), Field("enums.0.sort", .int),
                    Field("enums.0.code", .text(255)), Field("required_statuses", .list),
                    Field("required_statuses.0.status_id", .id),
                ], readBack: listed),
            RouteCase(
                route: "PATCH \(base)", right: .administrator,
                body: { "[{\"id\":\($0.field[kind] ?? 0),\(change)}]" },
                fields: fields + [Field("id", .id)], readBack: listed,
                naming: [
                    { (base, "[{\"id\":\($1.field[kind] ?? 0),\"sort\":\($0.user % 100)}]") }
                ]),
            RouteCase(route: "GET \(base)/{}", right: .member),
            RouteCase(
                route: "PATCH \(base)/{}", right: .administrator, body: { _ in "{\(change)}" },
                fields: fields, readBack: listed),
            RouteCase(route: "DELETE \(base)/{}", right: .administrator),
        ]
    }

    private static func party(_ kind: String) -> [RouteCase] {
        let entity = entity(kind)
        let base = "/api/v4/\(kind)"
        let names = kind == "contacts" ? ["name", "first_name", "last_name"] : ["name"]
        let fields =
            names.map { Field($0, .text(255)) } + common + [
                Field("updated_at", .moment), Field("created_by", .int),
                Field("custom_fields_values", .values), Field("tags_to_add", .list),
            ]
        let said: @Sendable (Ids) -> String = { ids in
            names.map { "\"\($0)\":\"Имя\"," }.joined() + """
                "responsible_user_id":\(ids.user),"created_at":1780000000,"updated_at":1780000000,\
                "created_by":\(ids.user),"tags_to_add":[{"name":"т"}],\
                "custom_fields_values":[{"field_id":\(ids.field[kind] ?? 0),\
                "values":[{"value":"з"}]}]
                """
        }
        let named: @Sendable (Ids) -> String = { "\(base)/\($0.card[kind] ?? 0)" }
        let listed: @Sendable (Ids) -> String = { _ in "\(base)?limit=250" }
        let refers: [@Sendable (Ids, Ids) -> (path: String, body: String?)] = [
            { (named($0), "{\"responsible_user_id\":\($1.user)}") },
            { (named($0), "{\"tags_to_add\":[{\"id\":\($1.tag[kind] ?? 0)}]}") },
            { (named($0), "{\"_embedded\":{\"tags\":[{\"id\":\($1.tag[kind] ?? 0)}]}}") },
            {
                (
                    named($0),
                    """
                    {"custom_fields_values":[{"field_id":\($1.field[kind] ?? 0),"values":[]}]}
                    """
                )
            },
        ]
        return [
            RouteCase(
                route: "GET \(base)", right: .lists(entity),
                naming: [
                    { ("\(base)?filter[id]=\($1.card[kind] ?? 0)".escaped, nil) },
                    {
                        ("\(base)?filter[responsible_user_id]=\($1.user)".escaped, nil)
                    },
                ]),
            RouteCase(
                route: "POST \(base)", right: .adds(entity), body: { "[{\(said($0))}]" },
                fields: fields, readBack: listed,
                naming: [
                    { (base, "[{\"name\":\"\($0.user)\",\"responsible_user_id\":\($1.user)}]") }
                ]),
            RouteCase(
                route: "PATCH \(base)", right: .named(entity, .edit),
                body: { "[{\"id\":\($0.card[kind] ?? 0),\(said($0))}]" },
                fields: fields + [Field("id", .id)], readBack: listed,
                naming: [
                    { (base, "[{\"id\":\($1.card[kind] ?? 0),\"name\":\"\($0.user)\"}]") },
                    {
                        (
                            base,
                            """
                            [{"id":\($0.card[kind] ?? 0),"name":"x"},\
                            {"id":\($1.card[kind] ?? 0),"name":"x"}]
                            """
                        )
                    },
                ]),
            RouteCase(route: "GET \(base)/{}", right: .record(entity, .view)),
            RouteCase(
                route: "PATCH \(base)/{}", right: .record(entity, .edit),
                body: { "{\(said($0))}" }, fields: fields, readBack: named, naming: refers),
            RouteCase(route: "DELETE \(base)/{}", right: .record(entity, .delete)),
            RouteCase(route: "POST \(base)/{}/restore", right: .record(entity, .delete)),
        ]
    }
}

extension String {
    /// Brackets as they travel.
    var escaped: String {
        replacing("[", with: "%5B").replacing("]", with: "%5D")
    }
}
