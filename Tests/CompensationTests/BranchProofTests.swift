// Goal: holes and overlaps of branches are proved over the whole real line, also of several quantities, and never found by
// luck. Method: branches whose cover is known by hand; random thresholds against a search of all edges and middles.

import Compensation
import Monitoring
import Testing

struct BranchProofTests {
    private static func check(_ branches: [String], formulas: String = "") -> AgreementCheck {
        let terms = """
            constants:
              edge: {value: 0.5, unit: "1", clause: clause 1, confidence: example}
            inputs:
              x: {measure: given, unit: "1", clause: clause 1}
              y: {measure: given, unit: "1", clause: clause 1}
              money: {measure: given, unit: 万元, clause: clause 1}
            \(formulas)
            payments:
              - name: pay
                clause: clause 2
                branches:
            \(branches.map { "      - {\($0)}" }.joined(separator: "\n"))
            examples:
              - {name: one, source: invented, inputs: {x: 0, y: 0, money: 0}, expect: {nothing: true}}
            """
        return checkAgreement(AgreementLanguageTests.text(terms), file: "x.yaml", registry: Registry())
    }

    @Test(
        "A hole is a fault that names the uncovered values",
        arguments: [
            (["when: x < 1, nothing: true", "when: x > 1, nothing: true"], "covers x = 1."),
            (["when: x ≤ 0.4, nothing: true", "when: x > edge, nothing: true"], "covers 0.4 < x < 0.5; nor x = 0.5."),
            (["when: x ≤ 0.4, nothing: true", "when: x ≥ 2 × edge, nothing: true"], "covers 0.4 < x < 1."),
            (["when: x + y > 1, nothing: true", "when: x + y < 1, nothing: true"], "covers x + y = 1."),
            (
                ["when: x > 0 and y > 0, nothing: true", "when: x ≤ 0, nothing: true"],
                "covers x > 0 and y = 0; nor x > 0 and y < 0."
            ),
            (["when: 10 × x < 5, nothing: true", "when: x > 0.5, nothing: true"], "covers x = 0.5."),
            (["when: money > 1 万元, nothing: true", "when: money < 10000 元, nothing: true"], "covers money = 1 万元."),
        ])
    func holes(branches: [String], words: String) {
        let found = Self.check(branches).problems.filter { $0.check == "agreement.branch.hole" }
        #expect(found.count == 1)
        let texts = words.split(separator: "; nor ").map { $0.replacing("covers ", with: "").replacing(".", with: "") }
        for text in texts { #expect(found.first?.message.replacing(".", with: "").contains(text) == true, "\(found)") }
    }

    @Test(
        "Branches that cover every value have no hole",
        arguments: [
            ["when: x < 1, nothing: true", "when: x ≥ 1, nothing: true"],
            ["when: x < 1 or x > 2, nothing: true", "when: 1 ≤ x ≤ 2, nothing: true"],
            ["when: x < y, nothing: true", "when: y < x, nothing: true", "when: x = y, nothing: true"],
            // x + y > 2 leaves x ≤ 1 or y ≤ 1: no values lie in the cell both branches leave.
            ["when: x ≤ 1, nothing: true", "when: y ≤ 1, nothing: true", "when: x + y > 2, nothing: true"],
            ["when: not x = 1, nothing: true", "when: x = 1, nothing: true"],
            ["when: x < 1, nothing: true", "otherwise: true, nothing: true"],
        ])
    func covered(branches: [String]) {
        #expect(Self.check(branches).problems.filter { $0.check.hasPrefix("agreement.branch") } == [])
    }

    @Test("Overlaps are remarked on, a branch that never decides is a fault")
    func overlaps() {
        let overlapping = Self.check(["when: x ≤ 1, nothing: true", "when: x ≥ 1, nothing: true"])
        #expect(overlapping.problems.filter { $0.check.hasPrefix("agreement.branch") } == [])
        #expect(overlapping.notices.contains { $0.message.contains("both hold for x = 1; the first counts") })
        #expect(overlapping.notices.contains { $0.message.contains("No example takes branch 2 of payment “pay”") })
        let dead = Self.check(
            ["when: x ≤ 1, nothing: true", "when: x < 0, nothing: true", "when: x > 1, nothing: true"])
        #expect(dead.problems.contains { $0.message.contains("Branch 2 of payment “pay” never decides") })
    }

    @Test("Weights that do not add to one and members that would pay themselves are faults")
    func weightsAndRoutes() {
        let terms = """
            constants:
              weight: {values: {codmn: 0.3, tp: 0.6}, unit: "1", clause: clause 1, confidence: example}
            inputs:
              x: {measure: given, each: parties, unit: 万元, clause: clause 1}
            payments:
              - {name: pay, each: p in parties, clause: clause 2, payer: p, payee: pool, amount: "x[p]"}
            examples:
              - {name: one, source: invented, inputs: {x: {a: 1, b: 1, c: 1, pool: 1}}, expect: {refuses: pay itself}}
            """
        let found = checkAgreement(AgreementLanguageTests.text(terms), file: "x.yaml", registry: Registry()).problems
        #expect(found.contains { $0.message.contains("The weights “weight” add up to 0.9, not to 1") })
        #expect(found.contains { $0.message.contains("For pool payment “pay” would have a party pay itself") })
    }

    @Test("The mutation score names the clause whose constant no example notices")
    func mutation() throws {
        let terms = """
            constants:
              cap: {value: 100, unit: 万元, clause: clause 3, confidence: example}
            inputs:
              x: {measure: given, unit: 万元, clause: clause 1}
            payments:
              - {name: pay, clause: clause 2, payer: a, payee: b, amount: "min(x, cap)", rounding: {to: 1 元, rule: half-up, clause: clause 4}}
            examples:
              - {name: below, source: invented, inputs: {x: 40}, expect: {lines: [{payer: a, payee: b, amount: 40 万元}]}}
            """
        let blind = try #require(readAgreement(AgreementLanguageTests.text(terms), file: "x.yaml").agreement)
        let score = mutationScore(of: blind)
        #expect(score.changeCount == 8)
        #expect(score.survivors.map(\.clause) == ["clause 3", "clause 3"] + Array(repeating: "clause 4", count: 5))
        #expect(score.survivors.first?.change == "cap: 100 万元 changed to 110 万元")
        #expect(score.survivors.last?.change == "pay: rounding to 1 元 changed to 0.1 CNY")
        #expect(!score.survivors.contains { $0.isPublished })
        let printed = terms.replacing("source: invented", with: "source: example.gov.cn/notice-7")
        let published = mutationScore(
            of: try #require(readAgreement(AgreementLanguageTests.text(printed), file: "x.yaml").agreement))
        #expect(published.survivors.prefix(2).allSatisfy { $0.isPublished && $0.clause == "clause 3" })
        let capped =
            terms
            + "\n  - {name: capped, source: invented, inputs: {x: 140}, expect: {lines: [{payer: a, payee: b, amount: 100 万元}]}}"
            + "\n  - {name: tie, source: invented, inputs: {x: 40.00005}, expect: {lines: [{payer: a, payee: b, amount: 400001 元}]}}"
            + "\n  - {name: even, source: invented, inputs: {x: 40.00025}, expect: {lines: [{payer: a, payee: b, amount: 400003 元}]}}"
            + "\n  - {name: under, source: invented, inputs: {x: 40.00004}, expect: {lines: [{payer: a, payee: b, amount: 400000 元}]}}"
        let seeing = try #require(readAgreement(AgreementLanguageTests.text(capped), file: "x.yaml").agreement)
        #expect(mutationScore(of: seeing).survivors.isEmpty)
    }
}
