// Sen's slope of one series with its confidence limits: exact order statistics of all pairwise slopes, few of them
// stored.

/// The median of the slopes between all pairs of readings, with 95 % confidence limits.
package struct SenSlope: Sendable, Equatable {
    /// Readings that are not missing.
    package let count: Int
    /// Pairs of readings at different times.
    package let pairCount: Int
    /// Value per unit of time, as the columns have them.
    package let slope: Double
    package let lower: Double
    package let upper: Double
}

/// The most readings one slope takes: the time is quadratic, and ten years of days are 3,653.
package let slopeCountLimit = 20_000

/// Doubles of scratch that `senSlope` needs for that many readings.
package func senSlopeScratchCount(_ valueCount: Int) -> Int {
    2 * valueCount + slopeBucketCount + max(slopePoolMinimum, 2 * valueCount)
}

/// Buckets of one pass: eleven bits of the slope's order.
let slopeBucketCount = 2_048

/// Slopes that are kept and searched directly; up to 181 readings have no more.
private let slopePoolMinimum = 16_384

/// The slope of a trend by Sen, with 95 % confidence limits.
///
/// - Shape: `values`, n readings in time order, what is not finite is missing; `times`, n, not decreasing. `scratch` is
///   overwritten.
/// - Units: value per unit of `times`.
/// - Precondition: columns of one length, at most `slopeCountLimit`; times finite and in order; `scratch` has
///   `senSlopeScratchCount(n)` elements.
/// - Returns: `nil` when fewer than `trendCountMinimum` readings, or no two different times, are present.
/// - Complexity: O(n²) time in a few passes over the pairs, O(n) scratch.
/// - Source: Sen, 1968; limits at the ranks (N ± 1.96 √Var S) / 2 as R trend::sens.slope and scipy theilslopes take
///   them, the variance corrected for ties of values and of times.
/// - Reference: `senSlopeReference(_:times:)`; bit-equal.
package func senSlope(
    _ values: Span<Double>, times: Span<Double>, scratch: inout MutableSpan<Double>
) -> SenSlope? {
    precondition(values.count == times.count, "Readings and times are columns of one length.")
    precondition(values.count <= slopeCountLimit, "A slope is taken of a bounded number of readings.")
    precondition(scratch.count >= senSlopeScratchCount(values.count), "The slope's scratch has the size it names.")
    var count = 0
    for index in values.indices where values[index].isFinite {
        scratch[count] = values[index]
        scratch[values.count + count] = times[index]
        precondition(times[index].isFinite, "Times are finite.")
        precondition(
            count == 0 || scratch[values.count + count - 1] <= times[index], "Times do not decrease along the column.")
        count += 1
    }
    if count < trendCountMinimum { return nil }
    return scratch.withUnsafeMutableBufferPointer { buffer in
        var slopes = PairwiseSlopes(buffer, capacity: values.count, count: count)
        return slopes.senSlope()
    }
}

/// The slopes between all pairs, visited in passes: the scratch has no room for them all.
private struct PairwiseSlopes {
    let values: UnsafeMutableBufferPointer<Double>
    let times: UnsafeMutableBufferPointer<Double>
    let buckets: UnsafeMutableBufferPointer<Double>
    let pool: UnsafeMutableBufferPointer<Double>
    var poolHoldsAll = false

    init(_ scratch: UnsafeMutableBufferPointer<Double>, capacity: Int, count: Int) {
        values = .init(rebasing: scratch[0..<count])
        times = .init(rebasing: scratch[capacity..<(capacity + count)])
        buckets = .init(rebasing: scratch[(2 * capacity)..<(2 * capacity + slopeBucketCount)])
        pool = .init(rebasing: scratch[(2 * capacity + slopeBucketCount)...])
    }

