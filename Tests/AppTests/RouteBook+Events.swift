import Vocabulary

/// What a route that writes leaves in the log of events.
enum Logged: Sendable, Equatable {
    /// Types, in alphabetical order and each as often as it happens. `custom_field_value_changed`
    /// stands for the field of any number.
    case events([String])
    /// The reason why there is no event, and the tables of the company that change all the same.
    case nothing(String, changes: Set<String> = [])
}

extension RouteBook {
    /// Of each route that writes, what it leaves in the log when an administrator sends its body to
    /// a company as RouteEventTests fills it.
    static let logged: [String: Logged] = {
        let events: [String: [String]] = [
            "DELETE /api/v4/companies/custom_fields/{}": ["custom_field_deleted"],
            "DELETE /api/v4/companies/notes/{}": ["note_deleted"],
            "DELETE /api/v4/companies/{}": ["company_deleted"],
            "DELETE /api/v4/contacts/custom_fields/{}": ["custom_field_deleted"],
            "DELETE /api/v4/contacts/notes/{}": ["note_deleted"],
            "DELETE /api/v4/contacts/{}": ["contact_deleted"],
            "DELETE /api/v4/leads/custom_fields/{}": ["custom_field_deleted"],
            "DELETE /api/v4/leads/loss_reasons/{}": ["loss_reason_deleted"],
            "DELETE /api/v4/leads/notes/{}": ["note_deleted"],
            "DELETE /api/v4/leads/pipelines/{}": [
                "pipeline_deleted", "status_deleted", "status_deleted", "status_deleted",
                "status_deleted",
            ],
            "DELETE /api/v4/leads/pipelines/{}/statuses/{}": ["status_deleted"],
            "DELETE /api/v4/leads/{}": ["lead_deleted"],
            "DELETE /api/v4/roles/{}": ["role_deleted"],
            "DELETE /api/v4/tasks/{}": ["task_deleted"],
            "PATCH /api/v4/companies": [
                "custom_field_value_changed", "entity_tag_added", "name_field_changed",
            ],
            "PATCH /api/v4/companies/custom_fields": ["custom_field_changed"],
            "PATCH /api/v4/companies/custom_fields/{}": ["custom_field_changed"],
            "PATCH /api/v4/companies/notes": ["note_changed"],
            "PATCH /api/v4/companies/notes/{}": ["note_changed"],
            "PATCH /api/v4/companies/{}": [
                "custom_field_value_changed", "entity_tag_added", "name_field_changed",
            ],
            "PATCH /api/v4/companies/{}/notes": ["note_changed"],
            "PATCH /api/v4/companies/{}/notes/{}": ["note_changed"],
            "PATCH /api/v4/contacts": [
                "custom_field_value_changed", "entity_tag_added", "name_field_changed",
            ],
            "PATCH /api/v4/contacts/custom_fields": ["custom_field_changed"],
            "PATCH /api/v4/contacts/custom_fields/{}": ["custom_field_changed"],
            "PATCH /api/v4/contacts/notes": ["note_changed"],
            "PATCH /api/v4/contacts/notes/{}": ["note_changed"],
            "PATCH /api/v4/contacts/{}": [
                "custom_field_value_changed", "entity_tag_added", "name_field_changed",
            ],
            "PATCH /api/v4/contacts/{}/notes": ["note_changed"],
            "PATCH /api/v4/contacts/{}/notes/{}": ["note_changed"],
            "PATCH /api/v4/leads": [
                "custom_field_value_changed", "entity_tag_added", "name_field_changed",
                "sale_field_changed",
            ],
            "PATCH /api/v4/leads/custom_fields": ["custom_field_changed"],
            "PATCH /api/v4/leads/custom_fields/{}": ["custom_field_changed"],
            "PATCH /api/v4/leads/loss_reasons": ["loss_reason_changed"],
            "PATCH /api/v4/leads/loss_reasons/{}": ["loss_reason_changed"],
            "PATCH /api/v4/leads/notes": ["note_changed"],
            "PATCH /api/v4/leads/notes/{}": ["note_changed"],
            "PATCH /api/v4/leads/pipelines/{}": ["pipeline_changed"],
            "PATCH /api/v4/leads/pipelines/{}/statuses/{}": ["status_changed"],
            "PATCH /api/v4/leads/tags": ["tag_changed"],
            "PATCH /api/v4/leads/tags/{}": ["tag_changed"],
            "PATCH /api/v4/leads/{}": [
                "custom_field_value_changed", "entity_tag_added", "name_field_changed",
                "sale_field_changed",
            ],
            "PATCH /api/v4/leads/{}/notes": ["note_changed"],
            "PATCH /api/v4/leads/{}/notes/{}": ["note_changed"],
            "PATCH /api/v4/roles/{}": ["role_changed"],
            "PATCH /api/v4/tasks": ["task_result_added", "task_text_changed"],
            "PATCH /api/v4/tasks/{}": ["task_result_added", "task_text_changed"],
            "POST /api/v4/companies": ["company_added"],
            "POST /api/v4/companies/custom_fields": ["custom_field_added"],
            "POST /api/v4/companies/link": ["company_linked", "contact_linked"],
            "POST /api/v4/companies/notes": ["common_note_added"],
            "POST /api/v4/companies/notes/{}/pin": ["note_pinned"],
            "POST /api/v4/companies/notes/{}/restore": ["note_restored"],
            "POST /api/v4/companies/notes/{}/unpin": ["note_unpinned"],
            "POST /api/v4/companies/tags": ["tag_added"],
            "POST /api/v4/companies/unlink": ["company_unlinked", "contact_unlinked"],
            "POST /api/v4/companies/{}/link": ["company_linked", "contact_linked"],
            "POST /api/v4/companies/{}/notes": ["common_note_added"],
            "POST /api/v4/companies/{}/notes/{}/pin": ["note_pinned"],
            "POST /api/v4/companies/{}/notes/{}/unpin": ["note_unpinned"],
            "POST /api/v4/companies/{}/restore": ["company_restored"],
            "POST /api/v4/companies/{}/unlink": ["company_unlinked", "contact_unlinked"],
            "POST /api/v4/contacts": ["contact_added"],
            "POST /api/v4/contacts/custom_fields": ["custom_field_added"],
            "POST /api/v4/contacts/link": ["company_linked", "contact_linked"],
            "POST /api/v4/contacts/notes": ["common_note_added"],
            "POST /api/v4/contacts/notes/{}/pin": ["note_pinned"],
            "POST /api/v4/contacts/notes/{}/restore": ["note_restored"],
            "POST /api/v4/contacts/notes/{}/unpin": ["note_unpinned"],
            "POST /api/v4/contacts/tags": ["tag_added"],
            "POST /api/v4/contacts/unlink": ["company_unlinked", "contact_unlinked"],
            "POST /api/v4/contacts/{}/link": ["company_linked", "contact_linked"],
            "POST /api/v4/contacts/{}/notes": ["common_note_added"],
            "POST /api/v4/contacts/{}/notes/{}/pin": ["note_pinned"],
            "POST /api/v4/contacts/{}/notes/{}/unpin": ["note_unpinned"],
            "POST /api/v4/contacts/{}/restore": ["contact_restored"],
            "POST /api/v4/contacts/{}/unlink": ["company_unlinked", "contact_unlinked"],
            "POST /api/v4/leads": [
                "company_linked", "contact_linked", "lead_added", "lead_linked", "lead_linked",
            ],
            "POST /api/v4/leads/complex": [
                "company_added", "company_linked", "company_linked", "contact_added",
                "contact_linked", "contact_linked", "lead_added", "lead_linked", "lead_linked",
            ],
            "POST /api/v4/leads/custom_fields": ["custom_field_added"],
            "POST /api/v4/leads/link": ["company_linked", "lead_linked"],
            "POST /api/v4/leads/loss_reasons": ["loss_reason_added"],
            "POST /api/v4/leads/notes": ["common_note_added"],
            "POST /api/v4/leads/notes/{}/pin": ["note_pinned"],
            "POST /api/v4/leads/notes/{}/restore": ["note_restored"],
            "POST /api/v4/leads/notes/{}/unpin": ["note_unpinned"],
            "POST /api/v4/leads/pipelines": [
                "pipeline_added", "status_added", "status_added", "status_added", "status_added",
            ],
            "POST /api/v4/leads/pipelines/{}/statuses": ["status_added"],
            "POST /api/v4/leads/tags": ["tag_added"],
            "POST /api/v4/leads/unlink": ["company_unlinked", "lead_unlinked"],
            "POST /api/v4/leads/{}/link": ["company_linked", "lead_linked"],
            "POST /api/v4/leads/{}/notes": ["common_note_added"],
            "POST /api/v4/leads/{}/notes/{}/pin": ["note_pinned"],
            "POST /api/v4/leads/{}/notes/{}/unpin": ["note_unpinned"],
            "POST /api/v4/leads/{}/restore": ["lead_restored"],
            "POST /api/v4/leads/{}/unlink": ["company_unlinked", "lead_unlinked"],
            "POST /api/v4/roles": ["role_added"],
            "POST /api/v4/tasks": ["task_added"],
            "POST /api/v4/users": ["user_added"],
            "POST /api/v4/users/activate": ["user_changed"],
            "POST /api/v4/users/deactivate": ["user_changed"],
            "POST /ui/undo/{}": ["sale_field_changed"],
        ]
        return events.mapValues { .events($0) }.merging(silent) { first, _ in first }
    }()

    private static let silent: [String: Logged] = [
        "PATCH /ui/session": .nothing(
            "a person's own language and theme are not the company's", changes: ["members"]),
        "POST /sign-in": .nothing("a session is the person's, not the company's"),
        "POST /sign-up": .nothing("makes a company of its own, whose log begins with user_added"),
        "POST /ui/sign-in": .nothing("a session is the person's, not the company's"),
        "POST /ui/sign-out": .nothing("a session is the person's, not the company's"),
        "POST /ui/sign-up": .nothing(
            "makes a company of its own, whose log begins with user_added"),
    ]
}
