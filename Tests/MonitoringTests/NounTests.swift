// Goal: the small nouns of the field keep their promises. Method: their closed values and texts, written out.

import Monitoring
import Testing

struct NounTests {
    @Test func `Classes print as the standard writes them`() {
        #expect((1...6).map { WaterClass(rank: $0).description } == ["Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "劣Ⅴ"])
        #expect(WaterClass(rank: 3) < WaterClass(rank: 4))
    }

    @Test func `There is no seventh class`() async {
        await #expect(processExitsWith: .failure) { _ = WaterClass(rank: 7) }
    }

    @Test func `A verdict has four values`() {
        #expect(AssessmentVerdict.allCases.map(\.rawValue) == ["met", "not-met", "not-assessable", "disputed"])
    }

    @Test func `Only rows that somebody must decide on are quarantined`() {
        #expect(
            RejectionReason.allCases.filter(\.isQuarantine).map(\.rawValue)
                == [
                    "time-in-future", "time-too-old", "doubled-time", "skipped-time", "unknown-station",
                    "unknown-parameter", "sender-not-entitled", "other-profile",
                ])
    }

    @Test func `A rejection keeps a bounded excerpt`() {
        let rejection = Rejection(
            .notANumber, row: 7, field: "value", excerpt: String(repeating: "污", count: 500), remedy: "Send a number.")
        #expect(rejection.excerpt.count == Rejection.excerptLimit)
    }

    @Test(arguments: [
        (0, 0, "a.yaml: It is wrong. [x.y] Mend it."), (3, 0, "a.yaml:3: It is wrong. [x.y] Mend it."),
        (3, 9, "a.yaml:3:9: It is wrong. [x.y] Mend it."),
    ])
    func `A problem prints its place, check and remedy`(line: Int, column: Int, text: String) {
        let problem = Problem(
            check: "x.y", file: "a.yaml", line: line, column: column, message: "It is wrong.", remedy: "Mend it.")
        #expect(problem.description == text)
    }

    // FIPS 180-4: the digest of the empty message.
    @Test func `A digest is read and printed`() throws {
        let text = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        let digest = try #require(Digest256(hexadecimal: text))
        #expect(digest.description == text)
        #expect(digest.bytes.first == 0xE3)
        #expect(Digest256(hexadecimal: text.uppercased()) == digest)
        #expect(Digest256(hexadecimal: String(text.dropLast())) == nil)
        #expect(Digest256(hexadecimal: "g" + text.dropFirst()) == nil)
    }

    @Test func `A parameter is found by every spelling, and the first claim holds`() throws {
        var catalogue = ParameterCatalogue()
        func parameter(_ id: String) -> Parameter {
            Parameter(
                id: ParameterID(id), name: BilingualName(chinese: "总磷", english: id), medium: .water, unit: "mg/L",
                observationDecimals: 3, assessmentDecimals: 2, isNonNegative: true)
        }
        catalogue.add(parameter("tp"), spellings: ["w21011", "总磷", ""])
        catalogue.add(parameter("other"), spellings: ["总磷", "o"])
        for spelling in ["tp", "TP", "W21011", "总磷"] { #expect(catalogue.id(for: spelling) == ParameterID("tp")) }
        #expect(catalogue.id(for: "O") == ParameterID("other"))
        #expect(catalogue.id(for: "") == nil)
        #expect(catalogue[ParameterID("tp")]?.unit == "mg/L")
    }
}
