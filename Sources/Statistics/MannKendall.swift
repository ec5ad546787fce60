// The Mann–Kendall trend test on one column, in O(n log n) and without allocation.

/// What the Mann–Kendall test says of one series.
package struct MannKendall: Sendable, Equatable {
    /// Readings that are not missing.
    package let count: Int
    /// Pairs that rise less pairs that fall.
    package let s: Int
    /// The variance of `s` without trend, with the correction for ties.
    package let variance: Double
    /// The deviate of `s` with continuity correction; 0 when all readings are equal.
    package let z: Double
    /// Two-sided probability of a deviate at least as large without trend.
    package let p: Double
    /// Kendall's τ-b: `s` over the pairs that could rise or fall, 0 when there are none.
    package let tau: Double
}

/// The fewest readings a trend is tested with; below four no two-sided p-value reaches 0.05.
package let trendCountMinimum = 4

/// The most readings one test takes: the variance then stays within 64-bit integers.
package let trendCountLimit = 1_000_000

/// Doubles of scratch that `mannKendall` needs for that many readings.
package func mannKendallScratchCount(_ valueCount: Int) -> Int { 2 * valueCount }

/// Tests one series for a monotonic trend by Mann–Kendall.
///
/// - Shape: `values`, n readings in time order; what is not finite is missing. `scratch`, 2 n, overwritten.
/// - Units: `s` counts pairs; `p` is a probability; the slope is not computed here.
/// - Precondition: n ≤ `trendCountLimit`; `scratch` has `mannKendallScratchCount(n)` elements.
/// - Returns: `nil` when fewer than `trendCountMinimum` readings are present.
/// - Complexity: O(n log n) time, O(n) scratch.
/// - Source: Kendall, Rank Correlation Methods, 1975, chapter 4; continuity correction as R trend::mk.test prints it.
/// - Reference: `mannKendallReference(_:)`; equal S and variance, and equal z and p, for all inputs.
package func mannKendall(_ values: Span<Double>, scratch: inout MutableSpan<Double>) -> MannKendall? {
    precondition(values.count <= trendCountLimit, "A trend test takes at most a million readings.")
    precondition(scratch.count >= 2 * values.count, "The trend test's scratch holds every reading twice.")
    var count = 0
    for index in values.indices where values[index].isFinite {
        scratch[count] = values[index]
        count += 1
    }
    if count < trendCountMinimum { return nil }
    let order = scratch.withUnsafeMutableBufferPointer { sortCountingInversions($0, count: count) }
    let pairCount = count * (count - 1) / 2
    return MannKendall(
        count: count, s: pairCount - order.tiedPairs - 2 * order.inversions, tiedPairs: order.tiedPairs,
        tieCorrection: order.tieCorrection)
}

extension MannKendall {
    /// The test's figures from its counts; `tieCorrection` is the sum of t (t − 1) (2 t + 5) over groups of equal
    /// readings.
    init(count: Int, s: Int, tiedPairs: Int, tieCorrection: Int) {
        let variance = Double(count * (count - 1) * (2 * count + 5) - tieCorrection) / 18
        let shift = s > 0 ? -1 : s < 0 ? 1 : 0
        let z = variance > 0 ? Double(s + shift) / variance.squareRoot() : 0
        let pairs = Double(count * (count - 1) / 2)
        let possible = (pairs * (pairs - Double(tiedPairs))).squareRoot()
        self.init(
            count: count, s: s, variance: variance, z: z, p: normalTwoSidedProbability(z),
            tau: possible > 0 ? Double(s) / possible : 0)
    }
}
