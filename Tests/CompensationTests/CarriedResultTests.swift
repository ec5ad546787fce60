// Goal: a period takes over what the one before came to, from its run or from a table, and nothing stands for it silently;
// a condition may ask whether a window is over. Method: a pool's balance and a late fee, computed by hand.

import Accounting
import Compensation
import Exact
import Monitoring
import Testing

struct CarriedResultTests {
    static let pool = """
        inputs:
          balance_before: {measure: previous-result, result: balance, unit: 万元, opening: 5 万元, clause: clause 4}
          paid_in: {measure: given, unit: 万元, clause: clause 1}
          spent: {measure: given, unit: 万元, clause: clause 2}
        formulas:
          - {name: balance, expression: balance_before + paid_in − spent, unit: 万元, clause: clause 3}
        payments:
          - {name: inflow, clause: clause 1, payer: a, payee: pool, amount: paid_in}
          - {name: outflow, clause: clause 5, payer: pool, payee: b, amount: spent}
        checks:
          - {name: cover, clause: clause 6, at-most: [spent, balance_before + paid_in]}
        examples:
          - name: three-years
            source: invented; 5 + 10 − 4 = 11, 11 + 10 − 20 = 1, 1 + 10 − 0 = 11
            periods: [{paid_in: 10, spent: 4}, {paid_in: 10, spent: 20}, {paid_in: 10, spent: 0}]
            expect: {steps: {balance: 11 万元}, net: {a: -30 万元, b: 24 万元, pool: 6 万元}}
          - name: too-much
            source: invented; 11 + 10 < 21.1
            periods: [{paid_in: 10, spent: 4}, {paid_in: 10, spent: 21.1}]
            expect: {refuses: does not balance}
          - name: stated
            source: invented; the third year by hand
            period: 2026
            inputs: {balance_before: 1, paid_in: 10, spent: 0}
            expect: {steps: {balance: 11 万元}, lines: [{payer: a, payee: pool, amount: 10 万元}, {payer: pool, payee: b, amount: 0 万元}]}
          - name: not-known
            source: invented; the second year alone
            period: 2025
            inputs: {paid_in: 10, spent: 0}
            expect: {refuses: "takes over “balance” of 2024-01-01/2025-01-01"}
        """

    private static func agreement(_ terms: String, period: String = "year") throws -> Agreement {
        let (agreement, problems) = readAgreement(AgreementLanguageTests.text(terms, period: period), file: "x.yaml")
        return try #require(agreement, "\(problems)")
    }

    private func period(_ text: String) throws -> SettlementPeriod { try #require(SettlementPeriod(parsing: text)) }

    @Test("A chain of periods takes the balance over, from the opening on, and refuses without it")
    func chain() throws {
        let agreement = try Self.agreement(Self.pool)
        for example in agreement.examples { #expect(run(example, of: agreement) == []) }
        let runs = runs(of: agreement.examples[0], of: agreement)
        #expect(runs.map { $0.period.from.year } == [2024, 2025, 2026])
        let second = try #require(runs[1].inputs.first).value
        #expect(second?.value == Fraction(11))
        #expect(second?.evidence.series == ["上期 period before 2024-01-01/2025-01-01, \(runs[0].id)"])
        #expect(runs[0].inputs[0].value?.evidence.series == ["期初 opening, clause 4"])
        #expect(runs[1].derivationTreeText.contains("balance = 1 万元  [clause 3]"))
    }

    @Test("A table supplies it under the period before, and may not say otherwise than the opening")
    func byHand() throws {
        let agreement = try Self.agreement(Self.pool)
        func settled(_ row: String, _ year: String) throws -> SettlementRun {
            let table = InputTable.header + "\n\(row)paid_in,,,,10,万元\nspent,,,,0,万元\n"
            let period = try period(year)
            let read = InputTable.read(table, file: "t.csv", for: agreement, period: period)
            return settle(
                agreement, period: period, kind: .special, inputs: try #require(read.source, "\(read.problems)"),
                program: "test")
        }
        #expect(
            try settled("balance_before,,,2024,7,万元\n", "2025").result(InputKey(name: "balance"))?.value == Fraction(17)
        )
        #expect(
            try settled("balance_before,,,2023,5,万元\n", "2024").result(InputKey(name: "balance"))?.value == Fraction(15)
        )
        guard case .notSettled(let obstacles) = try settled("balance_before,,,2023,6,万元\n", "2024").outcome else {
            Issue.record("It settles with another opening than the text's.")
            return
        }
        #expect(obstacles[0].kind == .disputedInput && obstacles[0].why.hasPrefix("clause 4 begins with 5 万元"))
        let late = InputTable.read(
            InputTable.header + "\nbalance_before,,,2025,6,万元\n", file: "t.csv", for: agreement,
            period: try period("2025"))
        #expect(late.source == nil && late.problems.map(\.description).joined().contains("The figure is for 2025"))
    }

