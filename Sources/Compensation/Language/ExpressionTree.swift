// A parsed formula: what the checker of units and the evaluator walk.

internal import Exact

/// One node of a parsed expression; `range` points back into the text as written.
indirect enum ExpressionNode: Sendable {
    case number(ExactDecimal, unit: String, unitStart: Int?, range: Range<Int>)
    case name(String, index: IndexReference?, range: Range<Int>)
    case negated(ExpressionNode, range: Range<Int>)
    case arithmetic(ArithmeticOperator, ExpressionNode, ExpressionNode, at: Range<Int>)
    /// `a < b ≤ c` is one comparison with three operands.
    case comparison([ExpressionNode], [ComparisonOperator], range: Range<Int>)
    case logical(LogicalOperator, ExpressionNode, ExpressionNode, at: Range<Int>)
    case not(ExpressionNode, range: Range<Int>)
    case choice([ChoiceBranch], otherwise: ExpressionNode, range: Range<Int>)
    case call(ExpressionFunction, [ExpressionNode], range: Range<Int>)
    /// `sum(i in indicators: …)` and its like for the smallest and largest.
    case over(Aggregate, variable: String, set: String, body: ExpressionNode, range: Range<Int>)
    case rounded(ExpressionNode, to: ExpressionNode, RoundingRule, range: Range<Int>)

    var range: Range<Int> {
        switch self {
        case .number(_, _, _, let range), .name(_, _, let range), .negated(_, let range), .not(_, let range),
            .comparison(_, _, let range), .choice(_, _, let range), .call(_, _, let range),
            .over(_, _, _, _, let range), .rounded(_, _, _, let range):
            range
        case .arithmetic(_, let left, let right, _): left.range.lowerBound..<right.range.upperBound
        case .logical(_, let left, let right, _): left.range.lowerBound..<right.range.upperBound
        }
    }
}

/// `[i]` after a name: a running variable or a member of the set.
struct IndexReference: Equatable, Sendable {
    let name: String
    let range: Range<Int>
}

/// One `when … then …` of a choice.
struct ChoiceBranch: Sendable {
    let condition: ExpressionNode
    let value: ExpressionNode
}

enum ArithmeticOperator: String, Sendable { case add = "+", subtract = "−", multiply = "×", divide = "÷" }
enum LogicalOperator: String, Sendable { case and, or }

enum ComparisonOperator: String, Sendable {
    case less = "<", lessOrEqual = "≤", greater = ">", greaterOrEqual = "≥", equal = "=", notEqual = "≠"

    func holds(_ left: Fraction, _ right: Fraction) -> Bool {
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

enum Aggregate: String, Sendable { case sum, min, max }

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

    /// The part of the text a node was read from, blanks at its ends removed.
    func excerpt(_ range: Range<Int>) -> String {
        let scalars = Array(text.unicodeScalars)
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[range.clamped(to: 0..<scalars.count)])
        return String(view).split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    /// Every name the expression reads, without the running variables of its sums.
    var names: Set<String> {
        var found: Set<String> = []
        collectNames(root, into: &found)
        return found
    }

    private func collectNames(_ node: ExpressionNode, into found: inout Set<String>) {
        switch node {
        case .number: break
        case .name(let name, _, _): found.insert(name)
        case .negated(let inner, _), .not(let inner, _): collectNames(inner, into: &found)
        case .arithmetic(_, let left, let right, _), .logical(_, let left, let right, _):
            collectNames(left, into: &found)
            collectNames(right, into: &found)
        case .comparison(let operands, _, _), .call(_, let operands, _):
            for operand in operands { collectNames(operand, into: &found) }
        case .choice(let branches, let otherwise, _):
            for branch in branches {
                collectNames(branch.condition, into: &found)
                collectNames(branch.value, into: &found)
            }
            collectNames(otherwise, into: &found)
        case .over(_, _, _, let body, _): collectNames(body, into: &found)
        case .rounded(let value, let unit, _, _):
            collectNames(value, into: &found)
            collectNames(unit, into: &found)
        }
    }
}
