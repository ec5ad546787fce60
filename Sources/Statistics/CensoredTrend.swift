// Trends of readings some of which are only known to lie below (or above) a limit: no value is put in for them.

/// Readings as intervals: a value, `<limit` or `>limit`.
package struct CensoredSeries: Sendable {
    /// The value or the limit; not finite where missing.
    package let values: [Double]
    /// −1 below the limit, 1 above it, 0 a value.
    package let sides: [Int8]
    /// Not decreasing.
    package let times: [Double]

    package init(values: [Double], sides: [Int8], times: [Double]) {
        precondition(values.count == sides.count && values.count == times.count, "Columns of one length.")
        let present = values.indices.filter { values[$0].isFinite }
        self.values = present.map { values[$0] }
        self.sides = present.map { sides[$0] }
        self.times = present.map { times[$0] }
    }

    package var censoredCount: Int { sides.count { $0 != 0 } }
}

/// What a test on censored readings says.
package struct CensoredTrend: Sendable, Equatable {
    package let count: Int
    package let censoredCount: Int
    package let s: Int
    package let variance: Double
    package let z: Double
    package let p: Double
    /// Akritas, Theil and Sen; `nil` when more than `censoredShareLimit` of the readings are censored, or no slope lies
    /// between those that leave a rise and those that leave a fall.
    package let slope: (slope: Double, lower: Double, upper: Double)?

    package static func == (left: Self, right: Self) -> Bool {
        left.count == right.count && left.censoredCount == right.censoredCount && left.s == right.s
            && left.variance == right.variance && left.z == right.z
            && left.slope?.slope == right.slope?.slope && left.slope?.lower == right.slope?.lower
            && left.slope?.upper == right.slope?.upper
    }
}

/// The share of censored readings up to which a slope is given: of more, the middle reading itself is unknown.
package let censoredShareLimit = 0.5

/// Mann–Kendall and the slope of Akritas, Theil and Sen on censored readings.
///
/// A pair counts only when its order is certain: `<0.5` against 0.5 falls, `<0.5` against 0.3 and `<0.5` against `<0.2`
/// count 0.
/// - Returns: `nil` when fewer than `trendCountMinimum` readings are present.
/// - Complexity: O(n log n) time for the test, some hundred times that for the slope; O(n) memory.
/// - Source: Helsel, Statistics for Censored Environmental Data, 2012, chapter 12; Akritas, Murphy and LaValley, 1995.
///   The variance is the permutation variance of a generalised Kendall score (Kendall, 1975, chapter 5; Daniels, 1944),
///   since undecided pairs do not fall into groups of ties; without censoring it is that of Mann–Kendall.
/// - Reference: `censoredTrendReference(_:confidence:)`; equal S and variance, the slope within rounding.
package func censoredTrend(_ series: CensoredSeries, confidence: Double = 0.95) -> CensoredTrend? {
    let n = series.values.count
    if n < trendCountMinimum { return nil }
    var search = CensoredSearch(series)
    let s = search.score(slope: 0)
    let variance = search.permutationVariance()
    let z = continuousDeviate(s, variance: variance)
    var slope: (slope: Double, lower: Double, upper: Double)?
    if Double(series.censoredCount) <= censoredShareLimit * Double(n) {
        let spread = normalQuantile((1 + confidence) / 2) * variance.squareRoot()
        slope = search.middle(of: 0).map { middle in
            (middle, search.first(atMost: spread), search.last(atLeast: -spread))
        }
    }
    return CensoredTrend(
        count: n, censoredCount: series.censoredCount, s: s, variance: variance, z: z,
        p: normalTwoSidedProbability(z), slope: slope)
}

/// Scores of the residuals about a line, for any slope.
private struct CensoredSearch {
    private let series: CensoredSeries
    private let count: Int
    private var residuals: [Double]
    private var order: [Int]
    /// Places of each reading's lower and upper end among all residuals, and sums of readings passed, by place.
    private var lowest: [Int]
    private var highest: [Int]
    private var lowSums: [Int]
    private var highSums: [Int]

    init(_ series: CensoredSeries) {
        self.series = series
        count = series.values.count
        residuals = series.values
        order = Array(0..<count)
        lowest = Array(repeating: 0, count: count)
        highest = lowest
        lowSums = Array(repeating: 0, count: 3 * count + 3)
        highSums = lowSums
    }

    /// Pairs that certainly rise less pairs that certainly fall, about a line of `slope`.
    mutating func score(slope: Double) -> Int {
        place(slope)
        for index in lowSums.indices {
            lowSums[index] = 0
            highSums[index] = 0
        }
        var score = 0
        var start = 0
        while start < count {
            var end = start
            while end < count, series.times[end] == series.times[start] {
                // Earlier readings whose upper end lies below this one's lower end, and the other way round.
                score += sum(highSums, before: lowest[end]) - (start - sum(lowSums, before: highest[end] + 1))
                end += 1
            }
            for index in start..<end {
                add(to: &highSums, at: highest[index])
                add(to: &lowSums, at: lowest[index])
            }
            start = end
        }
        return score
    }

