// How much each figure matters: what one unit of it moves, and how far it is from turning a branch round.

internal import Accounting
package import Exact
package import Monitoring

/// What one figure does to the result around its value.
package struct Sensitivity: Sendable {
    package let input: InputKey
    /// Whether it is a baseline value of the agreement; otherwise an input.
    package let isBaseline: Bool
    package let value: Fraction
    package let unit: String
    /// Money (or another ledger) per unit of the figure just below and just above its value, by party and ledger; roundings
    /// are passed over. For a class or a rank, what the next one moves. `nil` where nothing settles on that side.
    package let marginalBelow: [[String]: Fraction]?
    package let marginalAbove: [[String]: Fraction]?
    /// The nearest values below and above at which, or just beyond which, another branch, tier, step or rank is taken.
    package let flipBelow: Fraction?
    package let flipAbove: Fraction?
    package let method: FlipMethod
    /// Whether both flips are the nearest there are, and exactly there.
    package var isExact: Bool { method == .computed }
}

/// How the flips of a figure were found.
package enum FlipMethod: Sendable {
    /// Solved over the whole line.
    case computed
    /// The nearest on the whole line, but no fraction: bounded within one part in 2⁶⁴.
    case bounded
    /// Searched for: more may be nearer.
    case searched
}

/// The sensitivity of every input of a period, then of every baseline value of the agreement.
///
/// Along one figure every quantity is a quotient of polynomials between the places that comparisons, tiers, ranks and
/// roundings turn at. Those places are the roots of polynomials, tried in turn: the flips named are the nearest there are. A
/// root of a linear one, as of every sum, price and ratio, and any other that is a fraction, is exact; one that is none
/// (of a square) is bounded. Only where a figure meets itself more than eight times, or moves the step of a rounding, it is
/// searched for, out to sixteen times the value (or sixteen units) and towards zero by halves, to one part in 2⁴⁰; a branch
/// that turns and turns back between two trial points may be missed then.
/// - Complexity: figures × two settlements for each place passed; about a hundred where it is searched.
package func sensitivities(
    of agreement: Agreement, period: SettlementPeriod, inputs: [InputKey: (value: Fraction, unit: UnitOfMeasure)],
    events: [SettlementEvent] = [], asOf: CivilDate? = nil
) -> [Sensitivity] {
    let search = FlipSearch(agreement: agreement, period: period, inputs: inputs, events: events, asOf: asOf)
    let ofInputs = inputs.sorted { $0.key < $1.key }.map { key, given in
        search.sensitivity(to: key, given.value, given.unit, isBaseline: false)
    }
    return ofInputs
        + baselineSensitivities(of: agreement, period: period, inputs: inputs, events: events, asOf: asOf)
}

/// The same for the baseline values of the agreement alone: what a change in each would move.
package func baselineSensitivities(
    of agreement: Agreement, period: SettlementPeriod, inputs: [InputKey: (value: Fraction, unit: UnitOfMeasure)],
    events: [SettlementEvent] = [], asOf: CivilDate? = nil
) -> [Sensitivity] {
    let search = FlipSearch(agreement: agreement, period: period, inputs: inputs, events: events, asOf: asOf)
    return agreement.baselines.flatMap { baseline in
        baseline.constant.values.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { members, value in
            search.sensitivity(
                to: InputKey(name: baseline.constant.name, members: members), value, baseline.constant.unit,
                isBaseline: true)
        }
    }
}

/// The same figures with one of them varied.
private struct FlipSearch {
    let agreement: Agreement
    let period: SettlementPeriod
    let inputs: [InputKey: (value: Fraction, unit: UnitOfMeasure)]
    /// What the windows are judged by, as in the run itself.
    let events: [SettlementEvent]
    let asOf: CivilDate?
    /// Places passed before the search gives up computing.
    private static let placeLimit = 64

    private func run(_ key: InputKey, _ value: Fraction) -> SettlementRun {
        var (terms, changed) = (agreement, inputs)
        if let known = inputs[key] {
            changed[key] = (value, known.unit)
        } else if let place = terms.baselines.firstIndex(where: { $0.constant.name == key.name }) {
            terms.baselines[place].constant.values[key.members] = value
        }
        return settle(
            terms, period: period, kind: .special, inputs: TableInputSource(changed, document: "what-if"),
            program: "what-if", events: events, asOf: asOf, isTrial: true)
    }

