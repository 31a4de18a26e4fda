import HTTPTypes
import NIOCore
import Testing
import Vocabulary

@testable import Web

@Suite("what travels over the wire")
struct WireTests {
    @Test(
        "an HTTP date is read in the one form that is still written",
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199),
            ("Fri, 01 Mar 2024 00:00:00 GMT", 1_709_251_200),
            ("Thu, 31 Dec 2099 23:59:59 GMT", 4_102_444_799),
        ] as [(String, Int64)])
    func dates(text: String, seconds: Int64) {
        #expect(HTTPDate.parse(text)?.seconds == seconds)
    }

    @Test(
        "anything else is no HTTP date",
        arguments: [
            "", "yesterday", "1790000000", "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37", "Sun, 6 Nov 1994 08:49:37 GMT",
            "Thu, 30 Feb 2024 00:00:00 GMT", "Thu, 29 Feb 2023 00:00:00 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:49:37 MSK",
            "Sun, 06 Nov 1969 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
        ])
    func noDates(text: String) {
        #expect(HTTPDate.parse(text) == nil)
    }

    @Test("texts keep their commas, ids are split at them")
    func texts() throws {
        let query = try Query(
            text:
                "filter[name]=a,b&filter[name][]=c&filter[id]=5,6&filter[x][7][from]=1&filter[x][8]=2"
        )
        #expect(query.texts("filter[name]") == ["a,b", "c"])
        #expect(query.texts("filter[none]") == nil)
        #expect(query.list("filter[name]") == ["a", "b", "c"])
        #expect(query.words(under: "filter[x]") == ["7", "8"])
    }

    @Test("a moment may have a fraction, as clients with one kind of number send it")
    func moments() throws {
        func read(_ json: String) throws -> (Moment?, [String]) {
            guard case .object(let object) = try JSONParser.parse(Array("{\"at\":\(json)}".utf8))
            else { return (nil, []) }
            var reader = FieldReader(object)
            let moment = reader.moment("at")
            return (moment, reader.refusals.map(\.code))
        }
        #expect(try read("1790000000.75") == (Moment(seconds: 1_790_000_000), []))
        #expect(try read("1790000000") == (Moment(seconds: 1_790_000_000), []))
        for wrong in ["-1.5", "1e30", "99999999999", "\"x\""] {
            let (moment, codes) = try read(wrong)
            #expect(moment == nil && codes.count == 1, "\(wrong) \(codes)")
        }
    }

    @Test("a 401 says by its type, right before the status, that a token is to be refreshed")
    func unauthorized() {
        let text = String(buffer: Problem(.unauthorized).json(.en, requestID: "r-1").buffer)
        #expect(
            text.contains(
                "OAuthProblemJson\",\"status\":401"), "\(text)")
        #expect(
            String(buffer: Problem(.forbidden).json(.en, requestID: "r-1").buffer).contains(
                "\"type\":\"https://httpstatus.es/403\""))
    }
}
