// A case an agreement carries with it: inputs and what must come out. The examples are the file's test suite.

package import Exact

/// One worked example (算例) of an agreement.
package struct WorkedExample: Sendable {
    /// A transfer that must come out, in units of the currency (元).
    package struct Line: Hashable, Sendable {
        package let payer: String
        package let payee: String
        package let amount: Fraction
    }

    /// The inputs of one period; an example of two years has two.
    package struct Period: Sendable {
        package let values: [InputKey: ExampleValue]
    }

    /// A value with its place, so that a message can point at it.
    package struct ExampleValue: Sendable {
        package let value: Fraction
        package let unit: UnitOfMeasure
    }

    package let name: String
    package let source: String
    package let periods: [Period]
    /// Transfers after adding the lines of one payer and payee over the periods; empty: nothing is owed.
    package let lines: [Line]
    /// Net position of parties, positive when it receives, where the example states it.
    package let net: [String: Fraction]
    /// Values of named steps (in their units) that must come out in the last period.
    package let steps: [String: Fraction]
    /// When set, the example must refuse to settle with this text in its reasons.
    package let refusal: String?
    package let line: Int
    package let column: Int
}

/// Names one input value: the input, and the indicator when it has one for each.
package struct InputKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let name: String
    package let indicator: String?

    package init(name: String, indicator: String? = nil) {
        self.name = name
        self.indicator = indicator
    }

    package var description: String { indicator.map { "\(name)[\($0)]" } ?? name }

    package static func < (left: InputKey, right: InputKey) -> Bool {
        (left.name, left.indicator ?? "") < (right.name, right.indicator ?? "")
    }
}
