// Goal: every mistake in an agreement file is reported at its place with a remedy, and all of them at once. Method: the
// example agreement with one mistake each; `⟦` marks where the report must point and is removed before reading.

import Compensation
import Foundation
import Monitoring
import Testing

struct AgreementMistakesTests {
    private static let text = ProjectFiles.text("fixtures/agreements/example-xinan.yaml")

    /// Text of the file, what replaces it (with the mark), the check, words of message and remedy.
    @Test(
        "One mistake a file is found at its line and column",
        arguments: [
            ("period: year", "period: ⟦yearly", "agreement.value", "Use span, year, half-year, quarter, month."),
            ("period: year", "⟦periode: year\nperiod: year", "agreement.key", "Did you mean “period”?"),
            ("currency: CNY", "currency: ⟦XYZ", "agreement.currency", "ISO 4217"),
            ("offset: \"+08:00\"", "offset: ⟦\"8\"", "agreement.offset", "+08:00"),
            ("until: 2027-01-01", "until: ⟦2027-02-30", "agreement.date", "not a date"),
            ("until: 2027-01-01", "until: ⟦2023-01-01", "agreement.dates", "before it begins"),
            ("example: true", "example: ⟦NO", "agreement.value", "true or false"),
            ("agreement: example-xinan", "agreement: ⟦xinan", "agreement.example", "does not contain “example”"),
            ("region: zhejiang, role: downstream", "region: zhejiang, role: ⟦upper", "agreement.value", "left-bank"),
            ("evidence: [joint, automatic]", "evidence: [joint, ⟦joint]", "agreement.evidence", "stands twice"),
            ("minimum-share: 0.75", "minimum-share: ⟦75%", "agreement.number", "0.35 for 35%"),
            ("minimum-share: 0.75", "minimum-share: ⟦75", "agreement.share", "at most 1"),
            (
                "minimum-share: 0.75", "minimum-share:⟦ ", "agreement.blank",
                "Example clause 5 of Example agreement must supply it"
            ),
            (
                "{value: 0.80, unit: \"1\"", "{value: ⟦\"0,80\", unit: \"1\"", "agreement.number",
                "decimal mark is a point"
            ),
            ("{value: 0.80, unit: \"1\"", "{value: ⟦, unit: \"1\"", "agreement.blank", "Example clause 3.1"),
            ("value: 20000, unit: 万元", "value: 20000, unit: ⟦万圆", "agreement.unit", "万圆"),
            (
                "clause: Example clause 3.1, confidence: example", "clause: Example clause 3.1, confidence: ⟦sure",
                "agreement.value", "Use A, B, C, D, example."
            ),
            (
                "0.80, unit: \"1\", clause: Example clause 3.1, confidence: example",
                "⟦0.80, unit: \"1\", clause: Example clause 3.1, confidence: D", "agreement.confidence",
                "no source shows"
            ),
            (
                "    values: {codmn: 0.25, nh3n: 0.25, tn: 0.25, tp: 0.25}",
                "    values: ⟦{codmn: 0.25, nh3n: 0.25, tn: 0.25}",
                "agreement.required", "no value for tp"
            ),
            (
                "  stake: {value", "  stake: {⟦valve",
                "agreement.key", "Did you mean “value”?"
            ),
            (
                "  stake: {value", "  ⟦max: {value: 1, unit: t, clause: x, confidence: example}\n  stake: {value",
                "agreement.name", "cannot be a name"
            ),
            (
                "averaging: [{unit: day, needs: 0.75}, {unit: month, needs: 0.75}]",
                "averaging: ⟦[{unit: month, needs: 0.75}, {unit: day, needs: 0.75}]", "agreement.statistics",
                "from short units to long"
            ),
            (
                "averaging: [{unit: day, needs: 0.75}, {unit: month", "averaging: [⟦day, {unit: month",
                "agreement.statistics", "how much of a day must be measured"
            ),
            (
                "averaging: [{unit: day, needs: 0.75}", "averaging: [{unit: day, needs: ⟦1.5}", "agreement.share",
                "not a share of what is due"
            ),
            (
                "averaging: [{unit: day, needs: 0.75}", "averaging: [{unit: day, needs: {count: ⟦0}}",
                "agreement.value", "not a number of values or means"
            ),
            (
                "averaging: [{unit: day, needs: 0.75}", "averaging: [{unit: day, needs: ⟦}", "agreement.blank",
                "“statistics.averaging day needs” is blank; Example clause 2"
            ),
            ("quality: valid-only", "quality: ⟦as-printed", "agreement.value", "not a quality policy for money"),
            ("below-detection: half-limit", "below-detection:⟦ ", "agreement.blank", "Example clause 2"),
            ("ph-places: 2", "ph-places: ⟦two", "agreement.value", "Write 0 to 6."),
            ("measure: period-mean", "measure: ⟦mean", "agreement.value", "previous-period-mean"),
            ("section: border, each", "section: ⟦boarder, each", "agreement.section", "Use one of border."),
            (
                "expression: c[i] ÷ base[i]", "expression: c[i] ⟦+ stake", "expression.unit",
                "in mg/L with “stake” in 万元"
            ),
            (
                "expression: c[i] ÷ base[i]", "expression: ⟦c[i] × base[i]", "expression.unit",
                "but its unit is a plain number"
            ),
            ("expression: c[i] ÷ base[i]", "expression: c[i] ÷ ⟦bse[i]", "expression.name", "Did you mean “base”?"),
            (
                "\"k0 × sum(i in indicators: weight[i] × ratio[i])\"", "\"k0 × sum(i in indicators: weight[i] × ⟦P)\"",
                "expression.name", "not defined above"
            ),
            (
                "\"k0 × sum(i in indicators: weight[i] × ratio[i])\"",
                "|\n      k0 ×\n        sum(i in indicators: ⟦wieght[i] × ratio[i])", "expression.name",
                "Did you mean “weight”?"
            ),
            (
                "\"k0 × sum(i in indicators: weight[i] × ratio[i])\"",
                "'k0 × ⟦summ(1)'", "expression.function", "There is no function"
            ),
            ("met-when: P ≤ 1", "met-when: ⟦P", "expression.type", "needs a condition"),
            (
                "when: P ≤ 1, payer: zhejiang", "when: P ≤ 1, payer: ⟦zejiang", "agreement.party",
                "Did you mean “zhejiang”?"
            ),
            ("payee: zhejiang, amount: stake", "payee: ⟦anhui, amount: stake", "agreement.party", "cannot pay itself"),
            ("amount: bonus_rate × (1 − P)", "amount: ⟦1 − P", "expression.unit", "but its unit is CNY"),
            ("rule: half-up", "rule: ⟦nearest", "agreement.rounding", "half-even"),
            ("to: 0.01 万元", "to: ⟦0.001 元", "agreement.rounding", "smallest unit"),
            ("{otherwise: true, nothing: true}", "⟦{nothing: true}", "agreement.branch", "otherwise: true"),
            ("steps: {P: 0.80}", "steps: {Q: ⟦0.80}", "agreement.example.step", "no single step “Q”"),
            ("tp: 0.100}}", "tp: ⟦0.100 t}}", "agreement.unit", "in t, but mg/L is expected"),
            ("  k0: {value: 0.80", "  k0: {value: ⟦&x 0.80", "yaml.anchor", "is not allowed"),
            ("period: year", "period: year\n⟦period: year", "yaml.duplicate-key", "written twice"),
            ("c[i] ÷ base[i]", "c[i] ÷ ⟦0 mg/L", "expression.division", "divides by “0 mg/L”, which is zero"),
        ])
    func mistake(original: String, replacement: String, check: String, words: String) throws {
        #expect(Self.text.contains(original), "The example has no “\(original)”.")
        let range = try #require(Self.text.range(of: original))
        let marked = Self.text.replacingCharacters(in: range, with: replacement)
        let lines = marked.split(separator: "\n", omittingEmptySubsequences: false)
        let line = try #require(lines.firstIndex { $0.contains("⟦") })
        let column = lines[line].unicodeScalars.prefix { $0 != "⟦" }.count + 1
        let (agreement, problems) = readAgreement(marked.replacing("⟦", with: ""), file: "x.yaml")
        #expect(agreement == nil)
        let found = try #require(problems.first { $0.check == check }, "\(problems)")
        // A blank value has no text to point at: its line is what counts.
        #expect(found.line == line + 1, "\(found)")
        if check != "agreement.blank", check != "yaml.anchor" { #expect(found.column == column, "\(found)") }
        #expect(found.description.contains(words), "\(found)")
        #expect(!found.remedy.isEmpty)
    }

    @Test("All problems of a file are reported, not the first")
    func allProblems() {
        let text = Self.text.replacing("period: year", with: "period: yearly")
            .replacing("minimum-share: 0.75", with: "minimum-share: 75%")
            .replacing("c[i] ÷ base[i]", with: "c[i] + stake")
            .replacing("rule: half-up", with: "rule: nearest")
        let checks = readAgreement(text, file: "x.yaml").problems.map(\.check)
        #expect(checks.contains("agreement.value"))
        #expect(checks.contains("agreement.number"))
        #expect(checks.contains("expression.unit"))
        #expect(checks.contains("agreement.rounding"))
    }

    @Test("Invented figures in a file that is no example are refused")
    func inventedFigures() {
        let text = Self.text.replacing("example: true", with: "example: false")
        let problems = readAgreement(text, file: "x.yaml").problems
        // Nor has the invented baseline samples or signatures, which only an example may lack.
        let expected =
            Array(repeating: "agreement.confidence", count: 5) + ["agreement.baseline", "agreement.baseline"]
        #expect(problems.map(\.check) == expected)
    }

    @Test("A worked example that does not come out is a problem of the file")
    func wrongExample() throws {
        let text = Self.text.replacing("amount: 21089.99 万元", with: "amount: 21089.98 万元")
        let problems = checkAgreement(text, file: "x.yaml", registry: ProjectFiles.registry).problems
        #expect(problems.map(\.check) == ["agreement.example.differs"])
        #expect(
            problems[0].message == "Example “rounded-bonus”: zhejiang → anhui: 210899900 CNY, expected 210899800 CNY.")
        let line = text.split(separator: "\n", omittingEmptySubsequences: false).firstIndex {
            $0.contains("rounded-bonus")
        }
        #expect(problems[0].line == (line ?? 0) + 1)
    }

