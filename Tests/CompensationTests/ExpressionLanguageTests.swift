// Goal: an expression means what an agreement's reader thinks it means, and a wrong one says where and why.
// Method: tables of text against values worked out by hand, and of faulty text against check, column and words.

import Compensation
import Exact
import Testing

struct ExpressionLanguageTests {
    /// Names used by the tables: money 20 000 万元, a rate, a class, a change in points, concentrations by indicator.
    private static let names: [(name: String, value: String, unit: String)] = [
        ("stake", "20000", "万元"), ("rate", "6000", "万元/class"), ("reached", "2", "class"), ("Δ", "-3", "point"),
        ("P", "0.673", "1"), ("load", "12", "t"), ("flow", "2", "m3/s"), ("span", "3600", "s"),
    ]
    private static let indexed: [(name: String, unit: String, values: [String: String])] = [
        ("c", "mg/L", ["codmn": "2.4", "tp": "0.045"]), ("base", "mg/L", ["codmn": "2", "tp": "0.05"]),
        ("weight", "1", ["codmn": "0.4", "tp": "0.6"]),
    ]

    private static func scope() throws -> (ExpressionScope, EvaluationValues) {
        var scope = ExpressionScope()
        var values = EvaluationValues()
        scope.sets["indicators"] = ["codmn", "tp"]
        for (name, text, unitText) in names {
            let unit = try UnitOfMeasure(parsing: unitText)
            scope.symbols[name] = ScopeSymbol(unit: unit)
            values[name, []] = try #require(Fraction(text)) * unit.factor
        }
        for (name, unitText, texts) in indexed {
            let unit = try UnitOfMeasure(parsing: unitText)
            scope.symbols[name] = ScopeSymbol(unit: unit, sets: ["indicators"])
            for (member, text) in texts { values[name, [member]] = try #require(Fraction(text)) * unit.factor }
        }
        return (scope, values)
    }

    /// Expression, unit the result is read in, value.
    @Test(
        "Expressions have these exact values",
        arguments: [
            ("1 + 2 × 3", "1", "7"), ("(1 + 2) * 3", "1", "9"), ("7 / 2 - 1/2", "1", "3"), ("−2 × −3", "1", "6"),
            ("10 − 4 − 3", "1", "3"), ("12 ÷ 4 ÷ 3", "1", "1"), ("1 ÷ 3", "1", "1/3"), ("0.1 + 0.2", "1", "0.3"),
            ("min(3, 1, 2)", "1", "1"), ("max(3, 1, 2)", "1", "3"), ("abs(−0.5)", "1", "0.5"),
            ("clamp(5, −4, 4)", "1", "4"), ("clamp(−5, −4, 4)", "1", "-4"), ("clamp(1, −4, 4)", "1", "1"),
            ("started_steps(0, 0.5)", "1", "0"), ("started_steps(0.01, 0.5)", "1", "1"),
            ("started_steps(0.5, 0.5)", "1", "1"), ("started_steps(0.51, 0.5)", "1", "2"),
            ("started_steps(−3, 0.5)", "1", "0"), ("whole_steps(0.99, 0.5)", "1", "1"),
            ("whole_steps(1, 0.5)", "1", "2"),
            ("round(2.345, 0.01, half-up)", "1", "2.35"), ("round(2.345, 0.01, half-even)", "1", "2.34"),
            ("round(2.341, 0.01, up)", "1", "2.35"), ("round(−2.349, 0.01, down)", "1", "-2.34"),
            ("round(31.5 万元, 1 万元, half-up)", "万元", "32"),
            ("when P < 1 then 1 else 2", "1", "1"), ("when P > 1 then 1 when P > 0.5 then 2 else 3", "1", "2"),
            ("when 0 < P ≤ 0.673 then 1 else 2", "1", "1"),
            ("when not P = 1 and (P >= 1 or P <= 0.7) then 1 else 2", "1", "1"),
            ("when P ≠ 0.673 then 1 else 2", "1", "2"), ("when P <> 0.673 then 1 else 2", "1", "2"),
            ("rate × (3 class − reached)", "万元", "6000"), ("6000 万元/class × (3 class - reached)", "万元", "6000"),
            ("clamp(−100 万元/point × Δ, −4000 万元, 4000 万元)", "万元", "300"),
            ("sum(i in indicators: weight[i] × c[i] ÷ base[i])", "1", "1.02"),
            ("max(i in indicators: c[i] ÷ base[i])", "1", "1.2"), ("min(i in indicators: c[i] ÷ base[i])", "1", "0.9"),
            ("c[codmn] − base[codmn]", "mg/L", "0.4"), ("c[codmn] × flow × span", "kg", "17.28"),
            ("1 t + 1 kg", "kg", "1001"), ("stake ÷ 2", "元", "100000000"), ("1500 元/t × load", "万元", "1.8"),
            ("（1 ＋ 2） × 3", "1", "9"), ("35 % × stake", "万元", "7000"),
        ])
    func values(text: String, unitText: String, expected: String) throws {
        let (scope, values) = try Self.scope()
        let expression = try Expression(parsing: text)
        let (type, problems) = ExpressionUnits.check(expression, in: scope)
        #expect(problems == [])
        guard case .number(let unit) = try #require(type) else {
            Issue.record("“\(text)” is not a number.")
            return
        }
        let wanted = try UnitOfMeasure(parsing: unitText)
        #expect(unit.isCommensurable(with: wanted))
        let value = try ExpressionEvaluation.evaluate(expression, in: scope, with: values).value
        #expect(value / wanted.factor == Fraction(expected))
    }

