import Foundation
import Testing

@testable import Postgres

@Suite("A statement binds what is interpolated")
struct StatementTests {
    @Test("values become binds, names are quoted, pieces are renumbered")
    func interpolation() {
        let piece: PostgresStatement = "owner_id = \(7 as Int64) OR note = \("$1")"
        let none: Int64? = nil
        let table = PostgresIdentifier(literal: "deals")
        let statement: PostgresStatement =
            "SELECT id FROM \(ident: table) WHERE a = \(true) AND (\(piece)) AND b = \(none)"
        #expect(
            statement.sql
                == "SELECT id FROM \"deals\" WHERE a = $1 AND (owner_id = $2 OR note = $3) AND b = $4"
        )
        #expect(statement.binds == [.bool(true), .int8(7), .text("$1"), .null(.int8)])
        #expect(statement.appended(" LIMIT \(5)").sql.hasSuffix("b = $4 LIMIT $5"))
    }

    @Test("a name that would need escaping is none")
    func identifiers() {
        #expect(PostgresIdentifier("t_1abc")?.quoted == "\"t_1abc\"")
        for bad in ["", "1a", "A", "a\"b", "a b", "а", String(repeating: "a", count: 64)] {
            #expect(PostgresIdentifier(bad) == nil)
        }
    }

    @Test("every bindable type comes back as it went")
    func roundTrip() async throws {
        try await withPool { pool in
            let id = UUID()
            let rows = try await pool.query(
                """
                SELECT \(Int64.min), \(Int32.max), \(false), \(0.1), \("тест \u{1F600} \"\\")::text,
                    \(JSONText("{\"a\": [1]}")), \([UInt8]([0, 255, 10])), \(id),
                    \([Int64.max, -1]), \(["a,b", "\"", "", "NULL", "\\"]), \([Int64]()),
                    \([true, false]), \([String]())
                """)
            let row = try rows.one()
            let values = try row.decode(
                Int64.self, Int32.self, Bool.self, Double.self, String.self, JSONText.self,
                [UInt8].self, UUID.self, [Int64].self, [String].self, [Int64].self, [Bool].self,
                [String].self)
            #expect(values.0 == .min)
            #expect(values.1 == .max)
            #expect(values.2 == false)
            #expect(values.3 == 0.1)
            #expect(values.4 == "тест \u{1F600} \"\\")
            #expect(values.5.text == "{\"a\": [1]}")
            #expect(values.6 == [0, 255, 10])
            #expect(values.7 == id)
            #expect(values.8 == [.max, -1])
            #expect(values.9 == ["a,b", "\"", "", "NULL", "\\"])
            #expect(values.10.isEmpty)
            #expect(values.11 == [true, false])
            #expect(values.12.isEmpty)
        }
    }

    @Test("a timestamp is read to the microsecond, before 1970 too")
    func timestamps() async throws {
        try await withPool { pool in
            for value in [0, 1_795_500_000_123_456, -1, -62_135_596_800_000_000] as [Int64] {
                let rows = try await pool.query("SELECT \(bind: .timestamptz(value))")
                #expect(try rows.one().decode(0, as: Stamp.self).microseconds == value)
            }
        }
    }

    private struct Stamp: PostgresDecodable {
        let microseconds: Int64
        init?(postgres cell: PostgresCell) {
            guard let value = unsafe parseTimestamp(cell) else { return nil }
            microseconds = value
        }
    }

    @Test("NULL is nil, and an error for who does not expect it; columns have names")
    func nulls() async throws {
        try await withPool { pool in
            let none: String? = nil
            let row = try await pool.query("SELECT \(none)::text AS a, 'x' AS b").one()
            #expect(try row.decode("a", as: String?.self) == nil)
            #expect(try row.decode("b", as: String.self) == "x")
            #expect(row.bytes(1).map(Array.init) == [120])
            #expect(await errorOf { try row.decode("a", as: String.self) }?.code == .decoding)
            #expect(await errorOf { try row.decode(1, as: Int64.self) }?.code == .decoding)
            #expect(await errorOf { try row.decode(2, as: String.self) }?.code == .decoding)
            #expect(await errorOf { try row.decode("c", as: String.self) }?.code == .decoding)
        }
    }

    @Test("a NUL character never reaches PostgreSQL")
    func nul() async throws {
        try await withPool { pool in
            let error = await errorOf { try await pool.query("SELECT \("a\0b")::text") }
            #expect(error?.code == .encoding)
            #expect(error?.sqlState == "22021")
        }
    }
}
