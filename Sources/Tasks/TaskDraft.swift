import Records
package import Vocabulary
package import Web

/// What a request wants of a task; nil parts stay as they are, or are ours to choose.
package struct TaskDraft: Sendable {
    /// What the task is to hang on.
    package enum Card: Sendable, Hashable {
        /// Not said: as it is.
        case unsaid
        /// On nothing.
        case none
        case on(EntityType, Int64)
    }

    package var requestID = "0"
    package var id: Int64?
    package var text: String?
    package var dueAt: Moment?
    package var card: Card = .unsaid
    /// One of `kindIDs`.
    package var kindID: Int64?
    package var ownerID: Int64?
    package var duration_s: Int64?
    package var isCompleted: Bool?
    package var result: String?
    package var createdBy: Int64?
    package var updatedBy: Int64?
    package var createdAt: Moment?
    package var updatedAt: Moment?

    /// amoCRM's types of task that every account has: 1 call, 2 meeting. `account` names them.
    static let kindIDs: ClosedRange<Int64> = 1...2
    /// Characters, as in the table's CHECK.
    static let text_characters_max = 4000
    static let result_characters_max = 4000
    /// A year.
    static let duration_s_max: Int64 = 366 * 86_400

    package init(text: String, dueAt: Moment) {
        self.text = text
        self.dueAt = dueAt
    }

    /// A change of one task.
    package init(id: Int64) { self.id = id }

    /// Reads one item of a POST or PATCH.
    package init?(_ reader: inout FieldReader, isNew: Bool, id: Int64? = nil) {
        self.id = id
        if isNew {
            reader.require("text")
            reader.require("complete_till")
        } else if id == nil {
            reader.require("id")
            self.id = reader.id("id")
        }
        text = reader.filledString("text", max: Self.text_characters_max)
        dueAt = reader.moment("complete_till")
        kindID = reader.id("task_type_id")
        if let kindID, !Self.kindIDs.contains(kindID) {
            reader.refuse(FieldRefusal.notAChoice("task_type_id"))
        }
        ownerID = reader.id("responsible_user_id")
        duration_s = reader.int64("duration", in: 0...Self.duration_s_max)
        isCompleted = reader.bool("is_completed")
        createdBy = reader.int64("created_by", in: 0 ... .max)
        updatedBy = reader.int64("updated_by", in: 0 ... .max)
        createdAt = reader.moment("created_at")
        updatedAt = reader.moment("updated_at")
        // The empty result reads back as `[]`, and clients send it back so.
        if reader.value("result") != .array([]), var inner = reader.object("result") {
            result = inner.string("text", max: Self.result_characters_max)
        }
        readCard(&reader)
    }

    var authorIDs: [Int64] { [createdBy, updatedBy].compactMap(\.self) }

    private mutating func readCard(_ reader: inout FieldReader) {
        let id = reader.int64("entity_id", in: 0 ... .max)
        let word = reader.string("entity_type")
        if reader.isNull("entity_id") || id == 0 {
            card = .none
            return
        }
        guard let id else { return }
        guard let word else {
            reader.require("entity_type")
            return
        }
        guard let entity = EntityType(plural: word), EntityType.cards.contains(entity) else {
            reader.refuse(FieldRefusal.notAChoice("entity_type"))
            return
        }
        card = .on(entity, id)
    }
}
