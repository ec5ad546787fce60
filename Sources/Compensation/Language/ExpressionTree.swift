// A parsed formula: what the checker of units and the evaluator walk.

internal import Exact

/// One node of a parsed expression; `range` points back into the text as written.
indirect enum ExpressionNode: Sendable {
    case number(NumberLiteral)
    case name(String, indices: [MemberNode], range: Range<Int>)
    /// `next(p)`, `prev(p)` where a member is compared with another.
    case member(MemberNode)
    case negated(ExpressionNode, range: Range<Int>)
    case arithmetic(ArithmeticOperator, ExpressionNode, ExpressionNode, at: Range<Int>)
    /// `a < b ≤ c` is one comparison with three operands.
    case comparison([ExpressionNode], [ComparisonOperator], range: Range<Int>)
    case logical(LogicalOperator, ExpressionNode, ExpressionNode, at: Range<Int>)
    case not(ExpressionNode, range: Range<Int>)
    case choice([ChoiceBranch], otherwise: ExpressionNode, range: Range<Int>)
    case call(ExpressionFunction, [ExpressionNode], range: Range<Int>)
    /// `sum(i in indicators: …)` and its like.
    case over(Aggregate, Running, body: ExpressionNode, range: Range<Int>)
    /// `rank(d, x in districts: index[x] ascending)`.
    case rank(MemberNode, Running, keys: [RankKey], ties: TieRule?, range: Range<Int>)
    case tier(String, nameRange: Range<Int>, ExpressionNode, range: Range<Int>)
    /// `days(m)`; `nil` for `days(period)`.
    case days(MemberNode?, range: Range<Int>)
    case size(String, range: Range<Int>)
    /// `first(p)`, `last(p)`.
    case end(isFirst: Bool, MemberNode, range: Range<Int>)
    case exempt(String, [MemberNode], range: Range<Int>)
    /// `expired(payment_time)`: whether the days of a window are over and what keeps it has not come.
    case expired(String, range: Range<Int>)
    case rounded(ExpressionNode, to: ExpressionNode, RoundingRule, range: Range<Int>)
    /// The value of a branch for which the text says nothing: it stops the run.
    case undetermined(range: Range<Int>)

    var range: Range<Int> {
        switch self {
        case .number(let literal): literal.range
        case .member(let member): member.range
        case .name(_, _, let range), .negated(_, let range), .not(_, let range), .comparison(_, _, let range),
            .choice(_, _, let range), .call(_, _, let range), .over(_, _, _, let range), .rank(_, _, _, _, let range),
            .tier(_, _, _, let range), .days(_, let range), .size(_, let range), .end(_, _, let range),
            .exempt(_, _, let range), .expired(_, let range), .rounded(_, _, _, let range), .undetermined(let range):
            range
        case .arithmetic(_, let left, let right, _): left.range.lowerBound..<right.range.upperBound
        case .logical(_, let left, let right, _): left.range.lowerBound..<right.range.upperBound
        }
    }
}

/// A number with its unit as written.
struct NumberLiteral: Sendable {
    let value: ExactDecimal
    let unitText: String
    let unitStart: Int?
    let range: Range<Int>
    /// The value in base units; that of a unit nobody knows is never computed with.
    let base: Fraction

    init(_ value: ExactDecimal, unit: String, unitStart: Int?, range: Range<Int>) {
        self.value = value
        unitText = unit
        self.unitStart = unitStart
        self.range = range
        let factor = unit.isEmpty ? .one : ((try? UnitOfMeasure(parsing: unit))?.factor ?? .one)
        base = Fraction(value) * factor
    }

    /// The same literal with another value in base units.
    init(_ literal: NumberLiteral, base: Fraction) {
        value = literal.value
        unitText = literal.unitText
        unitStart = literal.unitStart
        range = literal.range
        self.base = base
    }
}

/// A member of a set as a formula names it.
indirect enum MemberNode: Sendable {
    /// A running variable, or a member's id.
    case name(String, range: Range<Int>)
    /// `owner[s]`.
    case mapped(String, [MemberNode], range: Range<Int>)
    case neighbour(isNext: Bool, MemberNode, range: Range<Int>)

    var range: Range<Int> {
        switch self {
        case .name(_, let range), .mapped(_, _, let range), .neighbour(_, _, let range): range
        }
    }
}

/// What a sum runs over: `s in sections, i in indicators where …`.
struct Running: Sendable {
    let variables: [RunningVariable]
    let condition: ExpressionNode?
}