    /// Places the ends: a value v at 3 r + 1, `<v` from 0 up to 3 r, `>v` from 3 r + 2 up, r the residual's rank.
    private mutating func place(_ slope: Double) {
        for index in 0..<count { residuals[index] = series.values[index] - slope * series.times[index] }
        order.sort { residuals[$0] < residuals[$1] }
        var rank = 0
        for (place, index) in order.enumerated() {
            if place > 0, residuals[index] > residuals[order[place - 1]] { rank = place }
            lowest[index] = series.sides[index] < 0 ? 0 : 3 * rank + (series.sides[index] == 0 ? 1 : 2)
            highest[index] = series.sides[index] > 0 ? 3 * count : 3 * rank + (series.sides[index] == 0 ? 1 : 0)
        }
    }

    // Sums by place: Fenwick, 1994.

    private func add(to sums: inout [Int], at place: Int) {
        var index = place + 1
        while index < sums.count {
            sums[index] += 1
            index += index & -index
        }
    }

    private func sum(_ sums: [Int], before place: Int) -> Int {
        var (index, total) = (place, 0)
        while index > 0 {
            total += sums[index]
            index -= index & -index
        }
        return total
    }

    /// The variance of the score at slope 0 when every order in time is as likely.
    mutating func permutationVariance() -> Double {
        place(0)
        let (lows, highs) = (lowest.sorted(), highest.sorted())
        var decided = 0
        var squares = 0
        for index in 0..<count {
            let below = firstPlace(highs) { $0 >= lowest[index] }
            let above = count - firstPlace(lows) { $0 > highest[index] }
            decided += below + above
            squares += (below - above) * (below - above)
        }
        var timeDecided = 0
        var timeSquares = 0
        var start = 0
        while start < count {
            var end = start + 1
            while end < count, series.times[end] == series.times[start] { end += 1 }
            let (size, difference) = (end - start, start - (count - end))
            timeDecided += size * (count - size)
            timeSquares += size * difference * difference
            start = end
        }
        let n = Double(count)
        let triples = Double(squares - decided) * Double(timeSquares - timeDecided) / (n * (n - 1) * (n - 2))
        return triples + Double(decided) * Double(timeDecided) / (2 * n * (n - 1))
    }

    private func firstPlace(_ sorted: [Int], _ isBeyond: (Int) -> Bool) -> Int {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if isBeyond(sorted[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    // MARK: Slopes that leave a score

    /// The middle of the slopes that leave `score`.
    mutating func middle(of score: Double) -> Double? {
        let (low, high) = (first(atMost: score), last(atLeast: score))
        return low.isFinite && high.isFinite ? (low + high) / 2 : nil
    }

    /// The least slope whose score is at most `limit`: scores do not rise with the slope.
    mutating func first(atMost limit: Double) -> Double {
        var (low, high) = (orderKey(-.infinity), orderKey(.infinity))
        while low < high {
            let middle = low + (high - low) / 2
            if isUsable(middle), Double(score(slope: valueOfOrderKey(middle))) > limit {
                low = middle + 1
            } else if isUsable(middle) || valueOfOrderKey(middle) > 0 {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return bounded(valueOfOrderKey(low))
    }

    /// The largest slope whose score is at least `limit`.
    mutating func last(atLeast limit: Double) -> Double {
        var (low, high) = (orderKey(-.infinity), orderKey(.infinity))
        while low < high {
            let middle = low + (high - low + 1) / 2
            if isUsable(middle), Double(score(slope: valueOfOrderKey(middle))) < limit {
                high = middle - 1
            } else if isUsable(middle) || valueOfOrderKey(middle) < 0 {
                low = middle
            } else {
                high = middle - 1
            }
        }
        return bounded(valueOfOrderKey(low))
    }

    /// Beyond this no slope of readings lies; residuals stay finite.
    private static let reach = 1e150

    private func isUsable(_ key: UInt64) -> Bool { valueOfOrderKey(key).magnitude < Self.reach }

    /// What no slope of the readings bounds is infinite; what moves no reading by more than its last bits is 0.
    private func bounded(_ slope: Double) -> Double {
        guard slope.magnitude < Self.reach else { return slope > 0 ? .infinity : -.infinity }
        guard let first = series.times.first, let last = series.times.last,
            let largest = series.values.lazy.map(\.magnitude).max()
        else { return slope }
        return slope.magnitude * max(last - first, last.magnitude, first.magnitude) <= 4 * largest.ulp ? 0 : slope
    }
}
