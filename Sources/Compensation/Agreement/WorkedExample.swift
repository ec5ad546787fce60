// A case an agreement carries with it: inputs and what must come out. The examples are the file's test suite.

package import Exact
package import Monitoring

/// One worked example (算例) of an agreement.
package struct WorkedExample: Sendable {
    /// A transfer that must come out, in units of the currency (元).
    package struct Line: Hashable, Sendable {
        package let payer: String
        package let payee: String
        package let amount: Fraction
        /// The code of its ledger.
        package let ledger: String
    }

    /// A figure that must lie between two values, both included.
    package struct Bound: Hashable, Sendable {
        package let low: Fraction
        package let high: Fraction
    }

    /// The inputs of one period; an example of two years has two.
    package struct Period: Sendable {
        package let values: [InputKey: ExampleValue]
        /// `nil` for the first whole period in which the agreement is in force.
        package let period: SettlementPeriod?
        /// How much of the expected values of what is measured there is, where the example says it.
        package var share: Fraction?
        /// The kind of run, which may have a gate of its own.
        package var kind = RunKind.special
        /// What is recorded of the windows, and the day they are judged by.
        package var events: [SettlementEvent] = []
        package var asOf: CivilDate?
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
    /// Values of named steps that are known only between bounds.
    package let bounds: [String: Bound]
    /// What verdicts must say, where the example states it.
    package let verdicts: [String: AssessmentVerdict]
    /// The exemptions that must hold, and no other, where the example states them: `dry[s1]`.
    package let exempt: [String]?
    /// When set, the example must refuse to settle with this text in its reasons.
    package let refusal: String?
    package let line: Int
    package let column: Int

    /// Whether its source names where the case can be read: a page, a table of cases or a document's number.
    ///
    /// What was invented or derived from the rule says so in its first word.
    package var isPublished: Bool {
        let words = source.lowercased()
        if words.hasPrefix("invented") || words.hasPrefix("derived") { return false }
        return words.contains("golden.csv") || words.contains("〔")
            || words.contains(/[a-z0-9-]+\.(com|cn|org|gov|net|int|eu|de)\b/)
    }
}

/// Names one input value: the input, and the members of its sets when it has one for each.
package struct InputKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let name: String
    package let members: [String]

    package init(name: String, members: [String] = []) {
        self.name = name
        self.members = members
    }

    package init(name: String, indicator: String) {
        self.init(name: name, members: [indicator])
    }

    package var description: String { indexedName(name, members) }

    package static func < (left: InputKey, right: InputKey) -> Bool {
        left.name == right.name ? left.members.lexicographicallyPrecedes(right.members) : left.name < right.name
    }
}
