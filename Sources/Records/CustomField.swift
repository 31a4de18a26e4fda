package import Vocabulary

/// A field that the company itself added to its deals, contacts or companies, or one of the
/// predefined ones
/// (phone, e-mail, ...). The value lives on the record's row: `fields = {"<id>": value}`.
package struct CustomField: Sendable, Hashable {
    /// What kind of value it takes, and how that looks in `fields`.
    package enum Kind: String, Sendable, CaseIterable {
        /// A string: one line, many lines, a web address.
        case text, textarea, url
        /// A decimal number as a string, exact; also in `field_numbers`.
        case numeric
        /// `true`; unticked is absent.
        case checkbox
        /// An option's id; ids of options.
        case select, multiselect
        /// `"2026-11-30"` in the tenant's calendar; also in `field_numbers` as days since
        /// 1970-01-01.
        case date
        /// `[{"value": "+7…", "code": "WORK"}]`
        case multitext

        /// The number that amoCRM gives the type in events. Source: its v2 API, `field_type`.
        package var number: Int {
            switch self {
            case .text: 1
            case .numeric: 2
            case .checkbox: 3
            case .select: 4
            case .multiselect: 5
            case .date: 6
            case .url: 7
            case .multitext: 8
            case .textarea: 9
            }
        }
        package var isNumbered: Bool { self == .numeric || self == .date }
        package var hasOptions: Bool { self == .select || self == .multiselect }
    }

    package struct Option: Sendable, Hashable {
        package let id: Int64
        package let value: String
        package let code: String?

        package init(id: Int64, value: String, code: String?) {
            self.id = id
            self.value = value
            self.code = code
        }
    }

    package let id: Int64
    package let entity: EntityType
    package let name: String
    package let kind: Kind
    /// A stable name for programs: `PHONE`.
    package let code: String?
    /// Choices of select and multiselect; kinds of number or address (`WORK`) of multitext.
    package let options: [Option]

    package init(
        id: Int64, entity: EntityType, name: String, kind: Kind, code: String?, options: [Option]
    ) {
        self.id = id
        self.entity = entity
        self.name = name
        self.kind = kind
        self.code = code
        self.options = options
    }

    func option(id: Int64) -> Option? { options.first { $0.id == id } }
    func option(code: String) -> Option? { options.first { $0.code == code } }
    func option(value: String) -> Option? { options.first { $0.value == value } }

    /// Characters of a text or url value.
    package static let text_characters_max = 256 * 4
    package static let textarea_characters_max = 20_000
    /// Values of one multitext or multiselect field.
    package static let values_max = 50
    /// amoCRM's own bound on the values of one record in one request.
    package static let fieldsPerRecord_max = 200
}
