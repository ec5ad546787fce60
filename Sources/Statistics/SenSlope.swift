// Sen's slope of one series with its confidence limits: exact order statistics of all pairwise slopes, few of them
// listed.

/// The median of the slopes between all pairs of readings, with confidence limits.
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

/// The most readings one slope takes: a place in the column then fits 20 of the 64 bits of a sorting key.
package let slopeCountLimit = 1_000_000

/// Doubles of scratch that `senSlope` needs for that many readings.
package func senSlopeScratchCount(_ valueCount: Int) -> Int { SlopeScratch.count(valueCount) }

/// The slope of a trend by Sen, with confidence limits.
///
/// - Shape: `values`, n readings in time order, what is not finite is missing; `times`, n, not decreasing. `scratch` is
///   overwritten.
/// - Units: value per unit of `times`; `confidence` is a share, 0.95 for limits that 5 % of trendless series leave.
/// - Precondition: columns of one length, at most `slopeCountLimit`; times finite and in order; 0 < `confidence` < 1;
///   `scratch` has `senSlopeScratchCount(n)` elements.
/// - Parameters:
///   - confidence: `nil` when only the slope is asked for; the limits are NaN then.
///   - variance: of the test whose limits these are; by default that of Mann–Kendall.
/// - Returns: `nil` when fewer than `trendCountMinimum` readings, or no two different times, are present, or when more
///   slopes than can be told apart lie within the rounding of the readings and n is above `slopePassLimit`.
/// - Complexity: O(n log n) time, O(n) scratch.
/// - Source: Sen, 1968; limits at the ranks (N ± z √Var S) / 2 as R trend::sens.slope and scipy theilslopes take
///   them, the variance corrected for ties of values and of times. Bracketing by counted inversions after Matoušek,
///   Mount and Netanyahu, Efficient randomized algorithms for the repeated median line estimator, 1998.
/// - Reference: `senSlopeReference(_:times:confidence:)`; bit-equal, except that of more slopes than the pool holds
///   which differ by less than 10⁻⁹ of their size one near the middle stands for all.
package func senSlope(
    _ values: Span<Double>, times: Span<Double>, confidence: Double? = 0.95, variance: Double? = nil,
    scratch: inout MutableSpan<Double>
) -> SenSlope? {
    withSearch(values, times, groups: nil, &scratch) { search in
        search?.senSlope(confidence: confidence, variance: variance ?? search?.plainVariance ?? 0)
    } ?? nil
}

/// Mann–Kendall and Sen's slope of one series together: the test's sorting is the slope's first step.
///
/// - Shape, Precondition, Returns, Complexity: as `mannKendall(_:times:scratch:)` and
///   `senSlope(_:times:confidence:variance:scratch:)`, whose results these are.
package func mannKendallWithSlope(
    _ values: Span<Double>, times: Span<Double>, confidence: Double? = 0.95, scratch: inout MutableSpan<Double>
) -> (test: MannKendall, slope: SenSlope?)? {
    withSearch(values, times, groups: nil, &scratch) { search in
        guard let search else { return nil }
        let test = MannKendall(
            count: search.count, order: search.order, timeTies: search.timeTies, bothTies: search.bothTies)
        return (test, search.senSlope(confidence: confidence, variance: search.plainVariance))
    }
}

/// Sen's slope over the pairs within each of several groups: seasons of a year, or sites of a region.
///
/// - Shape: columns of one length; `groups` from 0, not decreasing; times not decreasing within a group.
/// - Parameter variance: that of the test over the groups, which the limits follow.
/// - Source: Hirsch, Slack and Smith, 1982 (seasonal Kendall slope).
/// - Reference: `groupedSenSlopeReference`; bit-equal as for `senSlope`.
package func groupedSenSlope(
    _ values: Span<Double>, times: Span<Double>, groups: Span<Int>, confidence: Double? = 0.95, variance: Double,
    scratch: inout MutableSpan<Double>
) -> SenSlope? {
    precondition(groups.count == values.count, "Each reading has a group.")
    return withSearch(values, times, groups: groups, &scratch) { search in
        search?.senSlope(confidence: confidence, variance: variance)
    } ?? nil
}

