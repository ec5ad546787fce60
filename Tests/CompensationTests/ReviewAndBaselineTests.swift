// Goal: what an agreement asks of its data, a typed figure does not pass by; a baseline is a signed object.
// Method: the example agreement with a review and a gate settled from a table; one mistake of a baseline at a time.

import Assessment
import Compensation
import Exact
import Monitoring
import Testing

struct ReviewAndBaselineTests {
    private static let table =
        InputTable.header
        + "\nc[codmn],,border,,2.19,mg/L\nc[nh3n],,border,,0.23,mg/L\nc[tn],,border,,1.38,mg/L\nc[tp],,border,,0.05,mg/L\n"

    private static func agreement(_ rules: String) throws -> Agreement {
        let text = ProjectFiles.text("fixtures/agreements/example-xinan.yaml")
            .replacing("missing-data:\n", with: rules + "missing-data:\n")
        let read = readAgreement(text, file: "x.yaml")
        return try #require(read.agreement, "\(read.problems)")
    }

    private static func run(
        _ agreement: Agreement, _ kind: RunKind, _ statement: ReviewStatement? = nil
    ) throws -> SettlementRun {
        let period = try #require(SettlementPeriod(parsing: "2025"))
        let read = InputTable.read(table, file: "t.csv", for: agreement, period: period, statement: statement)
        return settle(
            agreement, period: period, kind: kind, inputs: try #require(read.source), program: "test")
    }

    @Test("Typed means do not settle under a review or a gate unless a person states them, and the statement says who")
    func review() throws {
        let both = try Self.agreement(
            "review: {state: level2, clause: Example clause 6}\n"
                + "gates: [{run: final, minimum-share: 0.95, review: final, clause: Example clause 7}]\n")
        guard case .notSettled(let obstacles) = try Self.run(both, .final).outcome else {
            Issue.record("A final statement from typed means under a gate.")
            return
        }
        #expect(obstacles.map(\.kind) == Array(repeating: .notReviewed, count: 4))
        #expect(obstacles[0].why.contains("reviewed to final (Example clause 6, Example clause 7)"))
        #expect(obstacles[0].why.contains("95 % of the period were measured (Example clause 7)"))
        #expect(obstacles[0].needed.contains("--reviewed final --document TEXT"))
        // The gate is for final runs; the review is for all.
        guard case .notSettled(let early) = try Self.run(both, .provisional).outcome else {
            Issue.record("A provisional statement from typed means under a review.")
            return
        }
        #expect(early[0].why.contains("level2") && !early[0].why.contains("95 %"))
        let low = ReviewStatement(state: .level2, document: "minutes 3 of 2026-02-01")
        guard case .notSettled = try Self.run(both, .final, low).outcome else {
            Issue.record("Level 2 is not final.")
            return
        }
        let stated = try Self.run(both, .final, ReviewStatement(state: .final, document: "minutes 3 of 2026-02-01"))
        let text = try Statement(stated).text
        let words =
            "stated by a person, shown by no data: reviewed to final, measured as far as agreed; minutes 3 of 2026-02-01"
        #expect(text.contains("审核声明 \(words): c[codmn], c[nh3n], c[tn], c[tp]"))
        #expect(stated.derivationText.contains(words) && stated.derivationTreeText.contains(words))
        #expect(stated.json.contains("\"reviewed\""))
        #expect(try Self.run(try Self.agreement(""), .final).id != stated.id)
        // Without review and gates a published notice is audited as before.
        guard case .settled = try Self.run(try Self.agreement(""), .final).outcome else {
            Issue.record("An agreement without review and gates settles from a table.")
            return
        }
    }

    @Test("What is checked of an agreement in the registry is checked of one settled by hand, save its references")
    func byHand() throws {
        let text = ProjectFiles.text("fixtures/agreements/example-xinan.yaml")
        #expect(checkAgreement(text, file: "x.yaml", registry: nil).problems.isEmpty)
        let draft = checkAgreement(
            text.replacing("k0: {value: 0.80", with: "k0: {value: 1.10"), file: "x.yaml", registry: nil)
        #expect(draft.problems.contains { $0.check == "agreement.example.differs" })
        let weights = checkAgreement(
            text.replacing("{codmn: 0.25, nh3n: 0.25", with: "{codmn: 0.35, nh3n: 0.25"), file: "x.yaml", registry: nil)
        #expect(weights.problems.contains { $0.check.contains("weight") }, "\(weights.problems.map(\.check))")
    }

    /// An agreement that is no example, with one baseline.
    private static func baseline(_ fields: String) -> [Problem] {
        let text = """
            agreement: signed
            title: {zh: 测试, en: Test}
            example: false
            document: {title: Test text, source: own, confidence: B}
            validity: {from: 2024-01-01, until: 2030-01-01}
            period: year
            parties:
              up: {name: {zh: 上, en: Up}, region: ra, role: upstream}
              down: {name: {zh: 下, en: Down}, region: rb, role: downstream}
              pool: {name: {zh: 池, en: Pool}, role: pool}
            evidence: [published]
            missing-data: {minimum-share: 0.75, clause: clause 5}
            baselines:
              base: {value: 2, unit: mg/L, clause: annex 1, confidence: B, \(fields)}
            inputs:
              x: {measure: given, unit: mg/L, clause: clause 1}
            payments:
              - {name: fee, clause: clause 2, payer: up, payee: down, amount: "x ÷ base × 1 元"}
            examples:
              - {name: e, source: invented, inputs: {x: 4}, expect: {lines: [{payer: up, payee: down, amount: 2 元}]}}
            """
        return readAgreement(text, file: "x.yaml").problems
    }

    private static let signed =
        "signatures: [{party: up, by: Li, date: 2024-01-05}, {party: down, by: Wang, date: 2024-01-06}]"

    @Test("A whole baseline is read: years with their values, or where they can be read")
    func whole() {
        for samples in [
            "samples: [1, 2, 3]", "samples: {source: yearbook 2024 table 3}",
            "samples: [{period: 2021, value: 1}, {period: 2022, value: 2}, {period: 2023, value: 3}]",
        ] {
            #expect(Self.baseline("period: 2021/2024, \(samples), \(Self.signed)") == [])
        }
    }

    @Test(
        "A baseline that is not signed, dated or sampled is refused",
        arguments: [
            ("period: banana, samples: [2], SIGNED", "“banana” is not the span"),
            ("period: 2021/2024, SIGNED", "does not say which samples"),
            ("period: 2021/2024, samples: [], SIGNED", "a list of at least one"),
            ("period: 2021/2024, samples: [2]", "is not signed by up and down"),
            (
                "period: 2021/2024, samples: [2], signatures: [{party: up, by: Li, date: 2024-01-05}]",
                "is not signed by down"
            ),
            (
                "period: 2021/2024, samples: [2], signatures: [{party: up, by: Li, date: 2010-01-01}, "
                    + "{party: down, by: Wang, date: 2024-01-06}]", "before its period"
            ),
            (
                "period: 2021/2024, samples: [2], exclusions: [{date: 2044-01-01, reason: none}], SIGNED",
                "2044-01-01 is not within"
            ),
            ("period: 2021/2024, samples: [{period: 2030, value: 2}], SIGNED", "“2030” is no period within"),
            ("period: 2021/2024, samples: , SIGNED", "“base samples” is blank"),
            ("period: 2021/2024, samples: [2], signatures: ", "“base signatures” is blank"),
        ])
    func mistakes(fields: String, words: String) {
        let problems = Self.baseline(fields.replacing("SIGNED", with: Self.signed))
        #expect(problems.count == 1, "\(problems)")
        #expect(problems.first?.description.contains(words) == true, "\(problems)")
    }

    @Test("The statement has the baseline with its samples, signatures and digest")
    func printed() throws {
        let text = ProjectFiles.text("fixtures/agreements/example-xinan.yaml").replacing(
            "    period: 2021-01-01/2024-01-01\n",
            with:
                "    period: 2021/2024\n    version: 2\n    samples: {codmn: [2.5, 2.7], nh3n: [0.24], tn: [1.4], tp: "
                + "[{period: 2022, value: 0.05}]}\n    exclusions: [{date: 2022-07-01, reason: flood}]\n"
                + "    signatures: [{party: anhui, by: Li, date: 2024-01-05}]\n")
        let agreement = try #require(readAgreement(text, file: "x.yaml").agreement)
        let run = ExampleYear.run(agreement: agreement)
        let statement = try Statement(run).text
        for words in [
            "二、基准值  2. Baselines", "base  2021-01-01 至 to 2023-12-31, 版本 version 2  [Example annex 1]",
            "codmn 2.6 mg/L; nh3n 0.24 mg/L", "codmn: 2.5, 2.7", "tp: 2022-01-01/2023-01-01 0.05", "2022-07-01, flood",
            "安徽省 Anhui, Li, 2024-01-05", "sha256:\(agreement.baselines[0].digest)", "七、签章  7. Seals",
        ] {
            #expect(statement.contains(words), "\(words)")
        }
        #expect(run.json.contains(agreement.baselines[0].digest))
    }
}
