// Mann–Kendall over groups that are tested apart and added up: seasons of a year, sites of a region.

/// What the tests of all groups say together.
package struct GroupedTrend: Sendable, Equatable {
    package let count: Int
    package let groupCount: Int
    package let s: Int
    package let variance: Double
    package let z: Double
    package let p: Double
    /// `s` over the pairs within groups, 0 when there are none.
    package let tau: Double
}

/// The seasonal Kendall test, and the regional one when the groups are sites: scores and variances of groups added.
///
/// - Shape: `values`, `times`, `groups` from 0: one length; groups not decreasing, times not decreasing within a group.
///   What is not finite is missing; readings of one group and time form no pair. `scratch`, 2 n, overwritten.
/// - Returns: `nil` when no group has two readings at different times.
/// - Complexity: O(n log n) time, O(n) scratch.
/// - Source: Hirsch, Slack and Smith, 1982; Helsel and Frans, 2006 (regional). Continuity correction as R
///   trend::smk.test and rkt have it.
/// - Reference: `groupedTrendReference(_:times:groups:)`; equal.
package func groupedTrend(
    _ values: Span<Double>, times: Span<Double>, groups: Span<Int>, scratch: inout MutableSpan<Double>
) -> GroupedTrend? {
    precondition(values.count == times.count && values.count == groups.count, "Columns of one length.")
    var (count, groupCount, s, pairs, variance) = (0, 0, 0, 0, 0.0)
    var start = 0
    while start < values.count {
        var end = start + 1
        while end < values.count, groups[end] == groups[start] { end += 1 }
        let (column, stamps) = (values.extracting(start..<end), times.extracting(start..<end))
        if let counts = kendallCounts(column, times: stamps, scratch: &scratch) {
            count += counts.count
            groupCount += 1
            s += counts.s
            pairs += counts.pairCount
            variance += counts.variance
        }
        start = end
    }
    if pairs == 0 { return nil }
    let z = continuousDeviate(s, variance: variance)
    return GroupedTrend(
        count: count, groupCount: groupCount, s: s, variance: variance, z: z, p: normalTwoSidedProbability(z),
        tau: Double(s) / Double(pairs))
}

/// The same with the covariances between groups: seasons of one year depend on each other.
///
/// - Shape: `columns`, a column a group, each with one reading a year; NaN is missing.
/// - Returns: `nil` when no group has two readings, or the covariances leave no variance.
/// - Complexity: O(groups² × n log n) time, n years.
/// - Source: Hirsch and Slack, 1984, equations 4 to 7, where a missing reading has the middle rank; Dietz and Killeen,
///   1981. No continuity correction, as R trend::csmk.test and pyMannKendall have it; pyMannKendall drops every year in
///   which one season is missing.
/// - Reference: `correlatedTrendReference(_:)`.
package func correlatedTrend(_ columns: [[Double]]) -> GroupedTrend? {
    var (count, groupCount, s, pairs, variance) = (0, 0, 0, 0, 0.0)
    let ranks = columns.map(middleFilledRanks)
    for first in columns.indices {
        let own = kendallCounts(columns[first], along: columns[first].indices.map(Double.init))
        if own.count == 0 { continue }
        count += own.count
        groupCount += 1
        s += own.s
        pairs += own.pairCount
        variance += own.variance
        for second in columns.indices where second > first {
            variance += 2 * kendallCovariance(columns[first], columns[second], ranks[first], ranks[second])
        }
    }
    if pairs == 0 || !(variance > 0) { return nil }
    let z = Double(s) / variance.squareRoot()
    return GroupedTrend(
        count: count, groupCount: groupCount, s: s, variance: variance, z: z, p: normalTwoSidedProbability(z),
        tau: Double(s) / Double(pairs))
}

/// The covariance of the Kendall scores of two columns, from their concordance K and their ranks.
func kendallCovariance(_ first: [Double], _ second: [Double], _ ranks: [Double], _ otherRanks: [Double]) -> Double {
    let rows = first.indices.filter { first[$0].isFinite && second[$0].isFinite }.sorted { first[$0] < first[$1] }
    let concordance = kendallCounts(rows.map { second[$0] }, along: rows.map { first[$0] }).s
    var products = 0.0
    for row in first.indices { products += ranks[row] * otherRanks[row] }
    let (n, m) = (first.count(where: \.isFinite), second.count(where: \.isFinite))
    return (Double(concordance) + 4 * products - Double(first.count * (n + 1) * (m + 1))) / 3
}

/// Mid-ranks, and the middle rank where a reading is missing.
func middleFilledRanks(_ column: [Double]) -> [Double] {
    let middle = Double(column.count(where: \.isFinite) + 1) / 2
    return midRanks(column).map { $0.isNaN ? middle : $0 }
}

func kendallCounts(_ values: [Double], along times: [Double]) -> KendallCounts {
    var scratch = [Double](repeating: 0, count: mannKendallScratchCount(values.count))
    var span = scratch.mutableSpan
    return kendallCounts(values.span, times: times.span, scratch: &span) ?? KendallCounts()
}

/// The partial Mann–Kendall test: the trend of one column that another, a covariate's, does not explain.
///
/// - Shape: two columns of one length in time order; a row counts when both are present.
/// - Returns: `nil` when fewer than `trendCountMinimum` rows are complete, or the covariate explains all.
/// - Complexity: O(n log n) time.
/// - Source: Libiseller and Grimvall, Performance of partial Mann–Kendall tests, 2002. Variances corrected for ties;
///   pyMannKendall leaves that out. No continuity correction.
/// - Reference: `partialTrendReference(_:covariate:)`; equal score, variance but for rounding.
package func partialTrend(_ values: [Double], covariate: [Double]) -> PartialTrend? {
    let rows = values.indices.filter { values[$0].isFinite && covariate[$0].isFinite }
    if rows.count < trendCountMinimum { return nil }
    let (column, other) = (rows.map { values[$0] }, rows.map { covariate[$0] })
    let times = rows.map { Double($0) }
    let (own, explained) = (kendallCounts(column, along: times), kendallCounts(other, along: times))
    let covariance = kendallCovariance(column, other, midRanks(column), midRanks(other))
    let share = explained.variance > 0 ? covariance / explained.variance : 0
    let variance = own.variance - share * covariance
    guard variance > own.variance * 1e-12 else { return nil }
    let s = Double(own.s) - share * Double(explained.s)
    let z = s / variance.squareRoot()
    return PartialTrend(count: rows.count, s: s, variance: variance, z: z, p: normalTwoSidedProbability(z))
}

/// What is left of a Mann–Kendall score when a covariate's is taken out.
package struct PartialTrend: Sendable, Equatable {
    package let count: Int
    package let s: Double
    package let variance: Double
    package let z: Double
    package let p: Double
}
