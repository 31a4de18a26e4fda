package import Postgres
package import Vocabulary
package import Web

/// Filters by a moment: `filter[updated_at]=1790000000`, `filter[updated_at][from]=…&[to]=…`.
package enum MomentFilter {
    /// Unix seconds that are told apart; beyond them there is nothing to find, and PostgreSQL has
    /// no word for them.
    private static let seconds: ClosedRange<Int64> = -1...(1 << 40)

    /// ` AND …` for a WHERE, or nothing when the query does not say `key`. Both ends are included:
    /// a whole second, as the column has fractions and the client has not.
    package static func condition(
        _ query: Query, _ key: String, _ column: PostgresStatement
    ) throws(FieldRefusal) -> PostgresStatement {
        guard let range = try query.range(key) else { return "" }
        var condition: PostgresStatement = ""
        if let from = clamped(range.from) {
            condition.append(" AND \(column) >= to_timestamp(\(from))")
        }
        if let to = clamped(range.to) {
            condition.append(" AND \(column) < to_timestamp(\(to) + 1)")
        }
        return condition
    }

    package static func clamped(_ value: Int64?) -> Int64? {
        value.map { min(max($0, seconds.lowerBound), seconds.upperBound) }
    }
}
