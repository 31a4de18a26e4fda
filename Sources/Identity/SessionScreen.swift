import Postgres
import Records
import Tenancy
import Vocabulary
import Web

/// `GET /ui/session`: everything the shell needs before its first screen. The company's schema is
/// read in one round trip; `stream_no` first, so that what is read after it is at least as new.
extension Identity {
    func sessionScreen(
        of actor: Actor, in database: TenantDatabase, at now: Moment
    ) async throws -> JSONWriter {
        let results = try await database.pipeline([
            "SELECT last_no FROM outbox_stream",
            Self.settings(actor, at: now),
            "SELECT user_id, name, hue, is_active FROM members ORDER BY name, user_id",
            Self.pipelines(actor),
            """
            SELECT coalesce(
                json_agg(json_build_object('id', id, 'name', name) ORDER BY sort, id), '[]')
            FROM loss_reasons
            """,
            Self.fields,
        ])
        guard results.count == 6, let user = try await user(id: actor.userID) else {
            throw NotFound()
        }
        let settings = try results[1].one()
        var writer = JSONWriter(capacity: 8_192)
        try writer.object { writer in
            try writer.object("user") { try write(user, actor, settings, &$0) }
            try writer.object("tenant") { writer in
                let tenant = database.tenant
                writer.field("id", tenant.id)
                writer.field("slug", tenant.slug)
                writer.field("name", try settings.decode("name", as: String.self))
                writer.field("subtitle", try settings.decode("subtitle", as: String.self))
                writer.field("currency", try settings.decode("currency", as: String.self))
                let zone = try settings.decode("time_zone", as: String.self)
                writer.field("time_zone", zone)
                ZoneClock(zone: zone, around: now)?.write(&writer)
                writer.field("locale", try settings.decode("locale", as: String.self))
            }
            try writer.array("members") { writer in
                for row in results[2] { try writeMember(row, &writer) }
            }
            writer.field("pipelines", json: results[3].first?.text(0) ?? "[]")
            writer.field("loss_reasons", json: results[4].first?.text(0) ?? "[]")
            writer.field("fields", json: results[5].first?.text(0) ?? "{}")
            try writer.object("counts") { writer in
                writer.field("tasks_today", try settings.decode("tasks_today", as: Int64.self))
                writer.field("tasks_overdue", try settings.decode("tasks_overdue", as: Int64.self))
            }
            writer.field("server_time", now.seconds)
            writer.field("stream_no", try results[0].first?.decode(0, as: Int64.self) ?? 0)
        }
        return writer
    }

    private func write(
        _ user: User, _ actor: Actor, _ settings: PostgresRow, _ writer: inout JSONWriter
    ) throws {
        writer.field("id", user.id)
        writer.field("name", actor.name)
        writer.field("email", user.email)
        writer.field("locale", actor.language.rawValue)
        writer.field("theme", user.theme)
        writer.field("initials", Initials.of(actor.name))
        writer.field("hue", try settings.decode("hue", as: Int64.self))
        writer.field("role_name", try settings.decode("role_name", as: String.self))
        writer.field("is_administrator", actor.isAdministrator)
        // Whose deals he may change: null is everybody's. The routes decide; screens ask here.
        writer.field("edits_deals_of", json: Self.members(actor.owners(.edit, .deal)))
        writer.field("deletes_deals_of", json: Self.members(actor.owners(.delete, .deal)))
        writer.field("adds_deals", actor.owners(.add, .deal) != .these([]))
    }

    private static func members(_ owners: Owners) -> String {
        switch owners {
        case .everyone: "null"
        case .these(let ids): "[\(ids.map(String.init).joined(separator: ","))]"
        }
    }

    private func writeMember(_ row: PostgresRow, _ writer: inout JSONWriter) throws {
        let (id, name, hue, isActive) = try row.decode(
            Int64.self, String.self, Int64.self, Bool.self)
        writer.object { writer in
            writer.field("id", id)
            writer.field("name", name)
            writer.field("initials", Initials.of(name))
            writer.field("hue", hue)
            writer.field("is_active", isActive)
        }
    }

