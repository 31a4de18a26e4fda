import Records
import Testing
import Vocabulary
import Web

@Suite("values of custom fields")
struct FieldValueTests {
    static let fields = CustomFields(
        .deal,
        CustomField.Kind.allCases.enumerated().map { place, kind in
            CustomField(
                id: Int64(place + 1), entity: .deal, name: kind.rawValue, kind: kind,
                code: kind.rawValue.uppercased(),
                options: kind.hasOptions || kind == .multitext
                    ? [
                        .init(id: 100, value: "Сайт", code: "WORK"),
                        .init(id: 101, value: "Звонок", code: "MOB"),
                    ]
                    : [])
        })

    /// What a request with these `values` for the field of this kind stores, or the path and code
    /// of the refusal.
    static func stored(_ kind: CustomField.Kind, _ values: String) throws -> String {
        let json = try JSONParser.parse(
            Array(
                "[{\"field_code\":\"\(kind.rawValue.uppercased())\",\"field_id\":null,\"values\":\(values)}]"
                    .utf8))
        var refusals: [any Refusal] = []
        let changes = FieldChanges(
            json, fields: fields, timeZone: "Europe/Moscow", refusals: &refusals)
        if let refusal = refusals.first {
            return "\(refusal.code) \(refusal.path.replacing("custom_fields_values.0.", with: ""))"
        }
        return changes.changes.first?.value?.json.text ?? "cleared"
    }

    @Test(
        "each kind takes what it can and names what it cannot",
        arguments: [
            (.text, "[{\"value\":\"да\"}]", "\"да\""), (.text, "[{\"value\":5}]", "\"5\""),
            (.text, "[{\"value\":\"\"}]", "cleared"), (.text, "null", "cleared"),
            (.text, "[]", "cleared"),
            (.text, "[{\"value\":true}]", "InvalidType values.0.value"),
            (.text, "{}", "InvalidType values"),
            (.text, "[1]", "InvalidType values.0"),
            (.text, "[{\"value\":\"a\"},{\"value\":\"b\"}]", "TooMany values"),
            (.numeric, "[{\"value\":\"12.50\"}]", "\"12.5\""),
            (.numeric, "[{\"value\":12}]", "\"12\""),
            (.numeric, "[{\"value\":\"-0,0\"}]", "\"0\""),
            (.numeric, "[{\"value\":\"007\"}]", "\"7\""),
            (.numeric, "[{\"value\":0.25}]", "\"0.25\""),
            (.numeric, "[{\"value\":\"12e5\"}]", "InvalidValue values.0.value"),
            (.numeric, "[{\"value\":1e300}]", "InvalidValue values.0.value"),
            (.numeric, "[{\"value\":\"NaN\"}]", "InvalidValue values.0.value"),
            (.checkbox, "[{\"value\":true}]", "true"),
            (.checkbox, "[{\"value\":false}]", "cleared"),
            (.checkbox, "[{\"value\":\"1\"}]", "true"),
            (.checkbox, "[{\"value\":\"да\"}]", "InvalidType values.0.value"),
            (.select, "[{\"enum_id\":101}]", "101"),
            (.select, "[{\"value\":\"Сайт\",\"enum_id\":null}]", "100"),
            (.select, "[{\"enum_code\":\"MOB\"}]", "101"),
            (.select, "[{\"enum_id\":5}]", "NotSupportedChoice values.0.enum_id"),
            (.select, "[{\"value\":\"Нет\"}]", "NotSupportedChoice values.0.value"),
            (
                .multiselect, "[{\"enum_id\":101},{\"value\":\"Сайт\"},{\"enum_id\":101}]",
                "[101,100]"
            ),
            (.date, "[{\"value\":\"2026-11-30\"}]", "\"2026-11-30\""),
            (.date, "[{\"value\":\"2026-11-30T00:00:00+03:00\"}]", "\"2026-11-30\""),
            (.date, "[{\"value\":\"2026-11-29T21:00:00Z\"}]", "\"2026-11-30\""),
            (.date, "[{\"value\":1795986000}]", "\"2026-11-30\""),
            (.date, "[{\"value\":\"9999-12-31\"}]", "\"9999-12-31\""),
            (.date, "[{\"value\":\"2026-02-29\"}]", "InvalidValue values.0.value"),
            (.date, "[{\"value\":999999999999}]", "InvalidValue values.0.value"),
            (
                .multitext, "[{\"value\":\"+7\",\"enum_code\":\"MOB\"}]",
                "[{\"code\":\"MOB\",\"value\":\"+7\"}]"
            ),
            (
                .multitext, "[{\"value\":\"+7\",\"enum_id\":100}]",
                "[{\"code\":\"WORK\",\"value\":\"+7\"}]"
            ),
            (
                .multitext, "[{\"value\":\"+7\"},{\"value\":\"\"}]",
                "[{\"code\":\"WORK\",\"value\":\"+7\"}]"
            ),
            (.multitext, "[{\"value\":\"+7\",\"enum\":\"X\"}]", "NotSupportedChoice values.0.enum"),
        ] as [(CustomField.Kind, String, String)])
    func table(kind: CustomField.Kind, values: String, expected: String) throws {
        #expect(try Self.stored(kind, values) == expected)
    }

    @Test("a day survives its text and its number, over four centuries")
    func days() throws {
        for number in stride(from: Int64(-60_000), through: 90_000, by: 37) {
            let day = Day(number: number)
            #expect(Day(day.text, timeZone: "UTC") == day)
            #expect(Day(seconds: number * 86_400 + 7200, timeZone: "UTC") == day)
        }
        #expect(Day(number: 0).text == "1970-01-01")
        #expect(Day.first.text == "0001-01-01")
        #expect(Day.last.text == "9999-12-31")
    }
}
