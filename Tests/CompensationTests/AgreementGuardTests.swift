// Goal: figures that cannot be, names that stand twice, shares and weights that do not add up, units left out and dates that
// clash are refused with a remedy. Method: one mistake each, found by an audit.

import Compensation
import Exact
import Monitoring
import Testing

struct AgreementGuardTests {
    private static func check(_ terms: String) -> AgreementCheck {
        checkAgreement(AgreementLanguageTests.text(terms), file: "x.yaml", registry: Registry())
    }

    private static let nothing = "  - {name: pay, clause: c, payer: a, payee: b, amount: 1 万元}\n"

    @Test(
        "A figure its kind cannot have stops the run",
        arguments: [
            ("class", "", "2.5", "2.5 class is not a class. [wrong-value]"),
            ("class", "", "25", "25 class is not a class."), ("class", "", "-3", "-3 class is not a class."),
            ("class", "", "0", "0 class is not a class."), ("mg/L", "", "-5", "-5 mg/L is less than 0 mg/L."),
            ("rank", "", "0", "0 rank is less than 1 rank."), ("rank", "", "2.5", "2.5 rank is not a whole number."),
            ("class", ", range: [0, any, whole]", "0.5", "0.5 class is not a class."),
            ("\"1\"", ", range: [0, 1]", "1.1", "1.1 is more than 1."),
        ])
    func impossible(unit: String, range: String, value: String, words: String) throws {
        let check = Self.check(
            """
            inputs:
              x: {measure: given, unit: \(unit), clause: c\(range)}
            payments:
            \(Self.nothing)
            examples:
              - {name: e, source: invented, inputs: {x: \(value)}, expect: {refuses: "\(words)"}}
            """)
        #expect(check.problems.filter { !$0.check.hasPrefix("agreement.region") } == [])
    }

    @Test(
        "A range lets an input be what its kind cannot",
        arguments: [("class", "any", "-2.5"), ("mg/L", "any", "-5"), ("class", "[0, any, whole]", "0")])
    func ranges(unit: String, range: String, value: String) {
        let check = Self.check(
            """
            inputs:
              x: {measure: given, unit: \(unit), range: \(range), clause: c}
            payments:
            \(Self.nothing)
            examples:
              - {name: e, source: invented, inputs: {x: \(value)}, expect: {lines: [{payer: a, payee: b, amount: 1 万元}]}}
            """)
        #expect(check.problems.filter { !$0.check.hasPrefix("agreement.region") } == [])
    }

    @Test(
        "A plain number beside a percentage says neither what it is nor what it is not",
        arguments: [
            ("%", "s > 75", "Write 75 % if that is meant, or 7500 %."),
            ("%", "75 < s", "it would be 7500 %."), ("ppm", "s > 5 %", "it would be 50000 ppm."),
            ("%", "s − 0.8 > 1 %", "it would be 80 %."), ("%", "max(s, -3) > 1 %", "it would be 300 %."),
        ])
    func scales(unit: String, condition: String, words: String) {
        let problems = Self.check(
            """
            inputs:
              s: {measure: given, unit: "\(unit)", clause: c}
            payments:
              - name: pay
                clause: c
                branches: [{when: "\(condition)", nothing: true}, {otherwise: true, nothing: true}]
            examples:
              - {name: e, source: invented, inputs: {s: 1}, expect: {nothing: true}}
            """
        ).problems.filter { $0.check == "expression.unit" }
        #expect(problems.contains { $0.description.contains(words) }, "\(problems)")
    }

    @Test("A formula in per cent whose value is a plain number does not say which is meant")
    func plainFormula() {
        let problems = Self.check(
            """
            inputs:
              s: {measure: given, unit: "%", clause: c}
            formulas:
              - {name: f, expression: when s > 1 % then 75 else 0, unit: "%", clause: c}
            payments:
            \(Self.nothing)
            examples:
              - {name: e, source: invented, inputs: {s: 1}, expect: {lines: [{payer: a, payee: b, amount: 1 万元}]}}
            """
        ).problems.filter { $0.check == "expression.unit" }
        #expect(problems.map(\.message) == ["“75”, a plain number, would be 7500 %."])
    }

