// How sure a flow-normalised change is: blocks of samples drawn again and again, and the change of each draw.

/// How samples are drawn.
package struct FlowBootstrap: Hashable, Sendable {
    /// Days whose samples are drawn together: what one sample says of the next stays in the draw.
    package var blockDays = 200
    /// Draws; the least p that can be said is 2 ÷ (draws + 1).
    package var drawCount = 100
    package var seed: UInt64 = 1

    package init() {}
}

/// The change of the flow-normalised yearly mean from one year to another.
package struct FlowTrendChange: Sendable, Equatable {
    package let change: Double
    package let lower: Double
    package let upper: Double
    /// Two-sided, of no change.
    package let p: Double
    /// Draws that gave a change; the others had too few samples somewhere.
    package let drawCount: Int
}

/// The change from `from` to `until` with its limits and p-value by a block bootstrap in the manner of EGRETci.
///
/// Blocks of `blockDays` are drawn at random days with replacement until a draw has as many samples as the record; the
/// regressions are made again for the two years; the change of a draw is turned about that of the record (2 Δ − δ); the
/// limits are order statistics of what results, and p is twice the share on the other side of zero, between order
/// statistics in a straight line.
///
/// - Returns: `nil` when the record has no such years, or fewer than half of the draws give a change.
/// - Complexity: draws × two years of `flowNormalisedYears`.
/// - Source: Hirsch, Archfield and De Cicco, A bootstrap method for estimating uncertainty of water quality trends,
///   Environmental Modelling & Software 73, 2015, sections 2.2 to 2.4 (blocks of 200 days, p by linear interpolation);
///   quantiles of Hyndman and Fan, type 6. Draws are seeded, so that a run can be repeated; discharge is not drawn.
package func flowTrendChange(
    _ samples: DischargeSamples, _ discharge: DailyDischarge, from: Int, until: Int, confidence: Double,
    windows: RegressionWindows = RegressionWindows(), rule: FlowBootstrap = FlowBootstrap()
) -> FlowTrendChange? {
    precondition(rule.blockDays > 1 && rule.drawCount > 1, "A bootstrap draws blocks of days, several times.")
    guard let first = samples.times.first, let last = samples.times.last, from < until else { return nil }
    func change(_ samples: DischargeSamples) -> Double? {
        let years = flowNormalisedYears(samples, discharge, windows: windows, only: [from, until], span: first...last)
        guard let early = years?.first(where: { $0.year == from }), let late = years?.first(where: { $0.year == until })
        else { return nil }
        return late.flowNormalised - early.flowNormalised
    }
    guard let whole = change(samples) else { return nil }
    var generator = SplitMix64(seed: rule.seed)
    var turned: [Double] = []
    for _ in 0..<rule.drawCount {
        let rows = drawnRows(samples.times, blockDays: rule.blockDays, &generator)
        if let drawn = change(samples.drawn(rows)) { turned.append(2 * whole - drawn) }
    }
    guard 2 * turned.count >= rule.drawCount else { return nil }
    turned.sort()
    return FlowTrendChange(
        change: whole, lower: orderQuantile(turned, (1 - confidence) / 2),
        upper: orderQuantile(turned, (1 + confidence) / 2), p: shareBeyondZero(turned), drawCount: turned.count)
}

/// Days of a year on average: samples lie in decimal years, blocks in days.
private let daysAYear = 365.25

/// The rows of one draw in time order: as many as there are samples.
func drawnRows(_ times: [Double], blockDays: Int, _ generator: inout SplitMix64) -> [Int] {
    let first = times[0]
    let days = times.map { Int((($0 - first) * daysAYear).rounded()) }
    let startCount = days[days.count - 1] + blockDays
    var rows: [Int] = []
    while rows.count < times.count {
        // From the block whose last day is the first sample's, to the one that begins with the last.
        let start = generator.below(startCount) - blockDays + 1
        rows += days.indices.filter { start <= days[$0] && days[$0] < start + blockDays }
    }
    return rows[..<times.count].sorted()
}

/// The quantile by order statistics, (n + 1) p-th of them, in a straight line between two; the ends beyond them.
package func orderQuantile(_ sorted: [Double], _ share: Double) -> Double {
    let place = min(max(share * Double(sorted.count + 1), 1), Double(sorted.count))
    let below = Int(place)
    let rest = place - Double(below)
    return below == sorted.count ? sorted[below - 1] : sorted[below - 1] * (1 - rest) + sorted[below] * rest
}

/// Twice the smaller share of `sorted` on one side of zero, at least 2 ÷ (n + 1).
package func shareBeyondZero(_ sorted: [Double]) -> Double {
    let count = sorted.count
    let positive = sorted.count { $0 > 0 }
    if positive == 0 || positive == count { return 2 / Double(count + 1) }
    let (low, high) = (sorted[count - positive - 1], sorted[count - positive])
    // Zero lies between the last that is not above it and the first that is.
    let place = Double(count - positive) - low / (high - low)
    let share = place / Double(count + 1)
    return 2 * min(share, 1 - share)
}

extension DischargeSamples {
    /// These rows of the samples; a row may stand several times.
    fileprivate func drawn(_ rows: [Int]) -> DischargeSamples {
        DischargeSamples(
            times: rows.map { times[$0] }, logDischarges: rows.map { logDischarges[$0] },
            logConcentrations: rows.map { logConcentrations[$0] }, sines: rows.map { sines[$0] },
            cosines: rows.map { cosines[$0] })
    }
}
