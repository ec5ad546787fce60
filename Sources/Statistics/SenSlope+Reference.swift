// Sen's slope as its definition is printed: all slopes in a list, sorted.

/// The same slope and limits from the sorted list of all pairwise slopes; for tests and for reading.
///
/// - Returns: `nil` when fewer than `trendCountMinimum` readings, or no two different times, are present.
package func senSlopeReference(_ values: [Double], times: [Double]) -> SenSlope? {
    let present = zip(values, times).filter { $0.0.isFinite }
    let n = present.count
    if n < trendCountMinimum { return nil }
    var slopes: [Double] = []
    for i in 0..<n {
        for j in 0..<n where j > i && present[j].1 > present[i].1 {
            slopes.append(pairSlope(present[i].0, present[i].1, present[j].0, present[j].1))
        }
    }
    if slopes.isEmpty { return nil }
    slopes.sort()
    var tieCorrection = 0
    for column in [present.map(\.0), present.map(\.1)] {
        for value in Set(column) {
            let t = column.count(where: { $0 == value })
            tieCorrection += t * (t - 1) * (2 * t + 5)
        }
    }
    let ranks = SlopeRanks(count: n, pairCount: slopes.count, tieCorrection: tieCorrection)
    let middle = slopes.count / 2
    return SenSlope(
        count: n, pairCount: slopes.count,
        slope: slopes.count % 2 == 1 ? slopes[middle] : (slopes[middle - 1] + slopes[middle]) / 2,
        lower: slopes[ranks.lower], upper: slopes[ranks.upper])
}
