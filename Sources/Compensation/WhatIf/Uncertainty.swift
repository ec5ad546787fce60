// How probable each branch is when the figures carry a stated measurement error: seeded, the same draws every time.

package import Exact

/// How often each line of branches was taken.
package struct BranchOdds: Sendable {
    /// `stake: P < 1`, the payment and the condition that decided.
    package let branch: String
    package let count: Int
}

/// Draws every input with a relative standard error and counts which branch each payment takes.
///
/// An error is the sum of twelve uniform numbers less six, times the standard error: nearly normal, and the same on
/// every machine. Classes and ranks are not drawn.
/// - Complexity: `draws` settlements.
package func branchOdds(
    of agreement: Agreement, period: SettlementPeriod,
    inputs: [InputKey: (value: Fraction, unit: UnitOfMeasure)], relativeError: Fraction, draws: Int, seed: UInt64
) -> [BranchOdds] {
    var random = SplitMix(state: seed)
    let ordered = inputs.sorted { $0.key < $1.key }
    var counts: [String: Int] = [:]
    for _ in 0..<draws {
        var drawn = inputs
        for (key, given) in ordered where given.unit != .classStep && given.unit != .rank {
            drawn[key] = (given.value * (.one + relativeError * random.nearlyNormal()), given.unit)
        }
        let run = settle(
            agreement, period: period, kind: .special, inputs: TableInputSource(drawn, document: "draw"),
            program: "uncertainty", isTrial: true)
        for branch in run.decidingBranches { counts[branch, default: 0] += 1 }
    }
    return counts.sorted { $0.key < $1.key }.map { BranchOdds(branch: $0.key, count: $0.value) }
}

extension SettlementRun {
    /// For each payment the condition that decided, or that it did not settle.
    fileprivate var decidingBranches: [String] {
        if case .notSettled(let obstacles) = outcome {
            return obstacles.map { "\($0.item): not settled (\($0.kind.rawValue))" }
        }
        guard case .settled(let settled) = outcome else { return [] }
        let decided: [String] = steps.compactMap { step in
            step.decisions.last.map { "\(step.name): \($0.holds ? $0.condition : "otherwise")" }
        }
        // A signed payment has no condition; its direction is its branch.
        let signed = steps.filter { $0.decisions.isEmpty && settled.isPaymentStep($0) }
        return decided
            + signed.compactMap { step in
                if step.formula == "nothing is owed" { return "\(step.name): nothing is owed" }
                return settled.lines.first { $0.name == step.name }.map { "\(step.name): \($0.payer) → \($0.payee)" }
            }
    }
}

extension Settled {
    /// Whether a step is that of a payment, by its line or by owing nothing.
    fileprivate func isPaymentStep(_ step: DerivationStep) -> Bool {
        step.formula == "nothing is owed" || lines.contains { $0.name == step.name }
    }
}

/// A small generator with a published sequence (SplitMix64).
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Mean 0, variance 1, exact to 2⁻¹⁶.
    mutating func nearlyNormal() -> Fraction {
        var sum = 0
        for _ in 0..<12 { sum += Int(next() >> 48) }
        return Fraction(sum - 6 * 65_536, 65_536)
    }
}

/// The table for people.
package func branchOddsText(_ odds: [BranchOdds], relativeError: Fraction, draws: Int, seed: UInt64) -> String {
    var table = TextTable(indent: 2)
    for item in odds {
        table.add(item.branch, "\((Fraction(item.count * 100, draws)).rounded(places: 1, .halfUp).shortText) %")
    }
    return "不确定性 UNCERTAINTY — 相对标准误差 relative standard error \((relativeError * Fraction(100)).shortText) %, "
        + "\(draws) draws, seed \(seed)\n" + table.text
}
