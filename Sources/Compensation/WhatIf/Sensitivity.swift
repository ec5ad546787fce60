// How much each figure matters: what one unit of it moves, and how far it is from turning a branch round.

internal import Accounting
package import Exact

/// What one input does to the result around its value.
package struct Sensitivity: Sendable {
    package let input: InputKey
    package let value: Fraction
    package let unit: String
    /// Money (or another ledger) per unit of the input, by party and ledger; empty where a branch turns at the value.
    package let marginal: [[String]: Fraction]
    /// The nearest values below and above at which another branch is taken, within the range searched.
    package let flipBelow: Fraction?
    package let flipAbove: Fraction?
}

/// The sensitivity of every input of a period.
///
/// The search goes out to sixteen times the value (or sixteen units) and halves until the edge is known to one part in
/// 2⁴⁰; the simplest fraction in that bracket is named, which is the edge itself when the text writes it with few
/// digits. A branch that turns and turns back between two trial points may be missed.
/// - Complexity: inputs × about a hundred settlements.
package func sensitivities(
    of agreement: Agreement, period: SettlementPeriod, inputs: [InputKey: (value: Fraction, unit: UnitOfMeasure)]
) -> [Sensitivity] {
    func run(_ key: InputKey, _ value: Fraction) -> SettlementRun {
        var changed = inputs
        if let known = inputs[key] { changed[key] = (value, known.unit) }
        return settle(
            agreement, period: period, kind: .special, inputs: TableInputSource(changed, document: "what-if"),
            program: "what-if", isTrial: true)
    }
    return inputs.sorted { $0.key < $1.key }.map { key, given in
        let base = run(key, given.value)
        let signature = base.branches
        func flips(_ value: Fraction) -> Bool { run(key, value).branches != signature }
        let step = (given.value.isZero ? .one : given.value.magnitude) / Fraction(1_000)
        var marginal: [[String]: Fraction] = [:]
        let (below, above) = (run(key, given.value - step), run(key, given.value + step))
        if below.branches == signature, above.branches == signature {
            for (route, amount) in above.exactNet {
                let change = (amount - (below.exactNet[route] ?? .zero)) / (step * Fraction(2))
                if !change.isZero { marginal[route] = change }
            }
        }
        return Sensitivity(
            input: key, value: given.value, unit: given.unit.symbol, marginal: marginal,
            flipBelow: edge(from: given.value, by: -step, flips), flipAbove: edge(from: given.value, by: step, flips))
    }
}

/// Where `flips` first answers yes when one goes from `start` in steps that double, `nil` when it does not within 2¹⁴.
private func edge(from start: Fraction, by step: Fraction, _ flips: (Fraction) -> Bool) -> Fraction? {
    var inside = start
    var size = step
    for _ in 0..<14 {
        let outside = inside + size
        if flips(outside) {
            var (near, far) = (inside, outside)
            for _ in 0..<40 {
                let middle = (near + far) / Fraction(2)
                if flips(middle) { far = middle } else { near = middle }
            }
            return simplest(between: min(near, far), and: max(near, far))
        }
        inside = outside
        size = size * Fraction(2)
    }
    return nil
}

/// The fraction with the smallest denominator in a closed interval (Stern and Brocot).
func simplest(between low: Fraction, and high: Fraction) -> Fraction {
    if low.isNegative {
        return high.isNegative ? -simplest(between: -high, and: -low) : .zero
    }
    let whole = low.rounded(to: .one, .down)
    if whole == low { return low }
    if whole + .one <= high { return whole + .one }
    return whole + .one / simplest(between: .one / (high - whole), and: .one / (low - whole))
}

extension SettlementRun {
    /// The branches taken, by the text of each decision, and why nothing settled where it did not.
    var branches: [String] {
        var found = steps.flatMap { step in
            step.decisions.map { "\(step.name): \($0.condition) \($0.holds)" }
        }
        if case .notSettled(let obstacles) = outcome { found += obstacles.map { "\($0.kind.rawValue) \($0.item)" } }
        // A signed payment has no condition; its direction is its branch.
        if case .settled(let settled) = outcome {
            found += settled.lines.map { "\($0.name): \($0.payer) → \($0.payee)" }
        }
        return found
    }

    /// What each party receives or gives before any rounding, by party and ledger.
    var exactNet: [[String]: Fraction] {
        guard case .settled(let settled) = outcome else { return [:] }
        var net: [[String]: Fraction] = [:]
        for line in settled.lines {
            let ledger = line.money.currency.code
            net[[line.payer, ledger], default: .zero] = net[[line.payer, ledger], default: .zero] - line.exact
            net[[line.payee, ledger], default: .zero] = net[[line.payee, ledger], default: .zero] + line.exact
        }
        return net
    }
}

/// The table for people.
package func sensitivityText(_ found: [Sensitivity]) -> String {
    var table = TextTable(indent: 2)
    table.add("数据 Input", "数值 Value", "翻转下限 Flips at or below", "翻转上限 Flips at or above", "每单位 Per unit")
    for item in found {
        let unit = item.unit == UnitOfMeasure.one.symbol ? "" : " \(item.unit)"
        let marginal = item.marginal.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map { "\($0.key[0]) \($0.value.shortText) \($0.key[1])" }.joined(separator: ", ")
        table.add(
            item.input.description, item.value.shortText + unit, item.flipBelow.map { $0.shortText + unit } ?? "—",
            item.flipAbove.map { $0.shortText + unit } ?? "—", marginal.isEmpty ? "—" : marginal)
    }
    return "敏感性 SENSITIVITY — 说明用，不改变核算结果 beside the exact sum, never instead of it\n" + table.text
}