    @Test("Nothing, the whole and a fraction against a plain number stand beside a percentage as they are")
    func plainScales() {
        let problems = Self.check(
            """
            constants:
              share: {value: 0.3, unit: "1", clause: c, confidence: example}
            inputs:
              s: {measure: given, unit: "%", clause: c}
            payments:
              - name: pay
                clause: c
                branches: [{when: s > 1 and s ≥ share and share < 30 %, nothing: true}, {when: s < 0, nothing: true}, {otherwise: true, nothing: true}]
            examples:
              - {name: e, source: invented, inputs: {s: 1}, expect: {nothing: true}}
            """
        ).problems
        #expect(problems.filter { $0.check == "expression.unit" } == [])
    }

    @Test("Payments, splits, checks and formulas have names of their own")
    func names() {
        let problems = Self.check(
            """
            inputs:
              x: {measure: given, unit: 万元, clause: c}
            formulas:
              - {name: due, expression: x, unit: 万元, clause: c}
            payments:
              - {name: due, clause: c, payer: a, payee: b, amount: x}
              - {name: pay, clause: c, payer: a, payee: b, amount: x}
              - {name: pay, clause: c, payer: a, payee: b, amount: x}
            checks:
              - {name: pay, clause: c, at-most: [x, x]}
              - {name: pay, clause: c, at-most: [x, x]}
            examples:
              - {name: e, source: invented, inputs: {x: 1}, expect: {lines: [{payer: a, payee: b, amount: 3 万元}]}}
            """
        ).problems.filter { $0.check == "agreement.name" }
        #expect(problems.map { $0.message.prefix(6) } == ["“pay” ", "“due” ", "“pay” "])
    }

