// Goal: from a yuan the derivation reaches every figure that decided or counted, in each of its forms.
// Method: payments whose amount names no figure, so that only the comparison leads to the data.

import Compensation
import Exact
import Monitoring
import Testing

struct DerivationTests {
    private static let terms = """
        constants:
          stake: {value: 200, unit: 万元, clause: clause 4, confidence: example}
        baselines:
          base: {values: {codmn: 2, tp: 0.1}, unit: mg/L, period: 2021-01-01/2024-01-01, clause: annex 1, confidence: example}
        inputs:
          conc: {measure: given, section: s1, each: indicators, unit: mg/L, clause: clause 1}
          days: {measure: given, section: s1, unit: d, clause: clause 6}
          area: {measure: given, each: towns, unit: km2, clause: annex 2}
        exemptions:
          - {name: dry, when: days > 15 d, clause: clause 6}
        formulas:
          - {name: worst, expression: "max(i in indicators: conc[i] ÷ base[i])", unit: "1", clause: clause 3}
        verdicts:
          - {name: quality, section: s1, met-when: worst ≤ 1, clause: clause 2}
        payments:
          - name: lump
            clause: clause 4
            branches:
              - {when: exempt(dry), nothing: true}
              - {when: worst ≤ 1 and not exempt(dry), payer: c, payee: a, amount: stake}
              - {when: worst > 1 and not exempt(dry), payer: a, payee: c, amount: stake}
          - name: fee
            clause: clause 5
            branches:
              - {when: "conc[tp] ≤ base[tp]", nothing: true}
              - {when: "conc[tp] > base[tp]", payer: a, payee: b, amount: stake}
        splits:
          - name: award
            direction: allocate
            pool: pool
            total: stake
            shares: "d in towns: area[d]"
            remainder: c
            rounding: {to: 0.01 元, rule: half-up}
            clause: clause 7
        checks:
          - {name: whole, clause: annex 2, holds: "sum(d in towns: area[d]) > 0 km2"}
        examples:
          - {name: none, source: invented, inputs: {days: 0}, expect: {refuses: Supply}}
        """

    private static func run() throws -> (run: SettlementRun, agreement: Agreement) {
        let read = readAgreement(AgreementLanguageTests.text(terms), file: "x.yaml")
        let agreement = try #require(read.agreement, "\(read.problems)")
        func given(_ text: String, _ unit: String) throws -> (value: Fraction, unit: UnitOfMeasure) {
            (try #require(Fraction(text)), try UnitOfMeasure(parsing: unit))
        }
        let figures = [
            InputKey(name: "conc", indicator: "codmn"): try given("1.9", "mg/L"),
            InputKey(name: "conc", indicator: "tp"): try given("0.08", "mg/L"),
            InputKey(name: "days"): try given("3", "d"),
            InputKey(name: "area", members: ["a"]): try given("1", "km2"),
            InputKey(name: "area", members: ["b"]): try given("2", "km2"),
            InputKey(name: "area", members: ["c"]): try given("5", "km2"),
        ]
        let run = settle(
            agreement, period: try #require(SettlementPeriod(parsing: "2024")), kind: .special,
            inputs: TableInputSource(figures, document: "table"), program: "test")
        return (run, agreement)
    }

    /// The node of the first line named `name`, at any depth, below `nodes`.
    private static func find(_ name: String, in nodes: [DerivationNode]) -> DerivationNode? {
        for node in nodes {
            if node.name == name || node.value.hasPrefix(name) { return node }
            if let found = find(name, in: node.children) { return found }
        }
        return nil
    }

    @Test("A lump that a branch decided leads through its comparison to concentrations and baselines")
    func lump() throws {
        let (run, agreement) = try Self.run()
        let tree = run.derivationTree
        let line = try #require(tree.first { $0.name == "丙 C → 甲 A" })
        let decided = try #require(Self.find("worst ≤ 1 and not exempt(dry): (0.95 ≤ 1)", in: [line]))
        #expect(decided.name == "判断 decided" && decided.value.hasSuffix("→ 是 yes"))
        #expect(decided.children.map(\.name) == ["worst", "豁免 exemption dry"])
        let worst = decided.children[0]
        #expect(worst.children.map(\.name) == ["base[codmn]", "base[tp]", "conc[codmn]", "conc[tp]"])
        let base = worst.children[1]
        #expect(base.value == "0.1 mg/L" && base.clause == "annex 1")
        #expect(base.notes.joined().contains("sha256:\(agreement.baselines[0].digest)"))
        let exempt = try #require(Self.find("豁免 exemption dry", in: [line]))
        let comparison = try #require(exempt.children.first)
        #expect(exempt.value == "否 no" && comparison.value.hasPrefix("days > 15 d: "))
        #expect(Self.find("days", in: comparison.children)?.value == "3 d")
    }

    @Test("A payment of nothing, a split, a verdict and a check have their figures too")
    func others() throws {
        let tree = try Self.run().run.derivationTree
        let fee = try #require(tree.first { $0.name == "fee" })
        #expect(fee.formula == "nothing is owed")
        #expect(fee.children.map(\.value) == ["conc[tp] ≤ base[tp]: 0.08 mg/L ≤ 0.1 mg/L → 是 yes"])
        #expect(fee.children[0].children.map(\.name) == ["conc[tp]", "base[tp]"])
        let award = try #require(Self.find("award", in: tree))
        #expect(award.children.map(\.name) == ["stake", "area[a]", "area[b]", "area[c]"])
        let verdict = try #require(tree.first { $0.name == "评价 verdict quality" })
        #expect(verdict.children[0].children.map(\.name) == ["worst"])
        let check = try #require(tree.first { $0.name == "勾稽 check whole" })
        #expect(check.children[0].children.map(\.name) == ["area[a]", "area[b]", "area[c]"])
    }

    @Test("Text, HTML and JSON say the same; a baseline that only decides shows value, clause and digest")
    func forms() throws {
        let (run, agreement) = try Self.run()
        let digest = agreement.baselines[0].digest
        for text in [run.derivationTreeText, run.derivationHTML, run.derivationJSON] {
            for words in ["0.08 mg/L", "base[tp]", "annex 1", digest, "area[b]", "3 d"] {
                #expect(text.contains(words), "\(words)")
            }
        }
        #expect(run.derivationText.contains("base[tp] = 0.1 mg/L"))
        #expect(run.json.contains("\"digest\":\"\(digest)\"") || run.json.contains("\"digest\": \"\(digest)\""))
    }
}
