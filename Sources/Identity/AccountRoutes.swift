import FoundationEssentials
import Hummingbird
import Postgres
import Tenancy
import Vocabulary
import Web

/// `GET /api/v4/account`. Source: amocrm-api, 16.1; what amoCRM has and we do not is answered with
/// its neutral value, because clients require the key.
extension Identity {
    func addAccountRoutes(_ api: some RouterMethods<TenantContext>) {
        api.get("account") { request, context in
            let with = try Query(request).with
            let row = try await context.tenant.query(Self.accountRow(at: context.now)).one()
            return try Response.json { writer in
                try self.write(row, with: with, context, &writer)
            }
        }
    }

    static func accountRow(at now: Moment) -> PostgresStatement {
        """
        SELECT settings.name, settings.country, settings.currency, settings.time_zone,
            settings.created_at, settings.updated_at,
            (extract(epoch FROM (\(now) AT TIME ZONE settings.time_zone)
                - (\(now) AT TIME ZONE 'UTC')) / 60)::bigint AS offset_minutes,
            (
                SELECT coalesce(json_agg(json_build_object(
                    'id', team.id, 'name', team.name, 'uuid', NULL) ORDER BY team.id), '[]')
                FROM user_groups AS team
            ) AS teams,
            EXISTS (SELECT FROM stages WHERE kind = 'incoming') AS has_incoming
        FROM settings
        """
    }

    private func write(
        _ row: PostgresRow, with: Set<String>, _ context: TenantContext, _ writer: inout JSONWriter
    ) throws {
        let tenant = context.tenant.tenant
        let currency = try row.decode("currency", as: String.self)
        writer.field("id", tenant.id)
        writer.field("name", try row.decode("name", as: String.self))
        writer.field("subdomain", tenant.slug)
        writer.field("created_at", try row.decode("created_at", as: Moment.self).seconds)
        writer.field("created_by", 0)
        writer.field("updated_at", try row.decode("updated_at", as: Moment.self).seconds)
        writer.field("updated_by", 0)
        writer.field("current_user_id", context.actor.userID)
        writer.field("country", try row.decode("country", as: String.self))
        writer.field("currency", currency)
        writer.field("currency_symbol", Self.symbols[currency] ?? currency)
        writer.field("customers_mode", "unavailable")
        writer.field("is_unsorted_on", try row.decode("has_incoming", as: Bool.self))
        writer.field("mobile_feature_version", 0)
        writer.field("is_loss_reason_enabled", true)
        writer.field("is_helpbot_enabled", false)
        writer.field("is_technical_account", false)
        writer.field("contact_name_display_order", 1)
        writeOptional(with: with, context, &writer)
        writer.field("_links", json: HAL.links(context, "/api/v4/account"))
        try writer.object("_embedded") { try embed(row, with: with, context, &$0) }
    }

    private func writeOptional(
        with: Set<String>, _ context: TenantContext, _ writer: inout JSONWriter
    ) {
        let uuid = context.tenant.tenant.uuid.uuidString.lowercased()
        if with.contains("amojo_id") { writer.field("amojo_id", uuid) }
        if with.contains("uuid") { writer.field("uuid", uuid) }
        if with.contains("version") { writer.field("version", 11) }
        if with.contains("drive_url") { writer.field("drive_url", context.baseURL) }
        if with.contains("is_api_filter_enabled") { writer.field("is_api_filter_enabled", true) }
        if with.contains("invoices_settings") { writer.field("invoices_settings", json: nil) }
    }

    private func embed(
        _ row: PostgresRow, with: Set<String>, _ context: TenantContext, _ writer: inout JSONWriter
    ) throws {
        if with.contains("amojo_rights") {
            writer.object("amojo_rights") { writer in
                writer.field("can_direct", true)
                writer.field("can_create_groups", context.actor.isAdministrator)
            }
        }
        if with.contains("users_groups") {
            let teams = try row.decode("teams", as: JSONText.self)
            writer.field("users_groups", json: Self.withDefaultTeam(teams.text, context.language))
        }
        if with.contains("task_types") { writeTaskTypes(context.language, &writer) }
        if with.contains("entity_names") { writer.field("entity_names", json: Self.entityNames) }
        if with.contains("datetime_settings") {
            try writer.object("datetime_settings") { try writeDateFormats(row, &$0) }
        }
    }

    /// amoCRM's group 0: everyone who is in no other.
    static func withDefaultTeam(_ teams: String, _ language: Language) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("id", 0)
            writer.field("name", Self.defaultTeam(language))
            writer.field("uuid", json: nil)
        }
        let first = String(buffer: writer.buffer)
        return teams == "[]" ? "[\(first)]" : "[\(first),\(teams.dropFirst())"
    }

    static let defaultTeam = Text(ru: "Отдел продаж", en: "Sales")

    private func writeTaskTypes(_ language: Language, _ writer: inout JSONWriter) {
        let kinds: [(id: Int64, name: Text, code: String)] = [
            (1, Text(ru: "Связаться", en: "Follow up"), "FOLLOW_UP"),
            (2, Text(ru: "Встреча", en: "Meeting"), "MEETING"),
        ]
        writer.array("task_types") { writer in
            for kind in kinds {
                writer.object { writer in
                    writer.field("id", kind.id)
                    writer.field("name", kind.name(language))
                    writer.field("color", json: nil)
                    writer.field("icon_id", json: nil)
                    writer.field("code", kind.code)
                }
            }
        }
    }

    /// `date_formant` is how amoCRM's own documentation spells it: both are there.
    private func writeDateFormats(_ row: PostgresRow, _ writer: inout JSONWriter) throws {
        let minutes = try row.decode("offset_minutes", as: Int64.self)
        writer.field("date_pattern", "d.m.Y H:i")
        writer.field("short_date_pattern", "d.m.Y")
        writer.field("short_time_pattern", "H:i")
        writer.field("date_format", "d.m.Y")
        writer.field("date_formant", "d.m.Y")
        writer.field("time_format", "H:i:s")
        writer.field("timezone", try row.decode("time_zone", as: String.self))
        writer.field("timezone_offset", Self.offset(minutes))
    }

    /// `+03:00`
    static func offset(_ minutes: Int64) -> String {
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let size = abs(minutes)
        return (minutes < 0 ? "-" : "+") + two(size / 60) + ":" + two(size % 60)
    }

    private static let entityNames = """
        {"leads":{"ru":{"gender":"f","plural_form":{"default":"сделки"},\
        "singular_form":{"default":"сделка"}},\
        "en":{"gender":"m","plural_form":{"default":"deals"},"singular_form":{"default":"deal"}}}}
        """
}