    @Test("Shares in per cent that do not add up are refused, and a pool that gives more than it got is remarked on")
    func shares() {
        let check = Self.check(
            """
            constants:
              s_a: {value: 30, unit: "%", clause: c, confidence: example}
              s_b: {value: 60, unit: "%", clause: c, confidence: example}
            inputs:
              x: {measure: given, unit: 万元, clause: c}
            payments:
              - {name: in, clause: c, payer: c, payee: pool, amount: 40 万元}
            splits:
              - {name: s, direction: allocate, pool: pool, total: x, shares: {a: s_a, b: s_b}, remainder: a, rounding: half-up, clause: c}
              - {name: r, direction: allocate, pool: pool, total: x, shares: {a: s_a, b: 1 − s_a}, remainder: a, rounding: half-up, clause: c}
            examples:
              - {name: e, source: invented, inputs: {x: 45}, expect: {net: {pool: -50 万元, c: -40 万元, a: 28.5 万元, b: 61.5 万元}}}
            """)
        let shares = check.problems.filter { $0.check == "agreement.share" }
        #expect(shares.map(\.message) == ["The shares of split “s” add up to 90 %, not to 100 %."])
        #expect(
            check.notices.contains {
                $0.check == "agreement.pool" && $0.message.contains("“pool” gives 500000.00 CNY more than it got")
            }, "\(check.notices)")
    }

    @Test("A pool is proved to give no more than it gets, or it is said")
    func pools() {
        func pool(_ given: String, _ more: String = "") -> [String] {
            Self.check(
                """
                inputs:
                  x: {measure: given, unit: 万元, range: [0, any], clause: c}
                payments:
                  - {name: in, clause: c, payer: a, payee: pool, amount: x}
                  - {name: out, clause: c, payer: pool, payee: b, amount: "\(given)"}
                \(more)
                examples:
                  - {name: e, source: invented, inputs: {x: 1}, expect: {net: {pool: 0, a: -1 万元, b: 1 万元}}}
                """
            ).notices.filter { $0.check == "agreement.pool" }.map(\.message)
        }
        #expect(pool("x") == [])
        #expect(pool("min(x, 3 万元)") == [])
        #expect(
            pool("when x > 2 万元 then 3 万元 else x") == ["The pool “pool” gives more than it gets for 2 万元 < x < 3 万元."])
        #expect(pool("x × x ÷ 1 万元") == ["That the pool “pool” gives no more than it gets is not proved."])
        #expect(pool("x × x ÷ 1 万元", "checks:\n  - {name: z, clause: c, at-most: [x × x ÷ 1 万元, x]}") == [])
    }

    @Test("An example may say how much was measured and which run it is, so that shares and gates have cases")
    func measuredShare() throws {
        let text = AgreementLanguageTests.text(
            """
            constants: {price: {value: 1, unit: 万元·L/mg, clause: c8, confidence: example}}
            gates: [{run: final, minimum-share: 0.9, clause: c7}]
            statistics: {averaging: [], quality: valid-only, below-detection: half-limit, comparison: unrounded, ph-places: 2, clause: c}
            inputs:
              x: {measure: period-mean, section: s1, parameter: tp, unit: mg/L, clause: c}
            payments:
              - {name: pay, clause: c, payer: a, payee: b, amount: x × price}
            examples:
              - {name: e, source: invented, share: 0.75, inputs: {x: 1}, expect: {lines: [{payer: a, payee: b, amount: 1 万元}]}}
              - {name: f, source: invented, share: 0.7, inputs: {x: 1}, expect: {refuses: clause 5 asks for 75 %}}
              - {name: g, source: invented, share: 0.9, run: final, inputs: {x: 1}, expect: {lines: [{payer: a, payee: b, amount: 1 万元}]}}
              - {name: h, source: invented, share: 0.85, run: final, inputs: {x: 1}, expect: {refuses: asks for 90 %}}
            """)
        let (agreement, problems) = readAgreement(text, file: "x.yaml")
        let read = try #require(agreement, "\(problems)")
        for example in read.examples { #expect(run(example, of: read) == []) }
        #expect(mutationScore(of: read).survivors.map(\.change) == [])
    }

    @Test(
        "Weights are known by their names in both languages, as a group of figures, or by adds-to",
        arguments: [
            ("权重: {values: {codmn: 0.3, tp: 0.6}, unit: \"1\"", "add up to 0.9, not to 1"),
            ("w: {adds-to: 100, values: {codmn: 30, tp: 60}, unit: \"%\"", "add up to 90, not to 100"),
            ("weight: {values: {codmn: 30, tp: 60}, unit: \"%\"", "add up to 0.9, not to 1"),
            (
                "weight_a: {value: 0.3, unit: \"1\", clause: c, confidence: example}\n  weight_b: {value: 0.6, unit: \"1\"",
                "add up to 0.9, not to 1"
            ),
        ])
    func weights(constant: String, words: String) {
        let problems = Self.check(
            """
            constants:
              \(constant), clause: c, confidence: example}
            payments:
            \(Self.nothing)
            examples:
              - {name: e, source: invented, expect: {lines: [{payer: a, payee: b, amount: 1 万元}]}}
            """
        ).problems
        #expect(problems.contains { $0.check == "agreement.weights" && $0.message.contains(words) }, "\(problems)")
    }

    @Test("Choices and rows of tables that no example takes are named")
    func untried() {
        let notices = Self.check(
            """
            tiers:
              award: {measures: "%", gives: 万元, how: step, edge: upper, rows: [{to: -10, value: 100}, {from: -10, to: 0, value: 50}, {from: 0, value: 5}], clause: c2, confidence: example}
            inputs:
              d: {measure: given, unit: "%", clause: c}
            formulas:
              - {name: f, expression: when d > 5 % then 2 万元 else 3 万元, unit: 万元, clause: c3}
            payments:
              - {name: pay, clause: c, payer: a, payee: b, amount: "tier(award, d) + f"}
            examples:
              - {name: e, source: invented, inputs: {d: -5}, expect: {lines: [{payer: a, payee: b, amount: 53 万元}]}}
            """
        ).notices.filter { $0.check == "agreement.example.clause" }.map(\.message)
        #expect(
            notices == [
                "No example takes “when d > 5 %” in formula “f” (c3).",
                "No example looks up x ≤ -10 % in the table “award” (c2).",
                "No example looks up 0 % < x in the table “award” (c2).",
            ])
    }

    @Test(
        "YAML that says less or more than it seems is refused",
        arguments: [
            ("sections:\n", "agreement.sections", "“sections” is empty"),
            (
                "constants: {k: {value: 5,000, unit: 万元, clause: c, confidence: example}}\n", "agreement.number",
                "Write 5.000 or 5000"
            ),
            ("constants: {k: {value: !!int 5, unit: 万元, clause: c, confidence: example}}\n", "yaml.tag", "!!int"),
            (
                "constants: {k: {each: towns, dated: [{from: 2020-01-01, value: 5}], unit: 万元, clause: c, confidence: example}}\n",
                "agreement.required", "dated: for each member"
            ),
        ])
    func yaml(terms: String, check: String, words: String) {
        let text = AgreementLanguageTests.text("payments:\n\(Self.nothing)")
        let sections = "sections:\n  s1: {name: {zh: 一, en: One}}\n  s2: {name: {zh: 二, en: Two}}\n"
        let changed = terms == "sections:\n" ? text.replacing(sections, with: terms) : text + "\n" + terms
        let problems = readAgreement(changed, file: "x.yaml").problems
        #expect(problems.contains { $0.check == check && $0.description.contains(words) }, "\(problems)")
    }

    @Test("Texts of one id must not hold on the same day, and what lies between them is said")
    func series() throws {
        func version(_ file: String, _ from: String, _ until: String) throws -> Agreement {
            let text = AgreementLanguageTests.text(
                "payments:\n\(Self.nothing)\nexamples:\n  - {name: e, source: invented, expect: {lines: [{payer: a, payee: b, amount: 1 万元}]}}"
            ).replacing("from: 2024-01-01, until: 2027-01-01", with: "from: \(from), until: \(until)")
            return try #require(readAgreement(text, file: file).agreement)
        }
        let texts = [
            try version("c.yaml", "2030-01-01", "2033-01-01"), try version("a.yaml", "2024-01-01", "2027-01-01"),
            try version("b.yaml", "2025-01-01", "2028-01-01"),
        ]
        let series = try #require(AgreementSeries.series(of: texts).first)
        let (problems, notices) = series.findings()
        #expect(problems.map(\.check) == ["agreement.dates.overlap"])
        #expect(
            problems[0].file == "b.yaml"
                && problems[0].message.contains("a.yaml holds from 2024-01-01 until 2027-01-01"))
        #expect(
            notices.map(\.message) == [
                "“example-language” is in force in no file from 2028-01-01 to the day before 2030-01-01."
            ])
        func inForce(_ year: String) throws -> [String] {
            series.inForce(over: try #require(SettlementPeriod(parsing: year))).map(\.file)
        }
        #expect(try inForce("2024") == ["a.yaml"])
        #expect(try inForce("2026") == ["a.yaml", "b.yaml"])
        #expect(try inForce("2029") == [])
    }

    @Test("Only powers of ten multiply a unit: 104 m³ is 10⁴ m³ that lost its raised digit")
    func multipliers() throws {
        #expect(throws: UnitProblem.self) { try UnitOfMeasure(parsing: "104 m³") }
        #expect(throws: UnitProblem.self) { try UnitOfMeasure(parsing: "12 d") }
        do {
            _ = try UnitOfMeasure(parsing: "104 m³")
        } catch {
            #expect("\(error)".contains("did you mean 10^4"), "\(error)")
        }
        let cubic = try UnitOfMeasure(parsing: "m3").factor
        for text in ["10⁴ m³", "10^4 m3", "万m³", "10000 m3"] {
            #expect(try UnitOfMeasure(parsing: text).factor == cubic * Fraction(10_000), "\(text)")
        }
        #expect(try UnitOfMeasure(parsing: "10³ m3").factor == cubic * Fraction(1_000))
    }
}