/// `s in sections`.
package struct RunningVariable: Hashable, Sendable {
    package let name: String
    package let set: String
    let range: Range<Int>
}

/// What a ranking orders by.
struct RankKey: Sendable {
    let value: ExpressionNode
    let isAscending: Bool
}

/// The places of members that are equal in every key.
enum TieRule: String, Sendable, CaseIterable { case best, worst, mean, dense, order }

/// One `when … then …` of a choice.
struct ChoiceBranch: Sendable {
    let condition: ExpressionNode
    let value: ExpressionNode
}

enum ArithmeticOperator: String, Sendable { case add = "+", subtract = "−", multiply = "×", divide = "÷" }
enum LogicalOperator: String, Sendable { case and, or }

enum ComparisonOperator: String, Sendable, CaseIterable {
    case less = "<", lessOrEqual = "≤", greater = ">", greaterOrEqual = "≥", equal = "=", notEqual = "≠"

    func holds<Value: Comparable>(_ left: Value, _ right: Value) -> Bool {
        switch self {
        case .less: left < right
        case .lessOrEqual: left <= right
        case .greater: left > right
        case .greaterOrEqual: left >= right
        case .equal: left == right
        case .notEqual: left != right
        }
    }
}

/// The functions of the language; each name is what an agreement writes.
enum ExpressionFunction: String, CaseIterable, Sendable {
    case min, max, abs
    /// `clamp(x, low, high)`: x, but not under `low` nor above `high`.
    case clamp
    /// `started_steps(x, step)`: how many steps x has begun, nothing at or under zero (每超过一档，不足一档按一档).
    case startedSteps = "started_steps"
    /// `whole_steps(x, step)`: how many steps x has completed, nothing under zero.
    case wholeSteps = "whole_steps"

    var argumentCount: ClosedRange<Int> {
        switch self {
        case .min, .max: 2...16
        case .abs: 1...1
        case .clamp: 3...3
        case .startedSteps, .wholeSteps: 2...2
        }
    }
}

enum Aggregate: String, Sendable, CaseIterable {
    case sum, min, max, mean, count, any, all

    /// Whether what stands behind the colon is a condition.
    var asksCondition: Bool { self == .count || self == .any || self == .all }
    var isCondition: Bool { self == .any || self == .all }
}

/// A formula: its text as written and what was read from it.
package struct Expression: Sendable {
    /// The text as the agreement writes it.
    package let text: String
    let root: ExpressionNode

    /// Reads `text`; only syntax is checked here, names and units by `ExpressionUnits`.
    package init(parsing text: String) throws(ExpressionProblem) {
        var parser = ExpressionParser(tokens: try ExpressionLexer.tokens(of: text))
        root = try parser.whole()
        self.text = text
    }

    init(text: String, root: ExpressionNode) {
        self.text = text
        self.root = root
    }

    /// The part of the text a node was read from, blanks at its ends removed.
    func excerpt(_ range: Range<Int>) -> String {
        let scalars = Array(text.unicodeScalars)
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[range.clamped(to: 0..<scalars.count)])
        return String(view).split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    /// Every name the expression reads; running variables that are compared are among them.
    var names: Set<String> {
        var found: Set<String> = []
        root.visit { node in
            if case .name(let name, _, _) = node { found.insert(name) }
        }
        return found
    }
}

extension ExpressionNode {
    /// Calls `body` with this node and each one under it, from the left.
    func visit(_ body: (ExpressionNode) -> Void) {
        body(self)
        for child in children { child.visit(body) }
    }

    /// The expressions a node is made of, from the left.
    var children: [ExpressionNode] {
        switch self {
        case .number, .name, .member, .days, .size, .end, .exempt, .expired, .undetermined: []
        case .negated(let inner, _), .not(let inner, _), .tier(_, _, let inner, _): [inner]
        case .arithmetic(_, let left, let right, _), .logical(_, let left, let right, _): [left, right]
        case .comparison(let operands, _, _), .call(_, let operands, _): operands
        case .choice(let branches, let otherwise, _): branches.flatMap { [$0.condition, $0.value] } + [otherwise]
        case .over(_, let running, let body, _): (running.condition.map { [$0] } ?? []) + [body]
        case .rank(_, let running, let keys, _, _): (running.condition.map { [$0] } ?? []) + keys.map(\.value)
        case .rounded(let value, let step, _, _): [value, step]
        }
    }
}