    /// Expression, check, 1-based column, words of message and remedy.
    @Test(
        "Faulty expressions point at the column and say how to mend them",
        arguments: [
            ("", "expression.syntax", 1, "empty"),
            ("1 +", "expression.syntax", 3, "a number, a name or “(”"),
            ("(1 + 2", "expression.syntax", 6, "“)”"),
            ("1,5 × P", "expression.syntax", 2, "decimal mark is a point"),
            ("1 # 2", "expression.syntax", 3, "no meaning"),
            ("1. + 2", "expression.number", 1, "hold exactly"),
            ("1234567890123456789", "expression.number", 1, "18 digits"),
            ("when P < 1 then 2", "expression.syntax", 17, "else"),
            ("when P < 1 then when P < 0.5 then 1 else 2 else 3", "expression.syntax", 17, "parentheses"),
            ("foo(1)", "expression.function", 1, "There is no function “foo”"),
            ("clamp(1, 2)", "expression.arguments", 1, "takes 3 values and has 2"),
            ("round(1, 0.1, nearest)", "expression.rounding", 15, "half-even, half-up, up, down"),
            ("1 + Q", "expression.name", 5, "not defined"),
            ("1 + stak", "expression.name", 5, "Did you mean “stake”?"),
            ("3 − reached", "expression.unit", 3, "Write the number with its unit: 3 class."),
            ("3 − reached", "expression.unit", 3, "“−” joins “3”, a plain number, with “reached” in class."),
            ("c[codmn] + load", "expression.unit", 10, "“c[codmn]” in mg/L with “load” in t"),
            ("stake × P + load", "expression.unit", 11, "in 万元 with “load” in t"),
            ("when stake > 0 then 1 else 2", "expression.unit", 14, "0 万元"),
            ("clamp(stake, 0 万元, 3 t)", "expression.unit", 20, "“stake” in 万元 with “3 t” in t"),
            ("5 万元/k", "expression.unit.unknown", 3, "spaces around the /"),
            ("2 P", "expression.unit.unknown", 3, "write × between"),
            ("3 万圆", "expression.unit.unknown", 3, "not a unit"),
            ("c", "expression.index", 1, "c[i]"),
            ("P[i]", "expression.index", 1, "one value"),
            ("c[i]", "expression.index", 3, "neither a running variable nor an indicator"),
            ("sum(i in sections: 1)", "expression.set", 5, "no set “sections”"),
            ("P < 1", "", 0, ""),
            ("(P < 1) + 1", "expression.type", 2, "is a condition, not a number"),
            ("when P then 1 else 2", "expression.type", 6, "a number, not a condition"),
        ])
    func faults(text: String, check: String, column: Int, words: String) throws {
        let (scope, _) = try Self.scope()
        var problems: [ExpressionProblem] = []
        do {
            problems = ExpressionUnits.check(try Expression(parsing: text), in: scope).problems
        } catch {
            problems = [error]
        }
        guard !check.isEmpty else {
            #expect(problems == [])
            return
        }
        let problem = try #require(problems.first)
        #expect(problem.check == check)
        #expect(problem.range.lowerBound + 1 == column)
        let said = problem.message + " " + problem.remedy
        #expect(said.contains(words), "\(said)")
    }

    @Test(
        "A division by zero, a zero step and an empty clamp are refused while computing",
        arguments: [
            ("1 ÷ (P − P)", "expression.division"), ("started_steps(1, 0)", "expression.step"),
            ("round(1, 0, up)", "expression.step"), ("clamp(1, 2, 1)", "expression.clamp"),
        ])
    func computing(text: String, check: String) throws {
        let (scope, values) = try Self.scope()
        let expression = try Expression(parsing: text)
        let problem = #expect(throws: ExpressionProblem.self) {
            try ExpressionEvaluation.evaluate(expression, in: scope, with: values)
        }
        #expect(problem?.check == check)
    }

    @Test("A branch keeps the comparison it was decided by")
    func decisions() throws {
        let (scope, values) = try Self.scope()
        let text = "when stake > 3 亿元 then 1 when reached ≤ 2 class and P < 1 then 2 else 3"
        let evaluation = try ExpressionEvaluation.evaluate(try Expression(parsing: text), in: scope, with: values)
        #expect(
            evaluation.decisions.map(\.comparison) == ["20000 万元 > 30000 万元", "(2 class ≤ 2 class) and (0.673 < 1)"])
        #expect(evaluation.decisions.map(\.holds) == [false, true])
        #expect(evaluation.decisions.map(\.condition) == ["stake > 3 亿元", "reached ≤ 2 class and P < 1"])
    }

    @Test("Text from outside has limits")
    func limits() {
        let deep = String(repeating: "(", count: 70) + "1" + String(repeating: ")", count: 70)
        let long = "1" + String(repeating: " + 1", count: 2_000)
        for (text, check) in [(deep, "expression.depth"), (long, "expression.length")] {
            let problem = #expect(throws: ExpressionProblem.self) { try Expression(parsing: text) }
            #expect(problem?.check == check)
        }
    }
}
