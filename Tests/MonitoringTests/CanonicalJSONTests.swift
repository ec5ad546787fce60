// Goal: one text for one value, and the value back from the text. Method: texts written out by RFC 8259.

import Monitoring
import Testing

@Suite struct CanonicalJSONTests {
    @Test func `Keys stand in the order of their bytes and only what must be escaped is`() {
        let value = CanonicalJSON.object([
            "b": .array([.null, .bool(true), .number("0.20"), .number("-1e3")]), "a": .string("断面 \"x\"\n\\/\u{1}"),
            "é": .object([:]), "Z": .array([]),
        ])
        #expect(
            value.text() == #"{"Z":[],"a":"断面 \"x\"\n\\/\u0001","b":[null,true,0.20,-1e3],"é":{}}"#)
        #expect(CanonicalJSON(reading: value.text()) == value)
    }

    @Test(arguments: [
        "", "{", "[1,]", "[1 2]", #"{"a":1,"a":2}"#, #"{"a"}"#, "01", "+1", "1.", ".5", "NaN", "tru", #""\x""#, "\"a",
        "1 2",
        #""\ud800""#, "\"\u{1}\"",
    ])
    func `What is not one JSON value is refused`(text: String) {
        #expect(CanonicalJSON(reading: text) == nil)
    }

    @Test func `Escapes and white space are read`() {
        #expect(
            CanonicalJSON(reading: " { \"a\" : [ \"\\u65ad\\ud83d\\ude00\\/\" , 1.50 ] }\n")
                == .object(["a": .array([.string("断😀/"), .number("1.50")])]))
        #expect(CanonicalJSON(reading: String(repeating: "[", count: 10_000)) == nil)
    }
}