    @Test(
        "References into the registry are checked",
        arguments: [
            ("region: zhejiang", "region: cn-zhejiang", "agreement.region.missing"),
            ("section: EX-DOWN", "section: EX-NOWHERE", "agreement.section.missing"),
            ("section: EX-DOWN", "section: EX-CHI-1", "agreement.section.boundary"),
            ("boundary: example-river-xinan", "boundary: nowhere", "agreement.boundary.missing"),
            ("unit: mg/L, clause: Example clause 2", "unit: 1, clause: Example clause 2", "expression.unit"),
        ])
    func references(original: String, replacement: String, check: String) {
        let text = Self.text.replacing(original, with: replacement)
        let checks = checkAgreement(text, file: "x.yaml", registry: ProjectFiles.registry).problems.map(\.check)
        #expect(checks.contains(check), "\(checks)")
    }

    @Test("A template's blanks are notices, and a catalogue section without a station is one")
    func notices() {
        let path = "example-river-xinan/agreements/xinan-template.yaml"
        let check = checkAgreement(ProjectFiles.text("stations/\(path)"), file: path, registry: ProjectFiles.registry)
        #expect(check.problems == [])
        #expect(check.notices.filter { $0.check == "agreement.blank" }.count == 15)
        #expect(check.notices.contains { $0.check == "agreement.section.unregistered" })
        #expect(check.notices.contains { $0.check == "agreement.boundary.example" })
    }

    @Test("A file that is not UTF-8, empty, or not a mapping is refused")
    func shapes() {
        #expect(readAgreement(bytes: [0xFF, 0xFE, 0x41], file: "x").problems.map(\.check) == ["agreement.encoding"])
        #expect(readAgreement("", file: "x").problems.map(\.check) == ["yaml.empty"])
        #expect(readAgreement("- a\n- b\n", file: "x").problems.map(\.check) == ["agreement.shape"])
    }
}
