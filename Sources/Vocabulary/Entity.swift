/// The kinds of record that notes, tasks, tags, custom fields and events hang on.
/// The raw value is the word in SQL; the HTTP edge has amoCRM's words (`leads`, `contacts`,
/// `companies`, `tasks`).
package enum EntityType: String, Sendable, Codable, CaseIterable {
    case deal, contact, company, task
}
