// The words of a formula as an agreement writes it: first step from text to amount.

internal import Exact

/// One word of an expression with its place.
struct ExpressionToken: Equatable {
    enum Kind: Equatable {
        /// A number and the unit text that follows it, empty when there is none.
        case number(ExactDecimal, unit: String)
        case name(String)
        case keyword(Keyword)
        case symbol(Symbol)
        case end
    }

    enum Keyword: String, CaseIterable { case when, then, `else`, and, or, not, `in`, `where`, undetermined }

    enum Symbol: String {
        case plus = "+"
        case minus = "−"
        case times = "×"
        case divide = "÷"
        case less = "<"
        case lessOrEqual = "≤"
        case greater = ">"
        case greaterOrEqual = "≥"
        case equal = "="
        case notEqual = "≠"
        case open = "("
        case close = ")"
        case openIndex = "["
        case closeIndex = "]"
        case comma = ","
        case colon = ":"
    }

    let kind: Kind
    /// Unicode scalar offsets in the expression text.
    let range: Range<Int>
    /// Where the unit text begins, for numbers with a unit.
    var unitStart: Int?
}

/// A fault in an expression: where, what, and how to mend it.
package struct ExpressionProblem: Error, Equatable, Sendable {
    /// The named check: `expression.syntax`, `expression.unit`, `expression.name` …
    package let check: String
    /// Unicode scalar offsets in the expression text.
    package let range: Range<Int>
    package let message: String
    package let remedy: String

    package init(check: String, range: Range<Int>, message: String, remedy: String) {
        self.check = check
        self.range = range
        self.message = message
        self.remedy = remedy
    }
}

/// What an expression may not exceed; text from outside has limits everywhere.
package enum ExpressionLimits {
    /// Scalars of one expression; the longest formula in the catalogue has under 200.
    package static let scalarCount = 4_000
    /// Parentheses, branches and calls inside each other.
    package static let depth = 64
}
