// Goal: a run that lacks anything owes nothing and says so; it never ends in an amount or in "0 owed". Method: take
// figures away in every combination, spoil them in every way, and read the reasons.

import Compensation
import Exact
import Monitoring
import Testing

struct SettlementTests {
    @Test("No subset of the figures but the whole settles, and each missing one is named")
    func everySubset() throws {
        let keys = ExampleYear.results.keys.sorted()
        #expect(keys.count == 4)
        for bits in 0..<(1 << keys.count) {
            let present = keys.enumerated().filter { bits >> $0.offset & 1 == 1 }.map(\.element)
            let run = ExampleYear.run(ExampleYear.results.filter { present.contains($0.key) })
            guard case .notSettled(let obstacles) = run.outcome else {
                #expect(present.count == 4, "\(present) settled")
                continue
            }
            #expect(present.count < 4)
            #expect(obstacles.map(\.kind) == Array(repeating: .missingInput, count: 4 - present.count))
            let named = Set(obstacles.map(\.item))
            #expect(named == Set(keys.filter { !present.contains($0) }.map(\.description)))
            #expect(run.verdicts.map(\.verdict) == [.notAssessable])
            #expect(run.steps.isEmpty)
        }
    }

    @Test("Nothing settles from nothing, for every agreement of the tree", arguments: ProjectFiles.agreements)
    func fromNothing(file: ProjectFile) throws {
        let agreement = try #require(readAgreement(file.text, file: file.path).agreement)
        let period = try #require(agreement.firstPeriod)
        let run = settle(agreement, period: period, kind: .initial, inputs: TableInputSource([:]), program: "test")
        guard case .notSettled(let obstacles) = run.outcome else {
            Issue.record("\(file.path) settles without a figure.")
            return
        }
        // What a first period opens with the text itself says.
        let openings = agreement.inputs.reduce(0) { $0 + ($1.carried?.opening.count ?? 0) }
        #expect(obstacles.filter { $0.kind == .missingInput }.count == run.inputs.count - openings)
        #expect(!run.verdicts.map(\.verdict).contains(.met))
        #expect(run.refusalText.contains("NOT SETTLED"))
    }

    @Test("A figure that cannot count stops the run with its kind of reason")
    func spoiledFigures() throws {
        let key = InputKey(name: "c", indicator: "tp")
        guard case .value(let good)? = ExampleYear.results[key] else { return }
        func value(_ unit: UnitOfMeasure, share: Fraction?) -> InputResult {
            .value(InputValue(value: good.value, unit: unit, share: share, evidence: good.evidence))
        }
        let tonne = try UnitOfMeasure(parsing: "t")
        let cases: [(InputResult, Obstacle.Kind, String)] = [
            (.missing("no data"), .missingInput, "Supply the mean of tp at Example border section"),
            (.notAssessable("edition unknown"), .notAssessable, "edition unknown"),
            (.disputed("two versions of 2025-03-01"), .disputedInput, "The parties decide which version counts"),
            (value(tonne, share: .one), .wrongUnit, "The value is in t, the agreement asks for mg/L."),
            (value(good.unit, share: Fraction(3, 4) - Fraction(1, 2_190)), .incompleteData, "74.95 %"),
        ]
        for (result, kind, words) in cases {
            var results = ExampleYear.results
            results[key] = result
            guard case .notSettled(let obstacles) = ExampleYear.run(results).outcome else {
                Issue.record("\(kind) settled.")
                continue
            }
            #expect(obstacles.map(\.kind) == [kind])
            #expect(obstacles[0].description.contains(words), "\(obstacles[0])")
            #expect(obstacles[0].section == "border")
        }
        var atTheEdge = ExampleYear.results
        atTheEdge[key] = value(good.unit, share: Fraction(3, 4))
        guard case .settled = ExampleYear.run(atTheEdge).outcome else {
            Issue.record("A share of exactly the minimum is enough.")
            return
        }
    }

