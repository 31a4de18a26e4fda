import Testing
import Vocabulary
import Web

@Suite("reading the fields of a request")
struct FieldReaderTests {
    private func reader(_ text: String) throws -> FieldReader {
        try JSONParser.parse(Array(text.utf8)).reader()
    }

    private func refused(_ reader: FieldReader) -> [String] {
        reader.refusals.map { "\($0.path) \($0.code)" }
    }

    @Test("absent and null give nothing, and are told apart")
    func absence() throws {
        var fields = try reader(#"{"a": null}"#)
        #expect(fields.string("a") == nil)
        #expect(fields.int64("b") == nil)
        #expect(fields.isNull("a") && !fields.has("b"))
        #expect(fields.refusals.isEmpty)
    }

    @Test("collects everything that is wrong, with paths")
    func wrong() throws {
        var fields = try reader(
            #"{"name": 5, "price": -1, "status_id": "x", "ids": [1, "2"], "at": 253402300800, "o": [{"v": true}]}"#
        )
        _ = fields.string("name")
        _ = fields.money("price")
        _ = fields.id("status_id")
        _ = fields.ids("ids")
        _ = fields.moment("at")
        for var object in fields.objects("o") ?? [] { _ = object.string("v") }
        fields.require("missing")
        #expect(
            refused(fields) == [
                "name InvalidType", "price InvalidValue", "status_id InvalidType",
                "ids.1 InvalidType",
                "at InvalidValue", "o.0.v InvalidType", "missing FieldMissing",
            ])
        #expect(throws: BatchRefusal.self) { try fields.finish() }
    }

    @Test("counts characters, not bytes, against the longest text")
    func length() throws {
        var fields = try reader(#"{"a": "жжж", "b": "жжжж"}"#)
        #expect(fields.string("a", max: 3) == "жжж")
        #expect(fields.string("b", max: 3) == nil)
        #expect(refused(fields) == ["b TooLong"])
    }

    @Test("money takes fractions to the kopeck and refuses absurd sums")
    func money() throws {
        var fields = try reader(
            #"{"a": 10, "b": 10.556, "c": 1e300, "d": 9223372036854775807, "e": 1000000000000000}"#)
        #expect(fields.money("a") == Money(minor: 1000))
        #expect(fields.money("b") == Money(minor: 1056))
        #expect(fields.money("c") == nil)
        #expect(fields.money("d") == nil)
        #expect(fields.money("e") == Money.largest)
        #expect(refused(fields) == ["c InvalidValue", "d InvalidValue"])
    }

    @Test("a batch is refused as a whole, each item under its own name")
    func batch() throws {
        let body = try JSONParser.parse(
            Array(#"[{"n": "a"}, {"n": 1, "request_id": "mine"}, 5]"#.utf8))
        do {
            _ = try Batch.items(body) { $0.string("n") }
            Issue.record("wrong items were taken")
        } catch let error as BatchRefusal {
            #expect(error.items.map(\.requestID) == ["mine", "2"])
        }
        let good = try Batch.items(.array([.object(["n": .string("a")])])) { $0.string("n") }
        #expect(good.map(\.value) == ["a"])
        #expect(good.map(\.requestID) == ["0"])
    }

    @Test("a batch has a largest size")
    func tooMany() {
        let body = JSONValue.array(Array(repeating: .object([:]), count: 251))
        #expect(throws: FieldRefusal.self) { _ = try Batch.items(body) { _ in 1 } }
    }
}
