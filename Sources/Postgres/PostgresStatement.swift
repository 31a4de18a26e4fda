/// SQL with `$1…$n` and the values bound to them. Written as a literal, so that a value can only
/// ever be a bind:
///
///     let statement: PostgresStatement = "SELECT name FROM deals WHERE id = \(id)"
///
/// Statements are prepared once per connection by their text, so keep the text constant: pass
/// lists as one array
/// (`id = ANY(\(ids))`), never as a growing row of binds.
package struct PostgresStatement: Sendable, ExpressibleByStringInterpolation {
    package private(set) var sql: String
    package private(set) var binds: [PostgresBind]

    package init(stringLiteral value: String) {
        sql = value
        binds = []
    }

    package init(stringInterpolation interpolation: StringInterpolation) {
        sql = interpolation.sql
        binds = interpolation.binds
    }

    /// Trusted SQL from a file of ours (migrations, baselines); never text that a user touched.
    package init(unsafeSQL sql: String, binds: [PostgresBind] = []) {
        self.sql = sql
        self.binds = binds
    }

    /// This statement followed by another; the binds of the second are renumbered.
    package func appended(_ other: PostgresStatement) -> PostgresStatement {
        var copy = self
        copy.append(other)
        return copy
    }

    package mutating func append(_ other: PostgresStatement) {
        sql += other.binds.isEmpty ? other.sql : other.renumbered(by: binds.count)
        binds += other.binds
    }

    /// `$n` becomes `$(n + offset)`. Text in quotes never holds `$n` in our statements: values are
    /// binds.
    private func renumbered(by offset: Int) -> String {
        guard offset > 0 else { return sql }
        var result: [UInt8] = []
        result.reserveCapacity(sql.utf8.count + binds.count * 2)
        var number: Int? = nil
        for byte in sql.utf8 {
            if let soFar = number, byte >= 48, byte <= 57 {
                number = soFar * 10 + Int(byte - 48)
                continue
            }
            if let finished = number {
                if finished > 0 { result += String(finished + offset).utf8 }
                number = nil
            }
            result.append(byte)
            if byte == 36 { number = 0 }
        }
        if let finished = number, finished > 0 { result += String(finished + offset).utf8 }
        return String(decoding: result, as: UTF8.self)
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var sql = ""
        fileprivate var binds: [PostgresBind] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            sql.reserveCapacity(literalCapacity + interpolationCount * 3)
            binds.reserveCapacity(interpolationCount)
        }

        package mutating func appendLiteral(_ literal: String) { sql += literal }

        package mutating func appendInterpolation<Value: PostgresBindable>(_ value: Value) {
            bind(value.postgresBind)
        }

        /// A separate overload: one generic over Optional makes the type checker crawl.
        package mutating func appendInterpolation<Value: PostgresBindable>(_ value: Value?) {
            bind(value.map(\.postgresBind) ?? .null(Value.postgresType))
        }

        package mutating func appendInterpolation(bind: PostgresBind) { self.bind(bind) }

        /// A table, column, schema or role by name.
        package mutating func appendInterpolation(ident: PostgresIdentifier) { sql += ident.quoted }

        /// A whole piece of SQL with its own binds.
        package mutating func appendInterpolation(_ statement: PostgresStatement) {
            sql += statement.renumbered(by: binds.count)
            binds += statement.binds
        }

        /// A trusted literal of ours: `\(unsafeSQL: "FOR UPDATE")`.
        package mutating func appendInterpolation(unsafeSQL literal: StaticString) {
            sql += literal.description
        }

        private mutating func bind(_ value: PostgresBind) {
            binds.append(value)
            sql += "$"
            sql += String(binds.count)
        }
    }
}

/// A name in SQL. Only `[a-z_][a-z0-9_]*` of at most 63 bytes, so that quoting can never be
/// escaped.
package struct PostgresIdentifier: Sendable, Hashable, CustomStringConvertible {
    package let name: String

    /// PostgreSQL's NAMEDATALEN - 1.
    package static let length_bytes_max = 63

    /// nil: not a name we would ever make.
    package init?(_ name: String) {
        guard !name.isEmpty, name.utf8.count <= Self.length_bytes_max else { return nil }
        for (index, byte) in name.utf8.enumerated() {
            let isLetter = (byte >= 97 && byte <= 122) || byte == 95
            let isDigit = byte >= 48 && byte <= 57
            guard isLetter || (isDigit && index > 0) else { return nil }
        }
        self.name = name
    }

    package init(literal: StaticString) {
        guard let identifier = PostgresIdentifier(literal.description) else {
            preconditionFailure("\(literal) is not an identifier")
        }
        self = identifier
    }

    package var quoted: String { "\"\(name)\"" }
    package var description: String { name }
}