    @Test("A replay takes its own results over, and a period that did not settle stops the next")
    func replay() throws {
        let (old, draft) = (
            try Self.agreement(Self.pool), try Self.agreement(Self.pool.replacing("opening: 5", with: "opening: 8"))
        )
        let table =
            InputTable.header
            + "\npaid_in,,,2024,10,\nspent,,,2024,4,\npaid_in,,,2025,10,\nspent,,,2025,22,\npaid_in,,,2026,10,\nspent,,,2026,0,\n"
        let found = whatIf(old, draft, over: try period("2024/2027").parts(of: .year)) { agreement, period in
            let rows = InputTable.rows(table, of: period, for: agreement)
            return InputTable.read(rows, file: "t.csv", for: agreement, period: period).source ?? TableInputSource([:])
        }
        // 5 + 10 − 4 = 11 and 21 < 22; 8 + 10 − 4 = 14 and 24 ≥ 22.
        #expect(found.gaps.map { "\($0.period.from.year) \($0.isDraft)" } == ["2025 false", "2026 false"])
        #expect(found.gaps[1].obstacles[0].why.contains("2025-01-01/2026-01-01 did not settle"))
        #expect(found.rows.filter { $0.party == "b" }.prefix(2).map(\.draft) == [Fraction(40_000), Fraction(220_000)])
    }

