// Goal: what-if, sensitivity and odds are those of the formula, and the input table serves agreements over sets.
// Method: a clamp whose slope and edge are known; a draft with another price; a template filled in by hand.

import Compensation
import Exact
import Monitoring
import Testing

struct WhatIfTests {
    private static func agreement(price: String) throws -> Agreement {
        let terms = """
            constants:
              price: {value: \(price), unit: 万元/t, clause: clause 1, confidence: example}
            inputs:
              load: {measure: given, section: s1, unit: t, clause: clause 1}
            payments:
              - name: pay
                clause: clause 2
                rounding: {to: 1 元, rule: half-up, clause: clause 3}
                branches:
                  - {when: load > 2.5 t, payer: a, payee: b, amount: price × load}
                  - {when: load ≤ 2.5 t, nothing: true}
            examples:
              - {name: none, source: invented, inputs: {load: 1}, expect: {nothing: true}}
            """
        return try #require(readAgreement(AgreementLanguageTests.text(terms), file: "x.yaml").agreement)
    }

    private static let period = SettlementPeriod(parsing: "2024")

    @Test("A draft is settled beside the text in force, party by party")
    func draft() throws {
        let (old, new) = (try Self.agreement(price: "10"), try Self.agreement(price: "12"))
        let table = InputTable.header + "\nload,,s1,2024,3,t\nload,,s1,2025,4,t\n"
        let periods = try #require(SettlementPeriod(parsing: "2024-01-01/2026-01-01")).parts(of: .year)
        #expect(periods.map(\.description) == ["2024-01-01/2025-01-01", "2025-01-01/2026-01-01"])
        let found = whatIf(old, new, over: periods) { agreement, period in
            InputTable.read(
                InputTable.rows(table, of: period, for: agreement), file: "t.csv", for: agreement, period: period
            ).source
                ?? TableInputSource([:])
        }
        let ofA = found.rows.filter { $0.party == "a" }
        #expect(ofA.map { $0.inForce } == [Fraction(-300_000), Fraction(-400_000)])
        #expect(ofA.map { $0.draft } == [Fraction(-360_000), Fraction(-480_000)])
        #expect(found.gaps.isEmpty)
        #expect(found.text.contains("-140000 CNY"))
    }