    @Test("A disputed figure makes the verdict disputed")
    func disputedVerdict() {
        var results = ExampleYear.results
        results[InputKey(name: "c", indicator: "nh3n")] = .disputed("two values for one reading")
        #expect(ExampleYear.run(results).verdicts.map(\.verdict) == [.disputed])
    }

    @Test("A template with blanks refuses and names the clause that must supply each")
    func blanks() throws {
        let template = ProjectFiles.agreement("example-river-xinan/agreements/xinan-template.yaml")
        #expect(template.isTemplate)
        #expect(
            template.blanks.map(\.name) == [
                "missing-data.minimum-share", "statistics", "k0", "weight[codmn]", "weight[nh3n]", "weight[tn]",
                "weight[tp]",
                "stake",
                "base[codmn]", "base[nh3n]", "base[tn]", "base[tp]", "base period", "base samples", "base signatures",
            ])
        let run = ExampleYear.run(agreement: template)
        guard case .notSettled(let obstacles) = run.outcome else {
            Issue.record("A template settled.")
            return
        }
        #expect(obstacles.filter { $0.kind == .blankParameter }.count == 15)
        let coefficient = try #require(obstacles.first { $0.item == "k0" })
        #expect(
            coefficient.needed.contains("the clause on the stability coefficient k0 of 新安江流域横向生态保护补偿协议"))
    }

    @Test(
        "Periods outside the validity or of another kind are refused",
        arguments: [
            ("2023", Obstacle.Kind.outsideValidity), ("2027", .outsideValidity), ("2025-Q1", .wrongPeriod),
            ("2025-03", .wrongPeriod), ("2025-01-01/2025-12-31", .wrongPeriod),
        ])
    func periods(text: String, kind: Obstacle.Kind) throws {
        let period = try #require(SettlementPeriod(parsing: text))
        let run = settle(
            ExampleYear.agreement, period: period, kind: .initial, inputs: TableInputSource(ExampleYear.results),
            program: "test")
        guard case .notSettled(let obstacles) = run.outcome else {
            Issue.record("\(text) settled.")
            return
        }
        #expect(obstacles.map(\.kind) == [kind])
    }

    @Test(
        "Periods are half-open civil dates",
        arguments: [
            ("2025", "2025-01-01/2026-01-01", "2024-01-01/2025-01-01"),
            ("2025-Q1", "2025-01-01/2025-04-01", "2024-10-01/2025-01-01"),
            ("2024-12", "2024-12-01/2025-01-01", "2024-11-01/2024-12-01"),
            ("2020-H1", "2020-01-01/2020-07-01", "2019-07-01/2020-01-01"),
            ("2020-H2", "2020-07-01/2021-01-01", "2020-01-01/2020-07-01"),
            ("2025-07-01/2025-10-01", "2025-07-01/2025-10-01", "2025-04-01/2025-07-01"),
        ])
    func periodTexts(text: String, expected: String, previous: String) throws {
        let period = try #require(SettlementPeriod(parsing: text))
        #expect(period.description == expected)
        #expect(period.previous?.description == previous)
    }

    @Test("A half-year is six civil months, a span the whole validity; statement and parts say so")
    func halfYears() throws {
        let notice = ProjectFiles.agreement("catalogue/beijing/agreements/beijing-2020-h1.yaml")
        let run = try #require(runs(of: notice.examples[0], of: notice).first)
        #expect(try Statement(run).text.contains(" 2020-01-01 至 to 2020-06-30, UTC"))
        let year = try #require(SettlementPeriod(parsing: "2020/2022"))
        #expect(
            year.parts(of: .halfYear).map(\.description) == [
                "2020-01-01/2020-07-01", "2020-07-01/2021-01-01", "2021-01-01/2021-07-01", "2021-07-01/2022-01-01",
            ])
        #expect(year.parts(of: .halfYear)[1].months.map(\.description).first == "2020-07-01/2020-08-01")
        let terms = """
            inputs:
              q: {measure: given, each: months, unit: t, clause: clause 1}
            payments:
              - {name: fee, clause: clause 2, payer: a, payee: b, amount: "sum(m in months: q[m]) × 1 元/t × (days(m1) ÷ 1 d)"}
            examples:
              - name: six
                source: invented; (1 + 2 + 3 + 4 + 5 + 6) × 31
                inputs: {q: {m1: 1, m2: 2, m3: 3, m4: 4, m5: 5, m6: 6}}
                expect: {lines: [{payer: a, payee: b, amount: 651 元}]}
            """
        let half = try #require(
            readAgreement(AgreementLanguageTests.text(terms, period: "half-year"), file: "x.yaml").agreement)
        #expect(Compensation.run(half.examples[0], of: half) == [])
        let lump = """
            payments:
              - {name: fee, clause: clause 2, payer: a, payee: b, amount: 5 元}
            examples:
              - {name: once, source: invented, inputs: {}, expect: {lines: [{payer: a, payee: b, amount: 5 元}]}}
            """
        let once = try #require(
            readAgreement(AgreementLanguageTests.text(lump, period: "span"), file: "x.yaml").agreement)
        #expect(once.firstPeriod?.description == "2024-01-01/2027-01-01")
        #expect(Compensation.run(once.examples[0], of: once) == [])
        let part = settle(
            once, period: try #require(SettlementPeriod(parsing: "2025")), kind: .special,
            inputs: TableInputSource([:]),
            program: "test")
        #expect(part.refusalText.contains("[wrong-period]"))
    }

    @Test(
        "Texts that are no period",
        arguments: [
            "", "25", "2025-13", "2025-Q5", "2025-H3", "2025-H0", "2025-1", "2025-01-01", "2025-02-01/2025-01-01",
            "2025-01-01/2025-01-01",
            "x/y",
            "2025-02-30/2025-03-01",
        ])
    func noPeriods(text: String) { #expect(SettlementPeriod(parsing: text) == nil) }

    @Test(
        "An amount finer than a fen without a rounding clause, and a negative amount, are refused",
        arguments: [
            ("amount: stake ÷ 3", Obstacle.Kind.unroundedAmount), ("amount: −stake", .negativeAmount),
            ("amount: stake ÷ (P − P)", .computation), ("amount: stake × 1000000000", .wrongValue),
        ])
    func amounts(amount: String, kind: Obstacle.Kind) throws {
        let text = ProjectFiles.text("stations/catalogue/dabieshan/agreements/dabieshan.yaml")
            .replacing("amount: stake", with: amount)
        let agreement = try #require(readAgreement(text, file: "x.yaml").agreement)
        let period = try #require(SettlementPeriod(parsing: "2023"))
        let given = TableInputSource(
            [InputKey(name: "P"): (value: Fraction(673, 1_000), unit: UnitOfMeasure.one)], document: "notice")
        let run = settle(agreement, period: period, kind: .initial, inputs: given, program: "test")
        guard case .notSettled(let obstacles) = run.outcome else {
            Issue.record("“\(amount)” settled.")
            return
        }
        #expect(obstacles.map(\.kind) == [kind])
    }

    @Test(
        "A class outside 1…6 or between two classes is not a class",
        arguments: [
            (Fraction(0), false), (Fraction(1), true), (Fraction(6), true), (Fraction(7), false),
            (Fraction(5, 2), false),
        ])
    func classes(rank: Fraction, isClass: Bool) throws {
        let agreement = ProjectFiles.agreement("example-three-regions/agreements/example-chishui.yaml")
        let unit = try UnitOfMeasure(parsing: "class")
        let given = TableInputSource(
            [
                InputKey(name: "class_upper"): (value: rank, unit: unit),
                InputKey(name: "class_lower"): (value: Fraction(2), unit: unit),
            ],
            document: "test")
        let period = try #require(SettlementPeriod(parsing: "2025"))
        let run = settle(agreement, period: period, kind: .initial, inputs: given, program: "test")
        guard case .settled = run.outcome else {
            #expect(!isClass)
            return
        }
        #expect(isClass)
    }
}