    /// The company, the actor's place in it, and his own open tasks: due later today in the
    /// company's time zone, and past due.
    private static func settings(_ actor: Actor, at now: Moment) -> PostgresStatement {
        """
        SELECT settings.name, settings.subtitle, settings.currency, settings.time_zone,
            settings.locale, member.hue, role.name AS role_name, due.tasks_today, due.tasks_overdue
        FROM settings
        JOIN members AS member ON member.user_id = \(actor.userID)
        JOIN roles AS role ON role.id = member.role_id
        CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE task.due_at >= \(now)) AS tasks_today,
                count(*) FILTER (WHERE task.due_at < \(now)) AS tasks_overdue
            FROM tasks AS task
            WHERE task.owner_id = \(actor.userID) AND task.completed_at IS NULL
                AND task.deleted_at IS NULL
                AND task.due_at < (
                    date_trunc('day', \(now) AT TIME ZONE settings.time_zone) + interval '1 day'
                ) AT TIME ZONE settings.time_zone
        ) AS due
        """
    }

    private static func pipelines(_ actor: Actor) -> PostgresStatement {
        """
        SELECT coalesce(json_agg(json_build_object(
            'id', pipeline.id, 'name', pipeline.name, 'color', pipeline.color,
            'is_main', pipeline.is_main, 'open_count', coalesce(open.count, 0),
            'stages', coalesce(stages.list, '[]')
        ) ORDER BY pipeline.sort, pipeline.id), '[]')
        FROM pipelines AS pipeline
        LEFT JOIN (
            SELECT deal.pipeline_id, count(*) AS count
            FROM deals AS deal
            WHERE deal.deleted_at IS NULL AND deal.stage_id NOT IN (142, 143)
                AND \(actor.owners(.view, .deal).condition("deal"))
            GROUP BY deal.pipeline_id
        ) AS open ON open.pipeline_id = pipeline.id
        LEFT JOIN (
            SELECT stage.pipeline_id, json_agg(json_build_object(
                'id', stage.id, 'name', stage.name, 'kind', stage.kind, 'hue', stage.hue,
                'color', stage.color, 'sort', stage.sort, 'probability', stage.probability,
                'rot_days', stage.rot_days) ORDER BY stage.sort, stage.id) AS list
            FROM stages AS stage
            GROUP BY stage.pipeline_id
        ) AS stages ON stages.pipeline_id = pipeline.id
        WHERE NOT pipeline.is_archived
        """
    }

    private static let fields: PostgresStatement = """
        SELECT json_build_object(
            'deal', coalesce(json_agg(field.json ORDER BY field.sort, field.id)
                FILTER (WHERE field.entity_type = 'deal'), '[]'),
            'contact', coalesce(json_agg(field.json ORDER BY field.sort, field.id)
                FILTER (WHERE field.entity_type = 'contact'), '[]'),
            'company', coalesce(json_agg(field.json ORDER BY field.sort, field.id)
                FILTER (WHERE field.entity_type = 'company'), '[]'))
        FROM (
            SELECT custom.entity_type, custom.sort, custom.id, json_build_object(
                'id', custom.id, 'name', custom.name, 'kind', custom.kind, 'code', custom.code,
                'options', coalesce(options.list, '[]')) AS json
            FROM custom_fields AS custom
            LEFT JOIN (
                SELECT field_id, json_agg(json_build_object('id', id, 'value', value)
                    ORDER BY sort, id) AS list
                FROM custom_field_options
                GROUP BY field_id
            ) AS options ON options.field_id = custom.id
        ) AS field
        """
}

/// What stands in a person's circle.
enum Initials {
    /// The first letters of the first two words, capital.
    static func of(_ name: String) -> String {
        name.split(whereSeparator: \.isWhitespace).prefix(2)
            .compactMap { $0.first { $0.isLetter || $0.isNumber } }
            .map { String($0).uppercased() }
            .joined()
    }
}
