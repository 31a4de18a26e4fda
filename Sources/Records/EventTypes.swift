import Vocabulary

/// The kinds of event that we write, with amoCRM's keys. `number` is only there because its answer
/// has one.
enum EventTypes {
    struct Kind: Sendable {
        let key: String
        let text: Text
    }

    private static func kind(_ key: String, _ ru: String, _ en: String) -> Kind {
        Kind(key: key, text: Text(ru: ru, en: en))
    }

    static let all: [Kind] = [
        kind("lead_added", "Новая сделка", "New deal"),
        kind("lead_deleted", "Сделка удалена", "Deal deleted"),
        kind("lead_restored", "Сделка восстановлена", "Deal restored"),
        kind("lead_status_changed", "Изменение этапа продажи", "Stage changed"),
        kind("lead_linked", "Прикрепление сделки", "Deal linked"),
        kind("lead_unlinked", "Открепление сделки", "Deal unlinked"),
        kind("contact_added", "Новый контакт", "New contact"),
        kind("contact_deleted", "Контакт удалён", "Contact deleted"),
        kind("contact_restored", "Контакт восстановлен", "Contact restored"),
        kind("contact_linked", "Прикрепление контакта", "Contact linked"),
        kind("contact_unlinked", "Открепление контакта", "Contact unlinked"),
        kind("company_added", "Новая компания", "New company"),
        kind("company_deleted", "Компания удалена", "Company deleted"),
        kind("company_restored", "Компания восстановлена", "Company restored"),
        kind("company_linked", "Прикрепление компании", "Company linked"),
        kind("company_unlinked", "Открепление компании", "Company unlinked"),
        kind("task_added", "Новая задача", "New task"),
        kind("task_deleted", "Задача удалена", "Task deleted"),
        kind("task_completed", "Завершение задачи", "Task completed"),
        kind("task_reopened", "Задача возобновлена", "Task reopened"),
        kind("task_unlinked", "Задача откреплена", "Task unlinked"),
        kind("task_type_changed", "Изменение типа задачи", "Task type changed"),
        kind("task_text_changed", "Изменение текста задачи", "Task text changed"),
        kind("task_deadline_changed", "Изменение срока задачи", "Task deadline changed"),
        kind("task_result_added", "Результат по задаче", "Task result added"),
        kind("incoming_call", "Входящий звонок", "Incoming call"),
        kind("outgoing_call", "Исходящий звонок", "Outgoing call"),
        kind("incoming_sms", "Входящее SMS", "Incoming SMS"),
        kind("outgoing_sms", "Исходящее SMS", "Outgoing SMS"),
        kind("entity_tag_added", "Теги добавлены", "Tags added"),
        kind("entity_tag_deleted", "Теги убраны", "Tags removed"),
        kind("entity_responsible_changed", "Ответственный изменён", "Owner changed"),
        kind("sale_field_changed", "Изменение поля «Бюджет»", "Amount changed"),
        kind("channel_field_changed", "Изменение поля «Канал»", "Channel changed"),
        kind(
            "expected_close_field_changed", "Изменение поля «Ожидаемое закрытие»",
            "Expected close changed"),
        kind("name_field_changed", "Изменение поля «Название»", "Name changed"),
        kind("custom_field_value_changed", "Изменение поля", "Field changed"),
        kind("common_note_added", "Новое примечание", "New note"),
        kind("note_changed", "Примечание изменено", "Note changed"),
        kind("note_pinned", "Примечание закреплено", "Note pinned"),
        kind("note_unpinned", "Примечание откреплено", "Note unpinned"),
        kind("note_deleted", "Примечание удалено", "Note deleted"),
        kind("note_restored", "Примечание восстановлено", "Note restored"),
        kind("service_note_added", "Новое системное примечание", "New service note"),
        kind("message_to_cashier_note_added", "Сообщение кассиру", "Message to the cashier"),
        kind("geo_note_added", "Новое примечание с геометкой", "New note with a place"),
        kind("attachment_note_added", "Добавлен новый файл", "New file"),
        kind("targeting_in_note_added", "Добавление в ретаргетинг", "Added to targeting"),
        kind("targeting_out_note_added", "Удаление из ретаргетинга", "Removed from targeting"),
        kind("site_visit_note_added", "Посещение сайта", "Site visit"),
        kind(
            "loss_reason_field_changed", "Изменение причины отказа", "Loss reason of a deal changed"
        ),
        kind("closed_at_field_changed", "Изменение даты закрытия", "Closing date changed"),
        kind("pipeline_added", "Новая воронка", "New pipeline"),
        kind("pipeline_changed", "Воронка изменена", "Pipeline changed"),
        kind("pipeline_deleted", "Воронка удалена", "Pipeline deleted"),
        kind("status_added", "Новый этап", "New stage"),
        kind("status_changed", "Этап изменён", "Stage set up anew"),
        kind("status_deleted", "Этап удалён", "Stage deleted"),
        kind("loss_reason_added", "Новая причина отказа", "New loss reason"),
        kind("loss_reason_changed", "Причина отказа изменена", "Loss reason changed"),
        kind("loss_reason_deleted", "Причина отказа удалена", "Loss reason deleted"),
        kind("custom_field_added", "Новое поле", "New field"),
        kind("custom_field_changed", "Поле настроено иначе", "Field set up anew"),
        kind("custom_field_deleted", "Поле удалено", "Field deleted"),
        kind("tag_added", "Новый тег", "New tag"),
        kind("tag_changed", "Тег изменён", "Tag changed"),
        kind("user_added", "Новый сотрудник", "New member"),
        kind("user_changed", "Сотрудник изменён", "Member changed"),
        kind("role_added", "Новая роль", "New role"),
        kind("role_changed", "Роль изменена", "Role changed"),
        kind("role_deleted", "Роль удалена", "Role deleted"),
        kind("token_added", "Новый токен", "New token"),
        kind("token_revoked", "Токен отозван", "Token revoked"),
    ]
}
