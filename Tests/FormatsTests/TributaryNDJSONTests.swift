// Goal: the NDJSON twin gives the same readings as the CSV, numbers exactly as written.
// Method: single lines with expected readings, and the fixture.

import Exact
import Formats
import Monitoring
import Testing

private func line(_ value: String, more: String = "") -> String {
    "{\"station\":\"A\",\"parameter\":\"tp\",\"time\":\"2026-05-01T08:00:00+08:00\",\"value\":\(value)\(more)}\n"
}

struct TributaryNDJSONTests {
    @Test(
        "Numbers are decimal text, never binary",
        arguments: [
            ("0.20", "0.20"), ("0.1", "0.1"), ("1e-3", "0.001"), ("123456789012345678", "123456789012345678"),
            ("\"2.50\"", "2.50"), ("\"<0.02\"", "<0.02"), ("null", "missing"), ("\"NA\"", "missing"),
            ("4.35", "4.35"), ("-99", "missing"),
        ])
    func numbers(text: String, shown: String) {
        #expect(decodeForTest(line(text)).texts == ["A/tp 2026-05-01T08:00:00+08:00 \(shown)"])
    }

    @Test("Keys in any order, unknown keys with nested values, blanks, escapes and surrogate pairs")
    func shapes() {
        let text = """
            { "extra" : {"a":[1,{"b":"}]"}],"c":null} , "value" : 0.5 , "time":"2026-05-01T08:00:00+08:00",\
            "parameter":"\\u0074p", "station":"\\u4e0a\\/\\"\\ud83d\\ude00", "flag":"N", "list":[true,false] }

            """
        #expect(decodeForTest(text).texts == ["上/\"😀/tp 2026-05-01T08:00:00+08:00 0.5 [N]"])
    }

    @Test(
        "A line that is not one flat object is rejected alone",
        arguments: [
            "{\"station\":\"A\"", "[1,2]", "{\"station\":\"A\",\"station\":\"B\"}", "{} trailing", "nonsense",
            "{\"station\":[\"A\"]}", "{\"station\":\"\\ud83d\"}", "{\"a\":tru}",
        ])
    func malformed(text: String) {
        let decoded = decodeForTest(line("1") + text + "\n" + line("2"))
        #expect(decoded.readings.count == 2)
        #expect(
            decoded.rejections == [
                Rejection(
                    .malformedDocument, row: 2, excerpt: text,
                    remedy: "Write one JSON object on the line, every key once, values as text, number or null.")
            ])
    }

    @Test("Missing keys and nonsense values have the CSV's reasons")
    func reasons() {
        let decoded = decodeForTest(
            line("1") + "{\"station\":\"A\",\"parameter\":\"tp\",\"time\":\"2026-05-01T08:00:00+08:00\"}\n"
                + "{\"parameter\":\"tp\",\"time\":\"2026-05-01T08:00:00+08:00\",\"value\":1}\n"
                + "{\"station\":\"A\",\"parameter\":\"tp\",\"time\":null,\"value\":1}\n" + line("\"1,5\"")
                + line("-0.5"))
        #expect(
            decoded.reasons == [.missingField, .missingField, .missingField, .notANumber, .negativeConcentration])
        #expect(decoded.rejections.map(\.field) == ["value", "station", "time", "value", "value"])
        #expect(decoded.rejections.map(\.row) == [2, 3, 4, 5, 6])
    }

    @Test("Nesting beyond the limit is refused, not followed")
    func nesting() {
        let deep = String(repeating: "[", count: 100_000)
        let decoded = decodeForTest(line("1", more: ",\"x\":\(deep)") + line("2"))
        #expect(decoded.reasons == [.malformedDocument])
        #expect(decoded.readings.count == 1)
    }
}