    @Test("The opening is a figure that examples must notice, and what a file may say of a result is checked")
    func checked() throws {
        let blind = Self.pool.replacing("spent: 20}", with: "spent: 0}").replacing(
            "balance: 11 万元}, net", with: "balance: 31 万元}, net"
        )
        .replacing("b: 24 万元, pool: 6 万元", with: "b: 4 万元, pool: 26 万元")
        #expect(mutationScore(of: try Self.agreement(Self.pool)).survivors.isEmpty)
        let survivors = mutationScore(
            of: try Self.agreement(blind.replacing("{steps: {balance: 31 万元}, net", with: "{net"))
        ).survivors
        #expect(survivors.contains { $0.change.hasPrefix("opening of balance_before: 5 changed to") })
        func problems(_ terms: String, _ period: String = "year") -> [String] {
            readAgreement(AgreementLanguageTests.text(terms, period: period), file: "x.yaml").problems.map(
                \.description)
        }
        let more = Self.pool.replacing(
            "formulas:\n",
            with: "formulas:\n  - {name: per_town, each: t in towns, expression: spent, unit: 万元, clause: c}\n"
                + "  - {name: load, expression: 1 t, unit: t, clause: c}\n")
        for (wrong, words) in [
            ("result: balanse,", "Did you mean “balance”?"), ("result: per_town,", "same members"),
            ("result: load,", "Write unit: t."), ("", "lacks “result”"),
        ] {
            let found = problems(more.replacing("result: balance,", with: wrong))
            #expect(found.contains { $0.contains(words) }, "\(found)")
        }
        #expect(problems(Self.pool, "span").contains { $0.contains("a span has no period before it") })
        #expect(
            problems(Self.pool.replacing("opening: 5 万元", with: "opening: ")).contains {
                $0.contains("opening") && $0.contains("clause 4")
            })
    }

    static let lateFee = """
        windows:
          - {name: march, from: {date: 03-31}, calendar: civil, party: b, kept-by: paid, on-expiry: a tenth more is owed, clause: clause 8}
          - {name: answer, from: notified, days: 10, calendar: civil, on-expiry: nothing, clause: clause 9}
        inputs:
          owed: {measure: given, unit: 万元, clause: clause 1}
        formulas:
          - {name: due, expression: "when expired(march) then owed × 1.1 else owed", unit: 万元, clause: clause 7}
        payments:
          - {name: pay, clause: clause 7, payer: b, payee: a, amount: due}
        examples:
          - {name: late, source: invented, period: 2024, as-of: 2025-04-01, inputs: {owed: 10}, expect: {steps: {due: 11 万元}, lines: [{payer: b, payee: a, amount: 11 万元}]}}
          - {name: last-day, source: invented, period: 2024, as-of: 2025-03-31, inputs: {owed: 10}, expect: {lines: [{payer: b, payee: a, amount: 10 万元}]}}
          - {name: on-time, source: invented, period: 2024, as-of: 2025-06-01, events: [{event: paid, party: b, at: 2025-03-30, document: order 9}], inputs: {owed: 10}, expect: {lines: [{payer: b, payee: a, amount: 10 万元}]}}
          - {name: on-the-day, source: invented, period: 2024, as-of: 2025-06-01, events: [{event: paid, party: b, at: 2025-03-31}], inputs: {owed: 10}, expect: {lines: [{payer: b, payee: a, amount: 10 万元}]}}
          - {name: paid-late, source: invented, period: 2024, as-of: 2025-06-01, events: [{event: paid, party: b, at: 2025-04-02}], inputs: {owed: 10}, expect: {lines: [{payer: b, payee: a, amount: 11 万元}]}}
          - {name: no-day, source: invented, period: 2024, inputs: {owed: 10}, expect: {refuses: "Nobody can say whether “march” is over"}}
        """

    @Test("A condition may ask whether a window is over: expired, kept, open, and refused while nobody can say")
    func expired() throws {
        let agreement = try Self.agreement(Self.lateFee)
        for example in agreement.examples { #expect(run(example, of: agreement) == [], "\(example.name)") }
        #expect(mutationScore(of: agreement).survivors.isEmpty)
        let runs = runs(of: agreement.examples[0], of: agreement)
        #expect(runs[0].steps[0].decisions[0].comparison == "march: 2025-03-31 … 2025-03-31, 已届满 expired")
        let (year, day) = (try period("2024"), try #require(CivilDate("2025-04-01")))
        let unit = try UnitOfMeasure(parsing: "万元")
        let found = sensitivities(
            of: agreement, period: year, inputs: [InputKey(name: "owed"): (Fraction(10), unit)], asOf: day)
        #expect(found[0].marginalAbove?[["a", "CNY"]] == Fraction(11_000))
        let wrong = readAgreement(
            AgreementLanguageTests.text(Self.lateFee.replacing("expired(march)", with: "expired(mach)")), file: "x.yaml"
        )
        #expect(wrong.problems.map(\.description).contains { $0.contains("Did you mean “march”?") })
        // Without the cases at its edge the day is a survivor.
        let blind = Self.lateFee.split(separator: "\n").filter {
            !$0.contains("last-day") && !$0.contains("on-the-day")
        }
        .joined(separator: "\n")
        #expect(
            mutationScore(of: try Self.agreement(blind)).survivors.map(\.change).contains(
                "march: the day moved to 3-30"))
    }
}
