import Vocabulary
import Web

extension AmoRights {
    /// The members of amoCRM's `rights` that users and roles have in common. Source: amocrm-api,
    /// 16.2.
    static func write(_ rights: Rights, isAdministrator: Bool, _ writer: inout JSONWriter) {
        for (entity, verbs) in letters(rights, isAdministrator: isAdministrator) {
            writer.object(entity) { writer in
                for (verb, letter) in verbs { writer.field(verb, letter) }
            }
        }
        writer.field("mail_access", isAdministrator)
        writer.field("catalog_access", isAdministrator)
        writer.field("status_rights", json: "[]")
        writer.field("catalog_rights", json: "[]")
        writer.field("custom_fields_rights", json: nil)
        writer.field("oper_day_reports_view_access", isAdministrator)
        writer.field("oper_day_user_tracking", false)
    }
}
