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
            InputTable.read(InputTable.rows(table, of: period), file: "t.csv", for: agreement, period: period).source
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
        #expect(found[0].marginal[["b", "CNY"]] == Fraction(100_000))
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
        // A product of the figure with itself is no straight line: it is searched, and says so.
        let curved = try Self.branching(
            ["when: z > 4 t, payer: a, payee: b, amount: 1 元", "when: z ≤ 4 t, nothing: true"],
            formulas: "  - {name: z, expression: x × x ÷ 1 t, unit: t, clause: clause 1}")
        let square = try found(curved, x: Fraction(1), y: .zero)
        #expect(!square.isExact && square.flipAbove == Fraction(2))
    }

    @Test("A draft is tried before its validity; a text that settles by the month is summed; a gap says why in its row")
    func replay() throws {
        let draft = try Self.agreement(price: "12")
        let table = InputTable.header + "\nload,,s1,2024,3,t\n"
        let periods = try #require(SettlementPeriod(parsing: "2024/2026")).parts(of: .year)
        #expect(periods.count == 2)
        let old = try #require(SettlementPeriod(parsing: "1990/1991"))
        func source(_ agreement: Agreement, _ period: SettlementPeriod) -> any InputSource {
            InputTable.read(InputTable.rows(table, of: period), file: "t.csv", for: agreement, period: period).source
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