/// Lays the readings present out in the scratch; `nil` when they are too few.
private func withSearch<Result>(
    _ values: Span<Double>, _ times: Span<Double>, groups: Span<Int>?, _ scratch: inout MutableSpan<Double>,
    _ body: (SlopeSearch?) -> Result?
) -> Result? {
    precondition(values.count == times.count, "Readings and times are columns of one length.")
    precondition(values.count <= slopeCountLimit, "A slope is taken of a bounded number of readings.")
    precondition(scratch.count >= senSlopeScratchCount(values.count), "The slope's scratch has the size it names.")
    return scratch.withUnsafeMutableBufferPointer { buffer in
        guard let start = buffer.baseAddress else { return nil }
        let room = SlopeScratch(start, capacity: values.count)
        var count = 0
        for index in values.indices where values[index].isFinite {
            let group = UInt64(groups?[index] ?? 0)
            room.values[count] = values[index]
            room.times[count] = times[index]
            room.groups[count] = group
            precondition(times[index].isFinite, "Times are finite.")
            if count > 0, room.groups[count - 1] == group {
                precondition(room.times[count - 1] <= times[index], "Times do not decrease along the column.")
            } else {
                precondition(count == 0 || room.groups[count - 1] < group, "Groups do not decrease along the column.")
            }
            count += 1
        }
        if count < trendCountMinimum { return nil }
        return body(SlopeSearch(room, count: count))
    }
}

/// The parts of the slope's scratch.
struct SlopeScratch {
    /// Slopes that are listed and searched directly; readings that have no more are not bracketed.
    static let poolMinimum = 8_192
    static let sampleCount = 2_048
    /// Bracketing bounds with their counts.
    static let boundCount = 256

    /// In time order, readings of one time in rising order.
    let values: UnsafeMutablePointer<Double>
    let times: UnsafeMutablePointer<Double>
    /// The same in the order of the line the sweep stands at, and room for the next order.
    let orderedValues: UnsafeMutablePointer<Double>
    let orderedTimes: UnsafeMutablePointer<Double>
    let nextValues: UnsafeMutablePointer<Double>
    let nextTimes: UnsafeMutablePointer<Double>
    let keys: UnsafeMutablePointer<UInt64>
    let keyBuffer: UnsafeMutablePointer<UInt64>
    /// Pairs are formed within a group; zeros when there is one.
    let groups: UnsafeMutablePointer<UInt64>
    let sample: UnsafeMutablePointer<Double>
    let bounds: UnsafeMutablePointer<Double>
    let pool: UnsafeMutablePointer<Double>
    let poolCount: Int

    static func count(_ capacity: Int) -> Int { 9 * capacity + sampleCount + 2 * boundCount + poolSize(capacity) }

    private static func poolSize(_ capacity: Int) -> Int { max(poolMinimum, 8 * capacity) }

    init(_ start: UnsafeMutablePointer<Double>, capacity: Int) {
        func part(_ index: Int) -> UnsafeMutablePointer<Double> { start + index * capacity }
        values = part(0)
        times = part(1)
        orderedValues = part(2)
        orderedTimes = part(3)
        nextValues = part(4)
        nextTimes = part(5)
        keys = UnsafeMutableRawPointer(part(6)).bindMemory(to: UInt64.self, capacity: capacity)
        keyBuffer = UnsafeMutableRawPointer(part(7)).bindMemory(to: UInt64.self, capacity: capacity)
        groups = UnsafeMutableRawPointer(part(8)).bindMemory(to: UInt64.self, capacity: capacity)
        sample = part(9)
        bounds = sample + Self.sampleCount
        pool = bounds + 2 * Self.boundCount
        poolCount = Self.poolSize(capacity)
    }
}

/// The slope from one reading to a later one; adding zero turns −0 into 0, so that equal slopes have equal bits.
@inline(__always)
func pairSlope(_ firstValue: Double, _ firstTime: Double, _ secondValue: Double, _ secondTime: Double) -> Double {
    (secondValue - firstValue) / (secondTime - firstTime) + 0
}

/// The places of the median and of the confidence limits among the sorted slopes, from 0.
struct SlopeRanks {
    let lower: Int
    /// The middle one, or the middle two.
    let middle: ClosedRange<Int>
    let upper: Int

    init(pairCount: Int, variance: Double, confidence: Double) {
        let spread = normalQuantile((1 + confidence) / 2) * max(variance, 0).squareRoot()
        lower = max(Int(((Double(pairCount) - spread) / 2).rounded(.toNearestOrEven)) - 1, 0)
        middle = (pairCount - 1) / 2...pairCount / 2
        upper = min(Int(((Double(pairCount) + spread) / 2).rounded(.toNearestOrEven)), pairCount - 1)
    }
}