    @Test("Sensitivity finds the slope and the exact edge of a branch")
    func sensitivity() throws {
        let agreement = try Self.agreement(price: "10")
        let tonne = try UnitOfMeasure(parsing: "t")
        let found = sensitivities(
            of: agreement, period: try #require(Self.period), inputs: [InputKey(name: "load"): (Fraction(3), tonne)])
        #expect(found.count == 1)
        #expect(found[0].flipBelow == Fraction(5, 2))
        #expect(found[0].flipAbove == nil)
        #expect(found[0].marginalBelow?[["b", "CNY"]] == Fraction(100_000))
        #expect(found[0].marginalAbove?[["b", "CNY"]] == Fraction(100_000))
    }

    /// An agreement of one payment over `x` (and a rank over two of them), whose amount is written out.
    private static func paying(
        _ amount: String, unit: String, more: String = "", error: String = ""
    ) throws -> Agreement {
        let terms = """
            \(more)
            inputs:
              x: {measure: given, unit: "\(unit)", \(error)clause: clause 1}
              flag: {measure: given, unit: "1", error: none, clause: 1 or 0}
            payments:
              - {name: pay, clause: clause 2, payer: a, payee: b, amount: "\(amount) × flag"}
            examples:
              - {name: none, source: invented, inputs: {x: 1}, expect: {refuses: Supply}}
            """
        let read = readAgreement(AgreementLanguageTests.text(terms), file: "x.yaml")
        return try #require(read.agreement, "\(read.problems)")
    }

    private static let award = """
        tiers:
          award: {measures: "%", gives: 万元, how: step, edge: upper, rows: [{to: -10, value: 100}, {from: -10, to: 0, value: 50}, {from: 0, value: 20}], clause: c, confidence: example}
        """

    @Test("An edge of a tier, a started step and a clamp is a flip; money per unit is that of the side named")
    func tiersAndSteps() throws {
        func found(_ agreement: Agreement, _ x: Fraction, _ unit: String) throws -> Sensitivity {
            let inputs = [
                InputKey(name: "x"): (x, try UnitOfMeasure(parsing: unit)), InputKey(name: "flag"): (Fraction(1), .one),
            ]
            let all = sensitivities(of: agreement, period: try #require(Self.period), inputs: inputs)
            return try #require(all.first { $0.input.name == "x" })
        }
        let tier = try found(try Self.paying("tier(award, x)", unit: "%", more: Self.award), Fraction(-999, 100), "%")
        #expect(tier.isExact && tier.flipBelow == Fraction(-10) && tier.flipAbove == .zero)
        #expect(tier.marginalAbove == [:])
        let steps = try Self.paying("started_steps(x − 20 mg/L, 4 mg/L) × 30 万元", unit: "mg/L")
        let inside = try found(steps, Fraction(27_999, 1_000), "mg/L")
        #expect(inside.isExact && inside.flipBelow == Fraction(24) && inside.flipAbove == Fraction(28))
        // On the edge itself the next step begins just above; a unit moves nothing on either side of it.
        let edge = try found(steps, Fraction(28), "mg/L")
        #expect(edge.flipBelow == Fraction(24) && edge.flipAbove == Fraction(28))
        #expect(edge.marginalBelow == [:] && edge.marginalAbove == [:])
        let clean = try found(steps, Fraction(5), "mg/L")
        #expect(clean.isExact && clean.flipBelow == nil && clean.flipAbove == Fraction(20))
        let capped = try found(
            try Self.paying("clamp(x, 0 t, 8 t) × 10 元/t", unit: "t"), Fraction(8), "t")
        #expect(capped.isExact && capped.flipAbove == Fraction(8) && capped.flipBelow == .zero)
        #expect(capped.marginalBelow?[["b", "CNY"]] == Fraction(10) && capped.marginalAbove == [:])
        let text = sensitivityText([capped])
        #expect(text.contains("下方 below: a -10 CNY, b 10 CNY; 上方 above: —"), "\(text)")
    }

    @Test("What is only searched for and not found is not called nothing")
    func notFound() throws {
        let square = try Self.paying("x × x ÷ (1 t × 1 t) × 1 元", unit: "t")
        let inputs = [
            InputKey(name: "x"): (Fraction(3), try UnitOfMeasure(parsing: "t")),
            InputKey(name: "flag"): (Fraction(1), .one),
        ]
        let squares = sensitivities(of: square, period: try #require(Self.period), inputs: inputs)
        let found = try #require(squares.first { $0.input.name == "x" })
        #expect(found.isExact && found.flipAbove == nil)
        // d(x²) is 6 at 3, on both sides.
        #expect(found.marginalAbove?[["b", "CNY"]] == Fraction(6) && found.marginalBelow == found.marginalAbove)
        // A rounding whose own step moves is all that is left to search.
        let moving = try Self.paying("round(x × 1 元/t, 1 元 + x × 1 元/t, half-up)", unit: "t")
        let all = sensitivities(of: moving, period: try #require(Self.period), inputs: inputs)
        let searched = try #require(all.first { $0.input.name == "x" })
        #expect(searched.method == .searched && searched.flipAbove == nil)
        #expect(sensitivityText([searched]).contains("未找到 not found"))
    }

    @Test("Under a quotient and in products the flip is solved; where it is no fraction it is bounded and says so")
    func rationalFlips() throws {
        let tonne = try UnitOfMeasure(parsing: "t")
        func found(_ formula: String, _ edge: String, x: Fraction, y: Fraction) throws -> Sensitivity {
            let agreement = try Self.branching(
                ["when: z > \(edge), payer: a, payee: b, amount: 1 元", "when: z ≤ \(edge), nothing: true"],
                formulas: "  - {name: z, expression: \(formula), unit: \"1\", clause: clause 1}")
            let all = sensitivities(
                of: agreement, period: try #require(Self.period),
                inputs: [InputKey(name: "x"): (x, tonne), InputKey(name: "y"): (y, tonne)])
            return try #require(all.first { $0.input.name == "x" })
        }
        // x ÷ (x + y) > 1/3 with y = 7: x > 7/2; the other side turns at the pole, x = −7.
        let share = try found("x ÷ (x + y)", "1 ÷ 3", x: Fraction(1), y: Fraction(7))
        #expect(share.isExact && share.flipAbove == Fraction(7, 2) && share.flipBelow == Fraction(-7))
        // y ÷ x > 0.3 with y = 2 : x < 20/3; at x = 0 it stops.
        let ratio = try found("y ÷ x", "0.3", x: Fraction(5), y: Fraction(2))
        #expect(ratio.isExact && ratio.flipAbove == Fraction(20, 3) && ratio.flipBelow == .zero)
        // Two quotients: 1/x + 1/(x + 1) > 5/6 : 5x² − 7x − 6 < 0, x < 2.
        let two = try found("1 t ÷ x + 1 t ÷ (x + 1 t)", "5 ÷ 6", x: Fraction(1), y: .zero)
        #expect(two.isExact && two.flipAbove == Fraction(2) && two.flipBelow == .zero)
        // x² > 2: no fraction. √2 to one part in 2⁶⁴.
        let root = try found("x × x ÷ (1 t × 1 t)", "2", x: Fraction(1), y: .zero)
        #expect(root.method == .bounded)
        let edge = try #require(root.flipAbove)
        let gap = (edge * edge - Fraction(2)).magnitude
        #expect(!gap.isZero && gap * Fraction(1 << 60) < .one)
        #expect(sensitivityText([root]).contains("界定 bounded to 2⁻⁶⁴"))
        // x² > 4 is one.
        let square = try found("x × x ÷ (1 t × 1 t)", "4", x: Fraction(1), y: .zero)
        #expect(square.isExact && square.flipAbove == Fraction(2) && square.flipBelow == Fraction(-2))
    }

    @Test("A baseline's values are varied like figures: what a change in them would move")
    func baselineSensitivity() throws {
        let run = ExampleYear.run()
        let all = sensitivities(
            of: ExampleYear.agreement, period: ExampleYear.period ?? run.period, inputs: run.figures)
        let base = try #require(all.first { $0.isBaseline && $0.input.members == ["tp"] })
        // P = 0.8 × Σ c ÷ base ÷ 4; bonus 5000 × (1 − P): the slope in base is 5000 × 0.2 × c ÷ base².
        let concentration = try #require(run.figures[InputKey(name: "c", indicator: "tp")]).value
        let slope = Fraction(50_000_000) * Fraction(1, 5) * concentration / (Fraction(1, 20) * Fraction(1, 20))
        #expect(base.marginalAbove?[["anhui", "CNY"]] == slope)
        #expect(base.flipBelow != nil)
        #expect(sensitivityText(all).contains("基准值 baseline base[tp]"))
    }

    @Test("Odds are those of tiers, steps and ranks; flags, counts and stated errors of their own are kept")
    func oddsOfTiers() throws {
        let agreement = try Self.paying("tier(award, x)", unit: "%", more: Self.award)
        let inputs = [
            InputKey(name: "x"): (Fraction(-10), try UnitOfMeasure(parsing: "%")),
            InputKey(name: "flag"): (Fraction(1), UnitOfMeasure.one),
        ]
        func counts(_ agreement: Agreement) throws -> [String: Int] {
            let odds = branchOdds(
                of: agreement, period: try #require(Self.period), inputs: inputs, relativeError: Fraction(1, 5),
                draws: 400, seed: 7)
            return Dictionary(odds.map { ($0.branch, $0.count) }) { $0 + $1 }
        }
        let found = try counts(agreement)
        let above = found["pay: tier(award, x) → -10 % < x ≤ 0 %"] ?? 0
        #expect((160...240).contains(above), "\(found)")
        #expect(above + (found["pay: tier(award, x) → x ≤ -10 %"] ?? 0) == 400)
        #expect(fixedInputs(of: agreement, inputs).map(\.name) == ["flag"])
        let still = try Self.paying("tier(award, x)", unit: "%", more: Self.award, error: "error: none, ")
        #expect(try counts(still)["pay: tier(award, x) → x ≤ -10 %"] == 400)
        let sharp = try Self.paying("tier(award, x + 1 %)", unit: "%", more: Self.award, error: "error: 0.001, ")
        #expect(try counts(sharp)["pay: tier(award, x + 1 %) → -10 % < x ≤ 0 %"] == 400)
    }

    /// A payment of `x` over two tiers of inputs, by the branches given.
    private static func branching(_ branches: [String], formulas: String) throws -> Agreement {
        let terms = """
            inputs:
              x: {measure: given, section: s1, unit: t, clause: clause 1}
              y: {measure: given, section: s1, unit: t, clause: clause 1}
            formulas:
            \(formulas)
            payments:
              - name: pay
                clause: clause 2
                branches:
            \(branches.map { "      - {\($0)}" }.joined(separator: "\n"))
            examples:
              - {name: none, source: invented, inputs: {x: 0, y: 0}, expect: {refuses: Supply}}
            """
        let read = readAgreement(AgreementLanguageTests.text(terms), file: "x.yaml")
        return try #require(read.agreement, "\(read.problems)")
    }

    @Test("A flip is computed over the whole line: far ones, narrow ones, and none")
    func computedFlips() throws {
        let tonne = try UnitOfMeasure(parsing: "t")
        let year = try #require(Self.period)
        func found(_ agreement: Agreement, x: Fraction, y: Fraction) throws -> Sensitivity {
            let all = sensitivities(
                of: agreement, period: year,
                inputs: [InputKey(name: "x"): (x, tonne), InputKey(name: "y"): (y, tonne)])
            return try #require(all.first { $0.input.name == "x" })
        }
        let plain = "  - {name: z, expression: x, unit: t, clause: clause 1}"
        // The band is a millionth wide, so doubled steps pass over it: only its edges tell of it.
        let narrow = try Self.branching(
            [
                "when: 7 t < x ≤ 7.000001 t, payer: a, payee: b, amount: 1 元",
                "when: x ≤ 7 t or x > 7.000001 t, nothing: true",
            ], formulas: plain)
        let band = try found(narrow, x: Fraction(3), y: .zero)
        #expect(band.isExact && band.flipAbove == Fraction(7) && band.flipBelow == nil)
        let beyond = try found(narrow, x: Fraction(9), y: .zero)
        #expect(beyond.isExact && beyond.flipBelow == Fraction(7_000_001, 1_000_000) && beyond.flipAbove == nil)
        // Past 2¹⁴ steps of a thousandth: 3 + y × 2 > 1 000 000.
        let far = try Self.branching(
            ["when: z > 1000000 t, payer: a, payee: b, amount: 1 元", "when: z ≤ 1000000 t, nothing: true"],
            formulas: "  - {name: z, expression: \"max(0 t, 3 × x + 2 × y)\", unit: t, clause: clause 1}")
        let distant = try found(far, x: Fraction(1), y: Fraction(5))
        #expect(distant.isExact && distant.flipAbove == Fraction(999_990, 3) && distant.flipBelow == nil)
        // A product of the figure with itself is no straight line, and its root is computed all the same.
        let curved = try Self.branching(
            ["when: z > 4 t, payer: a, payee: b, amount: 1 元", "when: z ≤ 4 t, nothing: true"],
            formulas: "  - {name: z, expression: x × x ÷ 1 t, unit: t, clause: clause 1}")
        let square = try found(curved, x: Fraction(1), y: .zero)
        #expect(square.isExact && square.flipAbove == Fraction(2))
    }

    @Test("A draft is tried before its validity; a text that settles by the month is summed; a gap says why in its row")
    func replay() throws {
        let draft = try Self.agreement(price: "12")
        let table = InputTable.header + "\nload,,s1,2024,3,t\n"
        let periods = try #require(SettlementPeriod(parsing: "2024/2026")).parts(of: .year)
        #expect(periods.count == 2)
        let old = try #require(SettlementPeriod(parsing: "1990/1991"))
        func source(_ agreement: Agreement, _ period: SettlementPeriod) -> any InputSource {
            InputTable.read(
                InputTable.rows(table, of: period, for: agreement), file: "t.csv", for: agreement, period: period
            ).source
                ?? TableInputSource([:])
        }
        let found = whatIf(draft: draft, over: periods + [old], inForce: { _ in nil }, inputs: source)
        let ofA = found.rows.filter { $0.party == "a" }
        #expect(ofA.map(\.draft) == [Fraction(-360_000)] && ofA.allSatisfy { $0.inForce == nil })
        let missing = found.rows.filter { $0.party.isEmpty }
        #expect(missing.count == 2)
        for row in missing {
            #expect(row.draft == nil && row.inForce == nil && row.draftReason == "missing-input: load @ s1")
            #expect(row.inForceReason.contains("no agreement in force"))
        }
        #expect(found.text.contains("未能核算 not settled: missing-input: load @ s1"))
        #expect(!found.text.contains("合计 Total"))
        #expect(found.records.allSatisfy { $0.first { $0.name == "difference" }?.value == "" })
    }

    @Test("Odds of a branch are the same for the same seed and near one half at its edge")
    func odds() throws {
        let agreement = try Self.agreement(price: "10")
        let tonne = try UnitOfMeasure(parsing: "t")
        func draw(_ seed: UInt64) throws -> [String: Int] {
            let found = branchOdds(
                of: agreement, period: try #require(Self.period),
                inputs: [InputKey(name: "load"): (Fraction(5, 2), tonne)], relativeError: Fraction(1, 10), draws: 400,
                seed: seed)
            return Dictionary(found.map { ($0.branch, $0.count) }) { $0 + $1 }
        }
        let first = try draw(7)
        #expect(try draw(7) == first)
        #expect(first.values.reduce(0, +) == 400)
        #expect((160...240).contains(first["pay: load > 2.5 t"] ?? 0))
    }

    @Test("A template of an agreement over sets is filled in and settles; faults name the row")
    func template() throws {
        let agreement = try #require(
            readAgreement(AgreementLanguageTests.text(AgreementLanguageTests.chain, period: "month"), file: "x.yaml")
                .agreement)
        let period = try #require(SettlementPeriod(parsing: "2024-01"))
        let template = InputTable.template(for: agreement)
        #expect(
            template.hasPrefix("name,party,section,period,value,unit\nconc[codmn],,s1,,,mg/L\nconc[tp],,s1,,,mg/L\n"))
        #expect(template.contains("flow,,s2,m1,,m3/s\n"))
        let filled = template.replacing(",,mg/L", with: ",5,mg/L").replacing(",,m3/s", with: ",1,m3/s")
            .replacing(",,d\n", with: ",0,d\n")
        let read = InputTable.read(filled, file: "t.csv", for: agreement, period: period)
        let source = try #require(read.source, "\(read.problems)")
        let run = settle(agreement, period: period, kind: .special, inputs: source, program: "test")
        guard case .settled(let settled) = run.outcome else {
            Issue.record("\(run.refusalText)")
            return
        }
        #expect(settled.lines.count == 2)
        #expect(run.derivationHTML.contains("<details open><summary><b>甲 A → 池 Pool</b>"))
        #expect(run.derivationTreeText.contains("charge[s1]"))
        func problem(_ row: String) -> String {
            InputTable.read(InputTable.header + "\n" + row + "\n", file: "t.csv", for: agreement, period: period)
                .problems.map(\.description).joined()
        }
        #expect(problem("conc[codmn],,s3,,5,mg/L").contains("“s3” is no member of sections"))
        #expect(problem("conc[codmn],,,,5,mg/L").contains("does not say which of sections it is for"))
        #expect(problem("conc[codmn],,s1,,35%,mg/L").contains("35 with the unit %"))
        #expect(problem("conc[codmn],,s1,,\"1,5\",mg/L").contains("The decimal mark is a point"))
    }
}
