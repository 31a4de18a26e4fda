import Hummingbird
package import Records
package import Vocabulary
package import Web

/// What a client says of a deal, on create and on update; nil: nothing said.
package struct DealItem: Sendable {
    static let name_characters_max = 255
    /// Contacts that one request may put on a deal.
    static let contacts_max = 50

    package var id: Int64?
    package var name: String?
    package var amount: Money?
    package var pipelineID: Int64?
    package var stageID: Int64?
    package var ownerID: Int64?
    package var lossReasonID: Int64?
    package var createdBy: Int64?
    package var createdAt: Moment?
    package var closedAt: Moment?
    /// amoCRM's `custom_fields_values`.
    package var fields: JSONValue?
    package var tags = TagChanges()
    /// Contacts to be linked; the flag: the main one.
    package var contacts: [(id: Int64, isMain: Bool?)] = []
    package var companyID: Int64?

    package init(id: Int64? = nil, name: String? = nil) {
        self.id = id
        self.name = name
    }

    /// Source: amocrm-api 5.4 and 5.5; `price` replaces the whole amount, minor units included.
    init(_ reader: inout FieldReader, isUpdate: Bool, id: Int64? = nil) {
        self.id = id ?? (isUpdate ? reader.id("id") : nil)
        if isUpdate, id == nil { reader.require("id") }
        name = reader.filledString("name", max: Self.name_characters_max)
        amount = reader.money("price_with_minor_units") ?? reader.money("price")
        pipelineID = reader.id("pipeline_id")
        stageID = reader.id("status_id")
        ownerID = reader.id("responsible_user_id")
        lossReasonID = reader.id("loss_reason_id")
        createdBy = reader.int64("created_by", in: 0 ... .max)
        createdAt = reader.moment("created_at")
        closedAt = reader.moment("closed_at")
        fields = reader.value("custom_fields_values")
        var refusals: [any Refusal] = []
        tags = TagChanges(reader.object, refusals: &refusals)
        for refusal in refusals { reader.refuse(refusal) }
        guard var embedded = reader.object("_embedded") else { return }
        for var contact in embedded.objects("contacts", max: Self.contacts_max) ?? [] {
            contact.require("id")
            if let id = contact.id("id") { contacts.append((id, contact.bool("is_main"))) }
        }
        for var company in embedded.objects("companies", max: 1) ?? [] {
            company.require("id")
            companyID = company.id("id")
        }
    }

    /// Says something beyond the deal's own columns, so that the write needs a transaction of
    /// several statements.
    var reachesFurther: Bool {
        fields != nil || !tags.isEmpty || !contacts.isEmpty || companyID != nil
    }
}