    func sensitivity(to key: InputKey, _ value: Fraction, _ unit: UnitOfMeasure, isBaseline: Bool) -> Sensitivity {
        let signature = run(key, value).branches
        func flips(_ other: Fraction) -> Bool { run(key, other).branches != signature }
        func found(_ direction: Fraction) -> (edge: Fraction?, method: FlipMethod) {
            if isClass(key) { return (classEdge(from: value, direction, flips), .computed) }
            do {
                return try computedEdge(key, value, unit, direction, flips)
            } catch {
                return (edge(from: value, by: value.searchStep * direction, flips), .searched)
            }
        }
        let (down, up) = (found(Fraction(-1)), found(.one))
        let methods = [down.method, up.method]
        return Sensitivity(
            input: key, isBaseline: isBaseline, value: value, unit: unit.symbol,
            marginalBelow: marginal(key, value, unit, Fraction(-1)), marginalAbove: marginal(key, value, unit, .one),
            flipBelow: down.edge, flipAbove: up.edge,
            method: methods.contains(.searched) ? .searched : methods.contains(.bounded) ? .bounded : .computed)
    }

    /// What one unit moves on one side of the value: the slope there, or for a class or a rank what the next one moves.
    private func marginal(
        _ key: InputKey, _ value: Fraction, _ unit: UnitOfMeasure, _ direction: Fraction
    ) -> [[String]: Fraction]? {
        if unit == .classStep || unit == .rank {
            let (here, next) = (run(key, value), run(key, value + direction))
            guard case .settled = here.outcome, case .settled = next.outcome else { return nil }
            return next.exactNet.merging(here.exactNet.mapValues { -$0 }, uniquingKeysWith: +)
                .mapValues { $0 * direction }.filter { !$0.value.isZero }
        }
        var walk = walk(beyond: value, key, unit, direction)
        walk.isTangent = true
        guard (try? walk.run()) != nil else { return nil }
        return walk.net.mapValues { ($0.slope ?? .zero) * direction }.filter { !$0.value.isZero }
    }

    /// Whether an input is a class of water, which is a whole number from 1 to 6.
    private func isClass(_ key: InputKey) -> Bool {
        agreement.inputs.contains { $0.name == key.name && $0.measure == .sectionClass }
    }

    private func classEdge(from value: Fraction, _ direction: Fraction, _ flips: (Fraction) -> Bool) -> Fraction? {
        var other = value + direction
        while other >= .one, other <= Fraction(6) {
            if flips(other) { return other }
            other = other + direction
        }
        return nil
    }

    /// The nearest place at or beyond which another branch is taken; `nil` where there is none on the whole line.
    ///
    /// - Throws: where a quantity is too curved, or more places than `placeLimit` are passed.
    private func computedEdge(
        _ key: InputKey, _ start: Fraction, _ unit: UnitOfMeasure, _ direction: Fraction, _ flips: (Fraction) -> Bool
    ) throws(CurveEnd) -> (edge: Fraction?, method: FlipMethod) {
        var place = start
        for _ in 0..<Self.placeLimit {
            let next = try reach(beyond: place, key, unit, direction)
            let inside = place + (next.map { $0.low / Fraction(2) } ?? .one) * direction
            if flips(inside) { return (place, .computed) }
            guard let next else { return (nil, .computed) }
            let (near, far) = (place + next.low * direction, place + next.high * direction)
            if flips(far) {
                return next.isExact
                    ? (far, .computed) : (simplest(between: min(near, far), and: max(near, far)), .bounded)
            }
            place = far
        }
        throw .curved
    }

    /// How far every comparison keeps its answer beyond a value, in units of the input; `nil` for ever.
    private func reach(
        beyond place: Fraction, _ key: InputKey, _ unit: UnitOfMeasure, _ direction: Fraction
    ) throws(CurveEnd) -> RootPlace? {
        var walk = walk(beyond: place, key, unit, direction)
        do {
            try walk.run()
        } catch {
            // Where the settlement stops, what was compared before says how far it keeps stopping there.
            if error == .curved { throw error }
        }
        return walk.horizon
    }

