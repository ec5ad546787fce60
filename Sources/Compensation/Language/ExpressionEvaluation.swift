// Computes a formula in exact fractions and keeps what it decided: branches with their comparisons, roundings.

package import Exact

/// A place where one value or another follows: the words of the agreement, the numbers put in, and what was found.
package struct BranchDecision: Hashable, Sendable {
    /// The condition, or the call of a table, a count of steps, a rank, as written: `P ≤ 1`, `tier(award, d)`.
    package let condition: String
    /// The same with values: `0.9034 ≤ 1`, `x = −9.99 %`, each in the unit of its name.
    package let comparison: String
    package let holds: Bool
    /// What was found where the answer is no yes or no: `−10 % < x ≤ 0 %`, `2 档 steps`; empty for a condition.
    package let outcome: String
    /// The figures looked up for it, each once.
    package let reads: [InputKey]

    init(condition: String, comparison: String, holds: Bool, outcome: String = "", reads: [InputKey] = []) {
        self.condition = condition
        self.comparison = comparison
        self.holds = holds
        self.outcome = outcome
        self.reads = reads
    }

    func reading(_ reads: [InputKey]) -> BranchDecision {
        BranchDecision(condition: condition, comparison: comparison, holds: holds, outcome: outcome, reads: reads)
    }

    /// The answer as it is printed.
    package var answer: String { outcome.isEmpty ? holds ? "是 yes" : "否 no" : outcome }
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
    /// The figures looked up outside of `decisions`, each once, in the order of the first look.
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
    /// The agreement's windows as they stand, by name.
    package var windows: [String: Deadline] = [:]

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
    /// How many decisions the walk stands in.
    private var depth = 0
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
        walk.depth = 1
        let decided = try walk.decide(expression.root)
        return (decided.holds, keepsNotes ? decided.reading(walk.reads) : decided)
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
        case .comparison, .logical, .not, .end, .exempt, .expired, .member:
            preconditionFailure("A condition where a number belongs was refused when the agreement was read.")
        }
    }

    /// The check named by a case for which the text says nothing.
    static let openCase = "expression.undetermined"
    /// The check named by a window of which nobody can say whether it is over.
    static let openWindow = "expression.window"

    private mutating func lookUp(
        _ name: String, _ indices: [MemberNode], _ range: Range<Int>
    ) throws(ExpressionProblem) -> Fraction {
        var members: [String] = []
        for index in indices { members.append(try member(index)) }
        if let value = values.figures[name]?[members] {
            note(InputKey(name: name, members: members))
            return value
        }
        throw ExpressionProblem(
            check: "expression.value", range: range, message: "“\(indexedName(name, members))” has no value.",
            remedy: "The agreement must supply it, or say in the formula what holds without it.")
    }

    // MARK: What was looked up, and for what

    mutating func note(_ key: InputKey) {
        if keepsNotes, seen.insert(key).inserted { reads.append(key) }
    }

    /// Figures looked up until the decision is noted belong to it.
    mutating func beginDecision() -> (reads: [InputKey], seen: Set<InputKey>) {
        depth += 1
        defer { (reads, seen) = ([], []) }
        return (reads, seen)
    }

    /// The figures of the decision begun; a decision inside another belongs to both.
    mutating func endDecision(_ outer: (reads: [InputKey], seen: Set<InputKey>)) -> [InputKey] {
        let own = reads
        (reads, seen) = outer
        depth -= 1
        if depth > 0 { for key in own { note(key) } }
        return own
    }

    mutating func noteDecision(_ range: Range<Int>, _ comparison: String, outcome: String, reads: [InputKey]) {
        decisions.append(
            BranchDecision(
                condition: expression.excerpt(range), comparison: comparison, holds: true, outcome: outcome,
                reads: reads))
    }

    private mutating func tier(
        _ name: String, _ node: ExpressionNode, _ range: Range<Int>
    ) throws(ExpressionProblem) -> Fraction {
        guard let table = scope.tiers[name] else { preconditionFailure("An unknown table was refused on reading.") }
        let outer = beginDecision()
        let quantity = try number(node)
        let own = endDecision(outer)
        // What is priced by its tier counts besides choosing it.
        if table.how == .whole || table.how == .marginal { for key in own { note(key) } }
        guard let found = table.value(of: quantity) else {
            throw ExpressionProblem(
                check: Self.openCase, range: range,
                message: "The table “\(name)” says nothing of \(shown(quantity, table.measures)).",
                remedy: "\(table.clause) must say what holds here.")
        }
        if keepsNotes {
            let comparison = "x = \(shown(quantity, table.measures))"
            noteDecision(range, comparison, outcome: table.described(found.row), reads: own)
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
            let outer = beginDecision()
            let decision = try decide(branch.condition)
            let own = endDecision(outer)
            if keepsNotes { decisions.append(decision.reading(own)) }
            if decision.holds { return try number(branch.value) }
        }
        return try number(otherwise)
    }

    mutating func call(
        _ function: ExpressionFunction, _ arguments: [ExpressionNode], _ range: Range<Int>
    ) throws(ExpressionProblem) -> Fraction {
        let turns = function == .clamp || function == .startedSteps || function == .wholeSteps
        let outer = turns ? beginDecision() : ([], [])
        var given: [Fraction] = []
        for argument in arguments { given.append(try number(argument)) }
        let own = turns ? endDecision(outer) : []
        let unit = keepsNotes && turns ? displayUnit(of: arguments[0]) : .one
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
            for key in own { note(key) }
            if keepsNotes {
                let comparison = "\(shown(given[0], unit)) ∈ \(shown(given[1], unit)) … \(shown(given[2], unit))"
                let place = given[0] < given[1] ? "低于下限 below" : given[0] > given[2] ? "高于上限 above" : "之内 inside"
                noteDecision(range, comparison, outcome: place, reads: own)
            }
            return max(given[1], min(given[2], given[0]))
        case .startedSteps, .wholeSteps:
            guard given[1] > .zero else {
                throw ExpressionProblem(
                    check: "expression.step", range: range, message: "The step is not greater than zero.",
                    remedy: "Write the size of one step as the second value.")
            }
            let steps =
                given[0] <= .zero
                ? .zero : (given[0] / given[1]).rounded(to: .one, function == .startedSteps ? .up : .down)
            if keepsNotes {
                let comparison = "\(shown(given[0], unit)) ÷ \(shown(given[1], unit))"
                noteDecision(range, comparison, outcome: "\(steps.shortText) 档 steps", reads: own)
            }
            return steps
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
