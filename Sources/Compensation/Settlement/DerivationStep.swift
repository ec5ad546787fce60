// One step from inputs to an amount (推导): anyone can redo it with a pencil.

package import Exact

/// A named intermediate result with everything it was computed from.
package struct DerivationStep: Hashable, Sendable {
    /// `P`, `ratio[codmn]`, or the name of a payment.
    package let name: String
    package let clause: String
    /// The formula as the agreement writes it.
    package let formula: String
    package let operands: [StepOperand]
    package let decisions: [BranchDecision]
    package let roundings: [RoundingNote]
    /// In `unit`, exact.
    package let exact: Fraction
    package let unit: String
    /// In `unit`, after the last rounding the clause writes; equal to `exact` where it writes none.
    package let rounded: Fraction
}

/// A value a step reads.
package struct StepOperand: Hashable, Sendable {
    package enum Origin: Hashable, Sendable {
        case constant(clause: String)
        case baseline(clause: String, period: String, version: String, digest: String)
        /// An input with the digest of its evidence.
        case input(digest: String)
        case step
    }

    /// As the formula writes it, with the indicator: `c[codmn]`.
    package let name: String
    package let value: Fraction
    package let unit: String
    package let origin: Origin
}
