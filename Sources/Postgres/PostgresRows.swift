import CLibPQ

/// Owns one PGresult.
///
/// Unchecked: libpq never changes a result after PQgetResult has returned it, and the only write,
/// PQclear, happens
/// when the last reference is gone.
@safe final class ResultBox: @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }
    deinit { unsafe PQclear(pointer) }
}

/// The rows of one statement, still in libpq's memory; columns are read where they lie.
package struct PostgresRows: Sendable, RandomAccessCollection {
    let box: ResultBox?
    package let count: Int

    init(_ box: ResultBox) {
        self.box = box
        count = unsafe Int(PQntuples(box.pointer))
    }

    /// No rows at all.
    package init() {
        box = nil
        count = 0
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { count }
    package subscript(index: Int) -> PostgresRow {
        guard let box, index >= 0, index < count else {
            preconditionFailure("row \(index) of \(count)")
        }
        return PostgresRow(box: box, index: Int32(index))
    }

    /// Rows inserted, updated, deleted, selected or copied.
    package var affected: Int {
        guard let box, let text = unsafe PQcmdTuples(box.pointer) else { return 0 }
        return unsafe Int(String(cString: text)) ?? 0
    }

    /// The command tag, e.g. `UPDATE 1`.
    package var commandTag: String {
        guard let box, let text = unsafe PQcmdStatus(box.pointer) else { return "" }
        return unsafe String(cString: text)
    }

    package var columnCount: Int { box.map { unsafe Int(PQnfields($0.pointer)) } ?? 0 }

    package var columnNames: [String] {
        guard let box else { return [] }
        return (0..<columnCount).map { column in
            guard let name = unsafe PQfname(box.pointer, Int32(column)) else { return "" }
            return unsafe String(cString: name)
        }
    }

    /// The single row of a statement that must give exactly one.
    package func one(
        file: String = #fileID, line: Int = #line
    ) throws(PostgresError) -> PostgresRow {
        guard count == 1 else {
            throw PostgresError(
                .decoding, "expected one row, got \(count)", file: file, line: line)
        }
        return self[0]
    }
}

/// One row. Columns are read by position (fast) or by name.
package struct PostgresRow: Sendable {
    let box: ResultBox
    let index: Int32

    /// Positional: `let (id, name) = try row.decode(Int64.self, String?.self)`.
    package func decode<each Value: PostgresDecodable>(
        _ types: repeat (each Value).Type, file: String = #fileID, line: Int = #line
    ) throws(PostgresError) -> (repeat each Value) {
        var column = -1
        func next() -> Int {
            column += 1
            return column
        }
        return (repeat try self.decode(next(), as: (each Value).self, file: file, line: line))
    }

    package func decode<Value: PostgresDecodable>(
        _ column: Int, as type: Value.Type = Value.self, file: String = #fileID,
        line: Int = #line
    ) throws(PostgresError) -> Value {
        do {
            return unsafe try withCell(column) { cell throws(PostgresError) in
                guard let value = unsafe Value(postgres: cell) else {
                    throw PostgresError(
                        .decoding, mismatch(column, "\(type)"), file: file, line: line)
                }
                return value
            }
        }
    }

    package func decode<Value: PostgresDecodable>(
        _ column: String, as type: Value.Type = Value.self, file: String = #fileID,
        line: Int = #line
    ) throws(PostgresError) -> Value {
        let number = unsafe PQfnumber(box.pointer, "\"\(column)\"")
        guard number >= 0 else {
            throw PostgresError(.decoding, "no column \(column)", file: file, line: line)
        }
        return try decode(Int(number), as: type, file: file, line: line)
    }

    /// The column as PostgreSQL wrote it; nil: NULL, or no such column.
    package func text(_ column: Int) -> String? {
        unsafe withCell(column) {
            unsafe $0.isNull ? nil : unsafe String(decoding: $0.bytes, as: UTF8.self)
        }
    }

    /// The column's text as a collection of bytes in place: give it to a ByteBuffer and it is
    /// copied once.
    /// nil: NULL, or no such column.
    package func bytes(_ column: Int) -> PostgresBytes? {
        unsafe withCell(column) { cell in
            unsafe cell.isNull ? nil : unsafe PostgresBytes(box: box, buffer: cell.bytes)
        }
    }

    package func isNull(_ column: Int) -> Bool { unsafe withCell(column) { unsafe $0.isNull } }

    private func withCell<Result, Failure: Error>(
        _ column: Int, _ body: (PostgresCell) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let number = Int32(truncatingIfNeeded: column)
        guard number >= 0, unsafe number < PQnfields(box.pointer),
            unsafe PQgetisnull(box.pointer, index, number) == 0,
            let start = unsafe PQgetvalue(box.pointer, index, number)
        else {
            return try unsafe body(PostgresCell(isNull: true, bytes: .init(start: nil, count: 0)))
        }
        let length = unsafe Int(PQgetlength(box.pointer, index, number))
        return try unsafe body(
            PostgresCell(
                isNull: false, bytes: UnsafeRawBufferPointer(start: start, count: length)))
    }

    private func mismatch(_ column: Int, _ type: String) -> String {
        let fields = unsafe Int(PQnfields(box.pointer))
        guard column < fields else { return "no column \(column), there are \(fields)" }
        let name = unsafe PQfname(box.pointer, Int32(column)).map { unsafe String(cString: $0) }
        return
            "column \(name ?? "") (\(column)) is not \(type): \(text(column)?.prefix(80) ?? "NULL")"
    }
}

/// The bytes of one column, kept alive by holding their result.
///
/// Unchecked: nobody writes to a result's memory (see ResultBox).
@safe package struct PostgresBytes: @unchecked Sendable, RandomAccessCollection {
    private let box: ResultBox
    private let buffer: UnsafeRawBufferPointer

    init(box: ResultBox, buffer: UnsafeRawBufferPointer) {
        self.box = box
        unsafe self.buffer = unsafe buffer
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { unsafe buffer.count }
    package subscript(index: Int) -> UInt8 {
        unsafe buffer[index]
    }

    package func withContiguousStorageIfAvailable<Result>(
        _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
    ) rethrows -> Result? {
        defer { withExtendedLifetime(box) {} }
        return try unsafe buffer.withMemoryRebound(to: UInt8.self) { try unsafe body($0) }
    }
}
