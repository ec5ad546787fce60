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
    return withKeys(&scratch, capacity: values.count) { keys, buffer in
        var count = 0
        for index in values.indices where values[index].isFinite {
            keys[count] = orderKey(values[index])
            count += 1
        }
        if count < trendCountMinimum { return nil }
        var order = ColumnOrder()
        order.inversions = sortCountingInversions(keys, count: count, buffer: buffer)
        countTies(keys, count: count, into: &order)
        let pairCount = count * (count - 1) / 2
        return MannKendall(
            count: count, s: pairCount - order.tiedPairs - 2 * order.inversions, tiedPairs: order.tiedPairs,
            tieCorrection: order.tieCorrection)
    }
}

/// Tests one series for a monotonic trend when several readings may have one time: their pairs do not count.
///
/// - Shape: `values` and `times`, n readings, times not decreasing; a value that is not finite is missing. `scratch`,
///   2 n, overwritten.
/// - Precondition: n ≤ `trendCountLimit`; times finite and in order; `scratch` has `mannKendallScratchCount(n)`.
/// - Returns: `nil` when fewer than `trendCountMinimum` readings are present.
/// - Complexity: O(n log n) time, O(n) scratch.
/// - Source: Kendall, 1975, chapter 4: the variance when both rankings have ties.
/// - Reference: `mannKendallReference(_:times:)`; equal for all inputs.
package func mannKendall(
    _ values: Span<Double>, times: Span<Double>, scratch: inout MutableSpan<Double>
) -> MannKendall? {
    precondition(values.count == times.count, "Readings and times are columns of one length.")
    precondition(values.count <= trendCountLimit, "A trend test takes at most a million readings.")
    precondition(scratch.count >= 2 * values.count, "The trend test's scratch holds every reading twice.")
    guard let counts = kendallCounts(values, times: times, scratch: &scratch) else { return nil }
    if counts.count < trendCountMinimum { return nil }
    return MannKendall(
        count: counts.count, order: counts.order, timeTies: counts.timeTies, bothTies: counts.bothTies)
}

/// What sorting tells of a column along times with ties, whatever its length; `nil` when nothing is present.
struct KendallCounts {
    var count = 0
    var order = ColumnOrder()
    var timeTies = ColumnOrder()
    var bothTies = ColumnOrder()

    var pairCount: Int { count * (count - 1) / 2 - timeTies.tiedPairs }

    /// Pairs that rise less pairs that fall.
    var s: Int { pairCount - order.tiedPairs + bothTies.tiedPairs - 2 * order.inversions }

    /// - Source: Kendall, 1975, chapter 4: the variance when both rankings have ties.
    var variance: Double {
        let n = Double(count)
        let untied: Int = count * (count - 1) * (2 * count + 5)
        let sorted = Double(untied - order.tieCorrection - timeTies.tieCorrection) / 18
        if timeTies.tiedPairs == 0 || order.tiedPairs == 0 { return sorted }
        let triples =
            count > 2 ? Double(order.tieTriples) * Double(timeTies.tieTriples) / (9 * n * (n - 1) * (n - 2)) : 0
        return sorted + triples + 4 * Double(order.tiedPairs) * Double(timeTies.tiedPairs) / (2 * n * (n - 1))
    }
}

func kendallCounts(
    _ values: Span<Double>, times: Span<Double>, scratch: inout MutableSpan<Double>
) -> KendallCounts? {
    withKeys(&scratch, capacity: values.count) { keys, buffer in
        var counts = KendallCounts()
        var count = 0
        var groupStart = 0
        var groupTime = -Double.infinity
        func closeGroup() {
            if count - groupStart < 2 { return }
            counts.timeTies.addTies(count - groupStart)
            // In rising order the readings of one time are no inversions.
            _ = sortCountingInversions(keys + groupStart, count: count - groupStart, buffer: buffer)
            countTies(keys + groupStart, count: count - groupStart, into: &counts.bothTies)
        }
        for index in values.indices where values[index].isFinite {
            precondition(times[index] >= groupTime, "Times do not decrease along the column.")
            if times[index] != groupTime {
                closeGroup()
                groupStart = count
                groupTime = times[index]
            }
            keys[count] = orderKey(values[index])
            count += 1
        }
        closeGroup()
        if count == 0 { return nil }
        counts.count = count
        counts.order.inversions = sortCountingInversions(keys, count: count, buffer: buffer)
        countTies(keys, count: count, into: &counts.order)
        return counts
    }
}

/// The scratch as keys and the buffer of their sorting.
func withKeys<Result>(
    _ scratch: inout MutableSpan<Double>, capacity: Int,
    _ body: (UnsafeMutablePointer<UInt64>, UnsafeMutablePointer<UInt64>) -> Result
) -> Result {
    scratch.withUnsafeMutableBufferPointer { room in
        room.withMemoryRebound(to: UInt64.self) { keys in
            var none: UInt64 = 0
            guard let start = keys.baseAddress else {
                return withUnsafeMutablePointer(to: &none) { body($0, $0) }
            }
            return body(start, start + capacity)
        }
    }
}

extension MannKendall {
    /// The test's figures from its counts; `tieCorrection` is the sum of t (t − 1) (2 t + 5) over groups of equal
    /// readings.
    init(count: Int, s: Int, tiedPairs: Int, tieCorrection: Int) {
        let variance = Double(count * (count - 1) * (2 * count + 5) - tieCorrection) / 18
        let pairs = Double(count * (count - 1) / 2)
        self.init(
            count: count, s: s, variance: variance, possible: (pairs * (pairs - Double(tiedPairs))).squareRoot())
    }

    /// The same when times have ties too; `bothTies` are groups of one value at one time.
    init(count: Int, order: ColumnOrder, timeTies: ColumnOrder, bothTies: ColumnOrder) {
        let counts = KendallCounts(count: count, order: order, timeTies: timeTies, bothTies: bothTies)
        let pairs = count * (count - 1) / 2
        let possible = Double(pairs - order.tiedPairs) * Double(pairs - timeTies.tiedPairs)
        self.init(count: count, s: counts.s, variance: counts.variance, possible: possible.squareRoot())
    }

    /// The same with a variance from elsewhere; `possible` is the denominator of τ.
    init(count: Int, s: Int, variance: Double, possible: Double) {
        let z = continuousDeviate(s, variance: variance)
        self.init(
            count: count, s: s, variance: variance, z: z, p: normalTwoSidedProbability(z),
            tau: possible > 0 ? Double(s) / possible : 0)
    }
}

/// The deviate of a score with continuity correction; 0 when it cannot vary.
func continuousDeviate(_ s: Int, variance: Double) -> Double {
    let shift = s > 0 ? -1 : s < 0 ? 1 : 0
    return variance > 0 ? Double(s + shift) / variance.squareRoot() : 0
}
