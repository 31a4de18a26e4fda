import Testing
import Web

@Suite("the query string")
struct QueryTests {
    @Test(
        "takes a list filter in every spelling that clients send",
        arguments: [
            "filter[id]=5,6", "filter[id][]=5&filter[id][]=6", "filter[id][0]=5&filter[id][1]=6",
            "filter[id][0]=5&filter[id][0]=6", "filter%5Bid%5D%5B0%5D=5&filter%5Bid%5D%5B1%5D=6",
        ])
    func lists(_ text: String) throws {
        #expect(try Query(text: text).ids("filter[id]") == [5, 6])
    }

    @Test("takes one value, ranges with either end, and nested objects")
    func shapes() throws {
        let query = try Query(
            text: "filter[id]=5&filter[at][from]=1&filter[statuses][0][pipeline_id]=1"
                + "&filter[statuses][0][status_id]=2&filter[statuses][1][status_id]=3&order[at]=desc&with=a,b"
        )
        #expect(try query.ids("filter[id]") == [5])
        let range = try query.range("filter[at]")
        #expect(range?.from == 1 && range?.to == nil)
        #expect(
            query.objects("filter[statuses]") == [
                ["pipeline_id": "1", "status_id": "2"], ["status_id": "3"],
            ])
        #expect(query.order?.field == "at" && query.order?.isAscending == false)
        #expect(query.with == ["a", "b"])
        #expect(try query.ids("filter[none]") == nil)
    }

    @Test("decodes plus and percent, and refuses NUL and broken UTF-8")
    func decoding() throws {
        #expect(try Query(text: "q=%D0%B6+%2B").string("q") == "ж +")
        for text in ["q=%00", "q=%ff", "q=%zz", "q=%e", "%ff=1"] {
            #expect(throws: (any Error).self) { try Query(text: text) }
        }
    }

    @Test("bounds page and limit")
    func paging() throws {
        #expect(try Query(text: "").page() == 1)
        #expect(try Query(text: "limit=1000").limit() == 250)
        #expect(try Query(text: "").limit() == 50)
        for text in ["page=0", "page=-1", "page=x", "limit=0", "limit=1e3"] {
            let query = try Query(text: text)
            #expect(throws: (any Error).self) {
                _ = try query.page()
                _ = try query.limit()
            }
        }
    }
}
