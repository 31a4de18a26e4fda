/// A "no" that a user can meet: bad input, no right, not found, a lost race. Each slice has one
/// enum of them.
///
/// `code` and `path` are for programs and are never translated; `detail` is for people.
/// Anything thrown that is not a Refusal is our bug: it is logged loudly and answered with a quiet
/// 500.
package protocol Refusal: Error, Sendable {
    /// The HTTP status, 400...499 (or 503 when a part we need is down).
    var status: Int { get }
    /// The field's own word for it, e.g. `InvalidType`, `NotSupportedChoice`, `FieldMissing`,
    /// `TooLong`, `InvalidValue`.
    var code: String { get }
    /// Dotted path of the offending field inside the item (`status_id`,
    /// `custom_fields_values.0.field_id`), or "".
    var path: String { get }
    var detail: Text { get }
}

/// A value in the request that cannot be taken. The most common refusal, shared by all slices.
package struct FieldRefusal: Refusal, Hashable {
    package let status: Int
    package let code: String
    package let path: String
    package let detail: Text

    package init(_ path: String, code: String = "InvalidValue", status: Int = 400, _ detail: Text) {
        self.status = status
        self.code = code
        self.path = path
        self.detail = detail
    }
}

/// The whole batch is rejected because of these items; nothing was written.
package struct BatchRefusal: Error, Sendable {
    package struct Item: Sendable {
        /// What the client called the item, or its index as a string.
        package let requestID: String
        package let refusals: [any Refusal]

        package init(requestID: String, refusals: [any Refusal]) {
            self.requestID = requestID
            self.refusals = refusals
        }
    }
    package let items: [Item]

    package init(_ items: [Item]) { self.items = items }
}

/// The answer for an id that does not exist, or that this actor may not see: the two are never
/// told apart.
package struct NotFound: Error, Sendable {
    package init() {}
}
