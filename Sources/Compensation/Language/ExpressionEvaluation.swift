// Computes a formula in exact fractions and keeps what it decided: branches with their comparisons, roundings.

package import Exact

/// A comparison as it was decided: the words of the agreement, the numbers put in, and the answer.
package struct BranchDecision: Hashable, Sendable {
    /// The condition as written: `P ≤ 1`.
    package let condition: String
    /// The same with values: `0.9034 ≤ 1`, each in the unit of its name.
    package let comparison: String
    package let holds: Bool
}

/// A rounding written in a formula: before, after, and by which rule.
package struct RoundingNote: Hashable, Sendable {
    package let exact: Fraction
    package let rounded: Fraction
    package let step: Fraction
    package let unit: String
    package let rule: RoundingRule
}

/// What evaluating one expression gave, in base units, and what was decided on the way.
package struct Evaluation: Sendable {
    package let value: Fraction
    package let decisions: [BranchDecision]
    package let roundings: [RoundingNote]
}

/// The values names have while formulas are evaluated, in base units.
package struct EvaluationValues: Sendable {
    /// Values of names that have one.
    package var single: [String: Fraction] = [:]
    /// Values of names that have one for each indicator.
    package var indexed: [String: [String: Fraction]] = [:]

    package init() {}
}

/// Walks a checked expression.
///
/// - Precondition: `ExpressionUnits` found no problem in it with the same scope.
package struct ExpressionEvaluation {
    private let expression: Expression
    private let scope: ExpressionScope
    private let values: EvaluationValues
    private var variables: [String: String]
    private var decisions: [BranchDecision] = []
    private var roundings: [RoundingNote] = []

    /// - Throws: `ExpressionProblem` for a division by zero, a rounding step that is not positive, or an empty clamp.
    package static func evaluate(
        _ expression: Expression, in scope: ExpressionScope, with values: EvaluationValues,
        variables: [String: String] = [:]
    ) throws(ExpressionProblem) -> Evaluation {
        var walk = ExpressionEvaluation(expression, scope, values, variables)
        let value = try walk.number(expression.root)
        return Evaluation(value: value, decisions: walk.decisions, roundings: walk.roundings)
    }

    /// Decides a condition; the decision is the last of the list.
    package static func decide(
        _ expression: Expression, in scope: ExpressionScope, with values: EvaluationValues
    ) throws(ExpressionProblem) -> (holds: Bool, decision: BranchDecision) {
        var walk = ExpressionEvaluation(expression, scope, values, [:])
        let decided = try walk.decide(expression.root)
        return (decided.holds, decided)
    }

    private init(
        _ expression: Expression, _ scope: ExpressionScope, _ values: EvaluationValues, _ variables: [String: String]
    ) {
        self.expression = expression
        self.scope = scope
        self.values = values
        self.variables = variables
    }

    private mutating func number(_ node: ExpressionNode) throws(ExpressionProblem) -> Fraction {
        switch node {
        case .number(let value, let unit, _, _): return Fraction(value) * factor(of: unit)
        case .name(let name, let index, _): return lookUp(name, index)
        case .negated(let inner, _): return -(try number(inner))
        case .arithmetic(let how, let left, let right, let place):
            return try arithmetic(how, try number(left), try number(right), place)
        case .choice(let branches, let otherwise, _): return try choose(branches, otherwise)
        case .call(let function, let arguments, let range): return try call(function, arguments, range)
        case .over(let aggregate, let variable, let set, let body, _):
            return try over(aggregate, variable, set, body)
        case .rounded(let value, let step, let rule, let range): return try round(value, step, rule, range)
        case .comparison, .logical, .not:
            preconditionFailure("A condition where a number belongs was refused when the agreement was read.")
        }
    }

    private func factor(of unit: String) -> Fraction {
        unit.isEmpty ? .one : ((try? UnitOfMeasure(parsing: unit))?.factor ?? .one)
    }

    private func lookUp(_ name: String, _ index: IndexReference?) -> Fraction {
        if let index {
            let member = variables[index.name] ?? index.name
            guard let value = values.indexed[name]?[member] else {
                preconditionFailure("“\(name)[\(member)]” has no value; a run stops before it evaluates without one.")
            }
            return value
        }
        guard let value = values.single[name] else {
            preconditionFailure("“\(name)” has no value; a run stops before it evaluates without one.")
        }
        return value
    }

    private func arithmetic(
        _ how: ArithmeticOperator, _ left: Fraction, _ right: Fraction, _ place: Range<Int>
    ) throws(ExpressionProblem) -> Fraction {
        switch how {
        case .add: return left + right
        case .subtract: return left - right
        case .multiply: return left * right
        case .divide:
            guard !right.isZero else {
                throw ExpressionProblem(
                    check: "expression.division", range: place, message: "The divisor is zero.",
                    remedy:
                        "Check the baseline or limit that stands under this ÷; the agreement must say what holds then.")
            }
            return left / right
        }
    }

    private mutating func choose(
        _ branches: [ChoiceBranch], _ otherwise: ExpressionNode
    ) throws(ExpressionProblem) -> Fraction {
        for branch in branches {
            let decision = try decide(branch.condition)
            decisions.append(decision)
            if decision.holds { return try number(branch.value) }
        }
        return try number(otherwise)
    }

    private mutating func call(
        _ function: ExpressionFunction, _ arguments: [ExpressionNode], _ range: Range<Int>
    ) throws(ExpressionProblem) -> Fraction {
        var given: [Fraction] = []
        for argument in arguments { given.append(try number(argument)) }
        switch function {
        case .abs: return given[0].magnitude
        case .min: return given.min() ?? given[0]
        case .max: return given.max() ?? given[0]
        case .clamp:
            guard given[1] <= given[2] else {
                throw ExpressionProblem(
                    check: "expression.clamp", range: range, message: "The lower bound lies above the upper bound.",
                    remedy: "Write clamp(x, low, high).")
            }
            return max(given[1], min(given[2], given[0]))
        case .startedSteps, .wholeSteps:
            guard given[1] > .zero else {
                throw ExpressionProblem(
                    check: "expression.step", range: range, message: "The step is not greater than zero.",
                    remedy: "Write the size of one step as the second value.")
            }
            if given[0] <= .zero { return .zero }
            return (given[0] / given[1]).rounded(to: .one, function == .startedSteps ? .up : .down)
        }
    }

    private mutating func over(
        _ aggregate: Aggregate, _ variable: String, _ set: String, _ body: ExpressionNode
    ) throws(ExpressionProblem) -> Fraction {
        defer { variables[variable] = nil }
        var result: Fraction?
        for member in scope.sets[set] ?? [] {
            variables[variable] = member
            let value = try number(body)
            guard let known = result else {
                result = value
                continue
            }
            switch aggregate {
            case .sum: result = known + value
            case .min: result = min(known, value)
            case .max: result = max(known, value)
            }
        }
        guard let result else { preconditionFailure("An empty set was refused when the agreement was read.") }
        return result
    }

    private mutating func round(
        _ node: ExpressionNode, _ stepNode: ExpressionNode, _ rule: RoundingRule, _ range: Range<Int>
    ) throws(ExpressionProblem) -> Fraction {
        let (value, step) = (try number(node), try number(stepNode))
        guard step > .zero else {
            throw ExpressionProblem(
                check: "expression.step", range: range, message: "The rounding step is not greater than zero.",
                remedy: "Write the step with its unit, such as 0.01 万元.")
        }
        let unit = displayUnit(of: stepNode)
        let rounded = value.rounded(to: step, rule)
        roundings.append(
            RoundingNote(
                exact: value / unit.factor, rounded: rounded / unit.factor, step: step / unit.factor,
                unit: unit.symbol, rule: rule))
        return rounded
    }

    private mutating func decide(_ node: ExpressionNode) throws(ExpressionProblem) -> BranchDecision {
        let condition = expression.excerpt(node.range)
        switch node {
        case .comparison(let operands, let operators, _):
            var numbers: [Fraction] = []
            for operand in operands { numbers.append(try number(operand)) }
            let unit = displayUnit(of: operands[0])
            var text = shown(numbers[0], unit)
            var holds = true
            for (position, sign) in operators.enumerated() {
                holds = holds && sign.holds(numbers[position], numbers[position + 1])
                text += " \(sign.rawValue) \(shown(numbers[position + 1], unit))"
            }
            return BranchDecision(condition: condition, comparison: text, holds: holds)
        case .logical(let how, let left, let right, _):
            let (first, second) = (try decide(left), try decide(right))
            let holds = how == .and ? first.holds && second.holds : first.holds || second.holds
            return BranchDecision(
                condition: condition, comparison: "(\(first.comparison)) \(how.rawValue) (\(second.comparison))",
                holds: holds)
        case .not(let inner, _):
            let decided = try decide(inner)
            return BranchDecision(
                condition: condition, comparison: "not (\(decided.comparison))", holds: !decided.holds)
        default:
            preconditionFailure("A number where a condition belongs was refused when the agreement was read.")
        }
    }

    private func shown(_ value: Fraction, _ unit: UnitOfMeasure) -> String {
        let number = (value / unit.factor).shortText
        return unit.symbol == UnitOfMeasure.one.symbol ? number : "\(number) \(unit.symbol)"
    }

    /// The unit values of `node` are printed in: that of its first name or number.
    private func displayUnit(of node: ExpressionNode) -> UnitOfMeasure {
        guard case .number(let unit) = ExpressionUnits.type(of: node, of: expression, in: scope, variables: variables)
        else { return .one }
        return unit
    }
}

extension Fraction {
    /// Exact when the decimal ends within 12 places, otherwise cut there and marked `…`.
    package var shortText: String {
        let places = 12
        if let text = decimalText(places: places) {
            guard text.contains(".") else { return text }
            var end = text.endIndex
            while text[text.index(before: end)] == "0" { end = text.index(before: end) }
            if text[text.index(before: end)] == "." { end = text.index(before: end) }
            return String(text[..<end])
        }
        return (rounded(places: places, .down).decimalText(places: places) ?? description) + "…"
    }
}