    private func walk(
        beyond place: Fraction, _ key: InputKey, _ unit: UnitOfMeasure, _ direction: Fraction
    ) -> CurveWalk {
        var values = Settlement(
            agreement: agreement, period: period, kind: .special, keepsNotes: false, isTrial: true
        ).values
        for (other, given) in inputs { values[other.name, other.members] = given.value * given.unit.factor }
        for deadline in deadlines(of: agreement, period: period, events: events, asOf: asOf) {
            values.windows[deadline.window.name] = deadline
        }
        values[key.name, key.members] = place * unit.factor
        return CurveWalk(agreement, values, varied: key, slope: direction * unit.factor)
    }
}

extension Fraction {
    /// The first step of a search: a thousandth of the value, or of one where it is zero.
    fileprivate var searchStep: Fraction { (isZero ? .one : magnitude) / Fraction(1_000) }
}

/// Where `flips` first answers yes when one goes from `start` in steps that double (towards zero by halves first), `nil`
/// when it does not within 2¹⁴.
private func edge(from start: Fraction, by step: Fraction, _ flips: (Fraction) -> Bool) -> Fraction? {
    var places = (0..<14).map { start + step * Fraction((2 << $0) - 1) }
    if start.isNegative != step.isNegative {
        places = (1...14).map { start / Fraction(1 << $0) } + places.filter { $0.isNegative != start.isNegative }
    }
    var inside = start
    for outside in places {
        if flips(outside) {
            var (near, far) = (inside, outside)
            for _ in 0..<40 {
                let middle = (near + far) / Fraction(2)
                if flips(middle) { far = middle } else { near = middle }
            }
            return simplest(between: min(near, far), and: max(near, far))
        }
        inside = outside
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
    /// What was decided on the way, branches, tiers, steps and ranks, and why nothing settled where it did not.
    var branches: [String] {
        var found = steps.flatMap { step in
            step.decisions.map { "\(step.name): \($0.condition) \($0.answer)" }
        }
        found += exemptions.map(\.name)
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

/// What a change in each baseline value would move, for people; every settlement with baselines prints it.
package func baselineText(_ found: [Sensitivity]) -> String {
    if found.isEmpty { return "" }
    return "基准值变动 BASELINES — 说明用，不改变核算结果 what a change in them would move, beside the exact sum\n"
        + sensitivityTable(found)
}

/// The table for people.
package func sensitivityText(_ found: [Sensitivity]) -> String {
    "敏感性 SENSITIVITY — 说明用，不改变核算结果 beside the exact sum, never instead of it\n" + sensitivityTable(found)
}

private func sensitivityTable(_ found: [Sensitivity]) -> String {
    var table = TextTable(indent: 2)
    table.add("数据 Input", "数值 Value", "翻转下限 Flips at or below", "翻转上限 Flips at or above", "求法 Found", "每单位 Per unit")
    for item in found {
        let unit = item.unit == UnitOfMeasure.one.symbol ? "" : " \(item.unit)"
        func flip(_ edge: Fraction?) -> String {
            edge.map { $0.shortText + unit } ?? (item.method == .searched ? "未找到 not found" : "—")
        }
        table.add(
            (item.isBaseline ? "基准值 baseline " : "") + item.input.description, item.value.shortText + unit,
            flip(item.flipBelow), flip(item.flipAbove), item.method.name, item.marginalText)
    }
    return table.text
}

extension FlipMethod {
    fileprivate var name: String {
        switch self {
        case .computed: "计算 exact"
        case .bounded: "界定 bounded to 2⁻⁶⁴"
        case .searched: "搜索 searched"
        }
    }
}

extension Sensitivity {
    /// One text where both sides agree, otherwise each with its side.
    fileprivate var marginalText: String {
        func text(_ marginal: [[String]: Fraction]?) -> String {
            guard let marginal else { return "未能核算 not settled" }
            let parts = marginal.sorted { $0.key.lexicographicallyPrecedes($1.key) }
                .map { "\($0.key[0]) \($0.value.shortText) \($0.key[1])" }
            return parts.isEmpty ? "—" : parts.joined(separator: ", ")
        }
        if marginalBelow == marginalAbove { return text(marginalAbove) }
        return "下方 below: \(text(marginalBelow)); 上方 above: \(text(marginalAbove))"
    }
}