    mutating func senSlope() -> SenSlope? {
        let count = values.count
        for index in 0..<count { pool[index] = values[index] }
        let order = sortCountingInversions(pool, count: count)
        var timeTies = ColumnOrder()
        countTies(times, count: count, into: &timeTies)
        let pairCount = count * (count - 1) / 2 - timeTies.tiedPairs
        if pairCount == 0 { return nil }
        if pairCount <= pool.count { keep { _ in true } }
        poolHoldsAll = pairCount <= pool.count

        let ranks = SlopeRanks(
            count: count, pairCount: pairCount, tieCorrection: order.tieCorrection + timeTies.tieCorrection)
        let median = slope(rank: pairCount / 2)
        return SenSlope(
            count: count, pairCount: pairCount,
            slope: pairCount % 2 == 1 ? median : (slope(rank: pairCount / 2 - 1) + median) / 2,
            lower: slope(rank: ranks.lower), upper: slope(rank: ranks.upper))
    }

    /// The slope that would stand at `rank` (from 0) if all were sorted.
    ///
    /// Counts the slopes by the leading bits of their order, pass by pass, until those that share them fit the pool.
    private mutating func slope(rank: Int) -> Double {
        if poolHoldsAll { return selectElement(pool, count: keptCount, rank: rank) }
        var rank = rank
        var prefix: UInt64 = 0
        var knownBits: UInt64 = 0
        while knownBits < 64 {
            let width = min(11, 64 - knownBits)
            let shift = 64 - knownBits - width
            for index in 0..<slopeBucketCount { buckets[index] = 0 }
            forEachSlope { slope in
                let key = orderKey(slope)
                if knownBits == 0 || key >> (64 - knownBits) == prefix {
                    buckets[Int(key >> shift & (1 << width - 1))] += 1
                }
            }
            var bucket = 0
            while rank >= Int(buckets[bucket]) {
                rank -= Int(buckets[bucket])
                bucket += 1
            }
            prefix = prefix << width | UInt64(bucket)
            knownBits += width
            if Int(buckets[bucket]) <= pool.count {
                keep { slope in orderKey(slope) >> (64 - knownBits) == prefix }
                return selectElement(pool, count: keptCount, rank: rank)
            }
        }
        return slopeValue(fromOrderKey: prefix)
    }

    private var keptCount = 0

    /// Fills the pool with the slopes that `isWanted`; they fit.
    private mutating func keep(_ isWanted: (Double) -> Bool) {
        var count = 0
        forEachSlope { slope in
            if isWanted(slope) {
                pool[count] = slope
                count += 1
            }
        }
        keptCount = count
    }

    private func forEachSlope(_ body: (Double) -> Void) {
        for first in 0..<values.count {
            for second in (first + 1)..<max(values.count, first + 1) where times[second] > times[first] {
                body(pairSlope(values[first], times[first], values[second], times[second]))
            }
        }
    }
}

/// The slope from one reading to a later one; adding zero turns −0 into 0, so that equal slopes have equal bits.
func pairSlope(_ firstValue: Double, _ firstTime: Double, _ secondValue: Double, _ secondTime: Double) -> Double {
    (secondValue - firstValue) / (secondTime - firstTime) + 0
}

/// The places of the confidence limits among the sorted slopes, from 0.
struct SlopeRanks {
    let lower: Int
    let upper: Int

    init(count: Int, pairCount: Int, tieCorrection: Int) {
        let variance = Double(count * (count - 1) * (2 * count + 5) - tieCorrection) / 18
        let spread = normalQuantile975 * max(variance, 0).squareRoot()
        lower = max(Int(((Double(pairCount) - spread) / 2).rounded(.toNearestOrEven)) - 1, 0)
        upper = min(Int(((Double(pairCount) + spread) / 2).rounded(.toNearestOrEven)), pairCount - 1)
    }
}

/// An integer that orders as the slopes do.
private func orderKey(_ slope: Double) -> UInt64 {
    let bits = slope.bitPattern
    return bits >> 63 == 1 ? ~bits : bits | 1 << 63
}

private func slopeValue(fromOrderKey key: UInt64) -> Double {
    Double(bitPattern: key >> 63 == 1 ? key & ~(1 << 63) : ~key)
}
