// One step from inputs to an amount (推导): anyone can redo it with a pencil.

package import Exact

/// A named intermediate result with everything it was computed from.
package struct DerivationStep: Hashable, Sendable {
    /// `P`, `ratio[codmn]`, or the name of a payment.
    package let name: String
    package let clause: String
    /// The formula as the agreement writes it.
    package let formula: String
    /// Everything read for the value and for each of `decisions`.
    package let operands: [StepOperand]
    package let decisions: [BranchDecision]
    package let roundings: [RoundingNote]
    /// In `unit`, exact.
    package let exact: Fraction
    package let unit: String
    /// In `unit`, after the last rounding the clause writes; equal to `exact` where it writes none.
    package let rounded: Fraction

    /// The formula of a payment whose branch owes nothing.
    static let nothingOwed = "nothing is owed"
}

/// A value a step reads.
package struct StepOperand: Hashable, Sendable {
    package enum Origin: Hashable, Sendable {
        case constant(clause: String)
        case baseline(clause: String, period: String, version: String, digest: String)
        /// An input with the digest of its evidence.
        case input(digest: String)
        case step
        /// Whether an exemption holds: 1 or 0.
        case exemption(clause: String)
    }

    /// As the formula writes it, with the indicator: `c[codmn]`.
    package let name: String
    package let value: Fraction
    package let unit: String
    package let origin: Origin
    /// Whether the value itself depends on it; otherwise it only decides which branch is taken.
    package let counts: Bool
}

/// A condition that stands by itself, an exemption, a verdict or a check, as it was decided.
package struct DecidedCondition: Hashable, Sendable {
    package enum Kind: String, Sendable { case exemption, verdict, check }

    package let kind: Kind
    /// `dry[s1]`.
    package let name: String
    package let clause: String
    package let decision: BranchDecision
    package let operands: [StepOperand]
}
