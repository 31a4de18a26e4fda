import Records
package import Vocabulary
package import Web

/// What a request wants of a contact or company; nil parts stay as they are, or are ours to choose.
package struct PartyDraft: Sendable {
    package var requestID = "0"
    package var id: Int64?
    package var name: String?
    package var firstName: String?
    package var lastName: String?
    package var ownerID: Int64?
    package var createdBy: Int64?
    package var updatedBy: Int64?
    package var createdAt: Moment?
    package var updatedAt: Moment?
    var fields: JSONValue?
    var tags = TagChanges()

    package init(name: String) { self.name = name }

    /// Reads one item of a POST or PATCH.
    package init?(_ reader: inout FieldReader, party: Party, isNew: Bool, id: Int64? = nil) {
        self.id = id
        if !isNew, id == nil {
            reader.require("id")
            self.id = reader.id("id")
        }
        name = reader.string("name", max: Party.name_characters_max)
        if party == .contact {
            firstName = reader.string("first_name", max: Party.name_characters_max)
            lastName = reader.string("last_name", max: Party.name_characters_max)
        }
        ownerID = reader.id("responsible_user_id")
        createdBy = reader.int64("created_by", in: 0 ... .max)
        updatedBy = reader.int64("updated_by", in: 0 ... .max)
        createdAt = reader.moment("created_at")
        updatedAt = reader.moment("updated_at")
        fields = reader.value("custom_fields_values")
        var refusals: [any Refusal] = []
        tags = TagChanges(reader.object, refusals: &refusals)
        for refusal in refusals { reader.refuse(refusal) }
    }

    var authorIDs: [Int64] { [createdBy, updatedBy].compactMap(\.self) }

    /// First name, then last name; a name of its own counts before that. Too long a pair is cut.
    func composedName() -> String {
        if let name { return name }
        let parts = [firstName, lastName].compactMap { $0 }.filter { !$0.isEmpty }
        return String(parts.joined(separator: " ").unicodeScalars.prefix(Party.name_characters_max))
    }
}
