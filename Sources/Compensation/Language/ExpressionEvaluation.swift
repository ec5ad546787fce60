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
    /// The figures looked up, each once, in the order of the first look.
    package let reads: [InputKey]
}

/// The values names have while formulas are evaluated, in base units.
package struct EvaluationValues: Sendable {
    /// By name, then by the members of its indices; the key of a single value is empty.
    package var figures: [String: [[String]: Fraction]] = [:]
    /// The members an exemption holds for.
    package var exempt: [String: Set<[String]>] = [:]
    /// Days of each month of the period; under an empty name those of the whole period.
    package var days: [String: Int] = [:]

    package init() {}

    package subscript(name: String, members: [String]) -> Fraction? {
        get { figures[name]?[members] }
        set { figures[name, default: [:]][members] = newValue }
    }
}

/// A member and the set in whose order it has neighbours.
package struct BoundMember: Sendable {
    package let id: String
    package let set: String
}

/// Walks a checked expression.
///
/// - Precondition: `ExpressionUnits` found no problem in it with the same scope.
package struct ExpressionEvaluation {
    let expression: Expression
    let scope: ExpressionScope
    let values: EvaluationValues
    /// The member each running variable stands for.
    var variables: [String: BoundMember]
    private var decisions: [BranchDecision] = []
    private var roundings: [RoundingNote] = []
    private var reads: [InputKey] = []
    private var seen: Set<InputKey> = []
    /// Whether decisions and roundings are kept; a replay of years needs the value alone.
    let keepsNotes: Bool

    /// - Throws: `ExpressionProblem` for a division by zero, a rounding step that is not positive, an empty clamp, a
    ///   place outside a table or an order, an unbroken tie, or a case the text leaves open.
    package static func evaluate(
        _ expression: Expression, in scope: ExpressionScope, with values: EvaluationValues,
        variables: [String: BoundMember] = [:], keepsNotes: Bool = true
    ) throws(ExpressionProblem) -> Evaluation {
        var walk = ExpressionEvaluation(expression, scope, values, variables, keepsNotes)
        let value = try walk.number(expression.root)
        return Evaluation(
            value: value, decisions: walk.decisions, roundings: walk.roundings, reads: walk.reads)
    }

    /// Decides a condition; the decision is the last of the list.
    package static func decide(
        _ expression: Expression, in scope: ExpressionScope, with values: EvaluationValues,
        variables: [String: BoundMember] = [:], keepsNotes: Bool = true
    ) throws(ExpressionProblem) -> (holds: Bool, decision: BranchDecision) {
        var walk = ExpressionEvaluation(expression, scope, values, variables, keepsNotes)
        let decided = try walk.decide(expression.root)
        return (decided.holds, decided)
    }

    init(
        _ expression: Expression, _ scope: ExpressionScope, _ values: EvaluationValues,
        _ variables: [String: BoundMember], _ keepsNotes: Bool
    ) {
        self.expression = expression
        self.scope = scope
        self.values = values
        self.variables = variables
        self.keepsNotes = keepsNotes
    }

    mutating func number(_ node: ExpressionNode) throws(ExpressionProblem) -> Fraction {
        switch node {
        case .number(let literal): return literal.base
        case .name(let name, let indices, let range): return try lookUp(name, indices, range)
        case .negated(let inner, _): return -(try number(inner))
        case .arithmetic(let how, let left, let right, let place):
            return try arithmetic(how, try number(left), try number(right), place)
        case .choice(let branches, let otherwise, _): return try choose(branches, otherwise)
        case .call(let function, let arguments, let range): return try call(function, arguments, range)
        case .over(let aggregate, let running, let body, let range):
            return try over(aggregate, running, body, range)
        case .rank(let member, let running, let keys, let ties, let range):
            return try rank(member, running, keys, ties, range)
        case .tier(let name, _, let value, let range): return try tier(name, value, range)
        case .days(let month, _):
            let name = try month.map { (node) throws(ExpressionProblem) in try member(node) } ?? ""
            return Fraction(values.days[name] ?? 0) * UnitOfMeasure.day.factor
        case .size(let set, _): return Fraction(scope.sets[set]?.count ?? 0)
        case .rounded(let value, let step, let rule, let range): return try round(value, step, rule, range)
        case .undetermined(let range):
            throw ExpressionProblem(
                check: Self.openCase, range: range, message: "The text leaves this case open.",
                remedy: "The agreement must say what holds here.")
        case .comparison, .logical, .not, .end, .exempt, .member:
            preconditionFailure("A condition where a number belongs was refused when the agreement was read.")
        }
    }

    /// The check named by a case for which the text says nothing.
    static let openCase = "expression.undetermined"

    private mutating func lookUp(
        _ name: String, _ indices: [MemberNode], _ range: Range<Int>
    ) throws(ExpressionProblem) -> Fraction {
        var members: [String] = []
        for index in indices { members.append(try member(index)) }
        if let value = values.figures[name]?[members] {
            if keepsNotes {
                let key = InputKey(name: name, members: members)
                if seen.insert(key).inserted { reads.append(key) }
            }
            return value
        }
        throw ExpressionProblem(
            check: "expression.value", range: range, message: "“\(indexedName(name, members))” has no value.",
            remedy: "The agreement must supply it, or say in the formula what holds without it.")
    }

    private mutating func tier(
        _ name: String, _ node: ExpressionNode, _ range: Range<Int>
    ) throws(ExpressionProblem) -> Fraction {
        guard let table = scope.tiers[name] else { preconditionFailure("An unknown table was refused on reading.") }
        let quantity = try number(node)
        guard let found = table.value(of: quantity) else {
            throw ExpressionProblem(
                check: Self.openCase, range: range,
                message: "The table “\(name)” says nothing of \(shown(quantity, table.measures)).",
                remedy: "\(table.clause) must say what holds here.")
        }
        if keepsNotes {
            decisions.append(
                BranchDecision(
                    condition: expression.excerpt(range),
                    comparison: "x = \(shown(quantity, table.measures)): \(table.described(found.row))", holds: true))
        }
        return found.value
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
            if keepsNotes { decisions.append(decision) }
            if decision.holds { return try number(branch.value) }
        }
        return try number(otherwise)
    }

    mutating func call(
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

    private mutating func round(
        _ node: ExpressionNode, _ stepNode: ExpressionNode, _ rule: RoundingRule, _ range: Range<Int>
    ) throws(ExpressionProblem) -> Fraction {
        let (value, step) = (try number(node), try number(stepNode))
        guard step > .zero else {
            throw ExpressionProblem(
                check: "expression.step", range: range, message: "The rounding step is not greater than zero.",
                remedy: "Write the step with its unit, such as 0.01 万元.")
        }
        let rounded = value.rounded(to: step, rule)
        guard keepsNotes else { return rounded }
        let unit = displayUnit(of: stepNode)
        roundings.append(
            RoundingNote(
                exact: value / unit.factor, rounded: rounded / unit.factor, step: step / unit.factor,
                unit: unit.symbol, rule: rule))
        return rounded
    }
}
