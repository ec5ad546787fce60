// How probable each branch is when the figures carry a stated measurement error: seeded, the same draws every time.

package import Exact
package import Monitoring
internal import Statistics

/// How often each line of branches was taken.
package struct BranchOdds: Sendable {
    /// `stake: P < 1`, the payment and the condition that decided.
    package let branch: String
    package let count: Int
}

/// Draws every measured input with a relative standard error and counts which branch, tier, step and rank is taken.
///
/// An error is the sum of twelve uniform numbers less six, times the standard error: nearly normal, and the same on
/// every machine. Classes, ranks, times and inputs of `error: none` are not drawn (`fixedInputs`).
/// - Complexity: `draws` settlements.
package func branchOdds(
    of agreement: Agreement, period: SettlementPeriod,
    inputs: [InputKey: (value: Fraction, unit: UnitOfMeasure)], relativeError: Fraction, draws: Int, seed: UInt64,
    events: [SettlementEvent] = [], asOf: CivilDate? = nil
) -> [BranchOdds] {
    var random = SplitMix64(seed: seed)
    let ordered = inputs.sorted { $0.key < $1.key }
    var counts: [String: Int] = [:]
    for _ in 0..<draws {
        var drawn = inputs
        for (key, given) in ordered {
            guard let error = agreement.error(of: key, given.unit, stated: relativeError) else { continue }
            drawn[key] = (given.value * (.one + error * random.nearlyNormal()), given.unit)
        }
        let run = settle(
            agreement, period: period, kind: .special, inputs: TableInputSource(drawn, document: "draw"),
            program: "uncertainty", events: events, asOf: asOf, isTrial: true)
        for branch in run.decidingBranches { counts[branch, default: 0] += 1 }
    }
    return counts.sorted { $0.key < $1.key }.map { BranchOdds(branch: $0.key, count: $0.value) }
}

/// The inputs that are no measurements and are left as they are.
package func fixedInputs(
    of agreement: Agreement, _ inputs: [InputKey: (value: Fraction, unit: UnitOfMeasure)]
) -> [InputKey] {
    inputs.filter { agreement.error(of: $0.key, $0.value.unit, stated: .one) == nil }.keys.sorted()
}

extension UnitOfMeasure {
    /// What is counted or judged, not measured.
    fileprivate static let unmeasured =
        [classStep, rank, day] + [try? UnitOfMeasure(parsing: "month")].compactMap { $0 }
}

extension Agreement {
    /// The relative standard error a figure is drawn with, `nil` for one that is not measured.
    fileprivate func error(of key: InputKey, _ unit: UnitOfMeasure, stated: Fraction) -> Fraction? {
        let input = inputs.first { $0.name == key.name }
        // An earlier result is a sum on record, no measurement of this period.
        if input?.carried != nil, input?.error == nil { return nil }
        return switch input?.error {
        case .fixed?: nil
        case .relative(let own)?: own
        case nil: UnitOfMeasure.unmeasured.contains { unit.isCommensurable(with: $0) } ? nil : stated
        }
    }
}

extension SettlementRun {
    /// For each step what decided, or that it did not settle.
    fileprivate var decidingBranches: [String] {
        if case .notSettled(let obstacles) = outcome {
            return obstacles.map { "\($0.item): not settled (\($0.kind.rawValue))" }
        }
        guard case .settled(let settled) = outcome else { return [] }
        let decided: [String] = steps.flatMap { step in
            let last = step.decisions.last { $0.outcome.isEmpty }
            let places = step.decisions.filter { !$0.outcome.isEmpty }
            return (last.map { ["\(step.name): \($0.holds ? $0.condition : "otherwise")"] } ?? [])
                + places.map { "\(step.name): \($0.condition) → \($0.outcome)" }
        }
        // A signed payment has no condition; its direction is its branch.
        let signed = steps.filter { step in
            !step.decisions.contains { $0.outcome.isEmpty } && settled.isPaymentStep(step)
        }
        return decided
            + signed.compactMap { step in
                if step.formula == DerivationStep.nothingOwed { return "\(step.name): nothing is owed" }
                return settled.lines.first { $0.name == step.name }.map { "\(step.name): \($0.payer) → \($0.payee)" }
            }
    }
}

extension Settled {
    /// Whether a step is that of a payment, by its line or by owing nothing.
    fileprivate func isPaymentStep(_ step: DerivationStep) -> Bool {
        step.formula == DerivationStep.nothingOwed || lines.contains { $0.name == step.name }
    }
}

extension SplitMix64 {
    /// Mean 0, variance 1, exact to 2⁻¹⁶.
    fileprivate mutating func nearlyNormal() -> Fraction {
        var sum = 0
        for _ in 0..<12 { sum += Int(next() >> 48) }
        return Fraction(sum - 6 * 65_536, 65_536)
    }
}

/// The table for people.
///
/// - Parameter fixed: the inputs left as they are.
package func branchOddsText(
    _ odds: [BranchOdds], relativeError: Fraction, draws: Int, seed: UInt64, fixed: [InputKey] = []
) -> String {
    var table = TextTable(indent: 2)
    for item in odds {
        table.add(item.branch, "\((Fraction(item.count * 100, draws)).rounded(places: 1, .halfUp).shortText) %")
    }
    return "不确定性 UNCERTAINTY — 相对标准误差 relative standard error \((relativeError * Fraction(100)).shortText) %, "
        + "\(draws) draws, seed \(seed)\n" + table.text
        + (fixed.isEmpty
            ? "" : "  未扰动 not drawn, being no measurements: \(fixed.map(\.description).joined(separator: ", "))\n")
}
