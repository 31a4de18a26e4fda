package import Postgres
package import Vocabulary

/// A moment is a `timestamptz`: both count microseconds.
extension Moment: PostgresBindable, PostgresDecodable, PostgresArrayElement {
    package static var postgresType: PostgresType { .timestamptz }
    package static var postgresArrayType: PostgresType { .timestamptzArray }
    package var postgresBind: PostgresBind { .timestamptz(microseconds) }

    package static func postgresBind(_ array: [Moment]) -> PostgresBind {
        .timestamptzArray(array.map(\.microseconds))
    }

    package init?(postgres cell: PostgresCell) {
        guard let microseconds = unsafe parseTimestamp(cell) else { return nil }
        self.init(microseconds: microseconds)
    }
}
