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
    package var lossReason: Said<Int64> = .nothing
    package var createdBy: Int64?
    package var updatedBy: Int64?
    package var createdAt: Moment?
    package var updatedAt: Moment?
    package var closedAt: Moment?
    /// amoCRM's `custom_fields_values`.
    package var fields: JSONValue?
    package var tags = TagChanges()
    /// Contacts to be linked; the flag: the main one.
    package var contacts: [(id: Int64, isMain: Bool?)] = []
    package var companyID: Int64?
    /// Our own additions: where the deal came from, and when it should be won.
    var channel: Said<DealChannel> = .nothing
    var expectedCloseOn: Said<Day> = .nothing

    package init(id: Int64? = nil, name: String? = nil) {
        self.id = id
        self.name = name
    }

    /// Source: amocrm-api 5.4 and 5.5; `price` replaces the whole amount, minor units included.
    ///
    /// - Parameter linksCards: whether `_embedded` names contacts and a company that are there
    ///   already; false: they come with the deal, and the caller reads them.
    package init(
        _ reader: inout FieldReader, isUpdate: Bool, id: Int64? = nil, linksCards: Bool = true
    ) {
        self.id = id ?? (isUpdate ? reader.id("id") : nil)
        if isUpdate, id == nil { reader.require("id") }
        name = reader.filledString("name", max: Self.name_characters_max)
        amount = reader.money("price_with_minor_units") ?? reader.money("price")
        pipelineID = reader.id("pipeline_id")
        stageID = reader.id("status_id")
        ownerID = reader.id("responsible_user_id")
        if reader.isNull("loss_reason_id") {
            lossReason = .empty
        } else if let id = reader.id("loss_reason_id") {
            lossReason = .value(id)
        }
        createdBy = reader.int64("created_by", in: 0 ... .max)
        updatedBy = reader.int64("updated_by", in: 0 ... .max)
        createdAt = reader.moment("created_at")
        updatedAt = reader.moment("updated_at")
        closedAt = reader.moment("closed_at")
        channel = DealChannel.read(&reader)
        expectedCloseOn = Self.day("expected_close_on", &reader)
        fields = reader.value("custom_fields_values")
        var refusals: [any Refusal] = []
        tags = TagChanges(reader.object, refusals: &refusals)
        for refusal in refusals { reader.refuse(refusal) }
        guard linksCards, var embedded = reader.object("_embedded") else { return }
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

    /// Says something of a new deal that its usual row does not have.
    var hasFurtherColumns: Bool {
        channel != .nothing || expectedCloseOn != .nothing || updatedBy != nil || updatedAt != nil
    }

    /// `2026-11-30`; null empties it.
    private static func day(_ key: String, _ reader: inout FieldReader) -> Said<Day> {
        if reader.isNull(key) { return .empty }
        guard let text = reader.string(key, max: 10) else { return .nothing }
        guard text.utf8.count == 10, let day = Day(text, timeZone: "UTC"), days.contains(day.number)
        else {
            reader.refuse(FieldRefusal.invalidValue(key))
            return .nothing
        }
        return .value(day)
    }

    /// 1970-01-01...2099-12-31, as for moments.
    private static let days: ClosedRange<Int64> = 0...47_481
}

/// Where a client came from. The words are the table's.
enum DealChannel: String, Sendable, CaseIterable {
    case phone, site, mail, telegram, whatsapp, vk, office

    static func read(_ reader: inout FieldReader) -> Said<DealChannel> {
        if reader.isNull("channel") { return .empty }
        guard let word = reader.string("channel") else { return .nothing }
        guard let channel = DealChannel(rawValue: word) else {
            reader.refuse(FieldRefusal.notAChoice("channel"))
            return .nothing
        }
        return .value(channel)
    }
}
