// Sen's slope as its definition is printed: all slopes in a list, sorted.

/// The same slope and limits from the sorted list of all pairwise slopes; for tests and for reading.
///
/// - Returns: `nil` when fewer than `trendCountMinimum` readings, or no two different times, are present.
package func senSlopeReference(_ values: [Double], times: [Double], confidence: Double = 0.95) -> SenSlope? {
    let present = zip(values, times).filter { $0.0.isFinite }
    let n = present.count
    if n < trendCountMinimum { return nil }
    let slopes = pairSlopesReference(present.map(\.0), times: present.map(\.1)).sorted()
    if slopes.isEmpty { return nil }
    let corrections = tieSums(present.map(\.0)).correction + tieSums(present.map(\.1)).correction
    let variance = Double(n * (n - 1) * (2 * n + 5) - corrections) / 18
    let ranks = SlopeRanks(pairCount: slopes.count, variance: variance, confidence: confidence)
    return SenSlope(
        count: n, pairCount: slopes.count, slope: medianReference(slopes) ?? 0, lower: slopes[ranks.lower],
        upper: slopes[ranks.upper])
}

/// The slopes between all pairs of different times, in no order.
func pairSlopesReference(_ values: [Double], times: [Double]) -> [Double] {
    var slopes: [Double] = []
    for i in values.indices {
        for j in values.indices where j > i && times[j] > times[i] {
            slopes.append(pairSlope(values[i], times[i], values[j], times[j]))
        }
    }
    return slopes
}

/// The slope over the pairs within each group, from the sorted list.
package func groupedSenSlopeReference(
    _ values: [Double], times: [Double], groups: [Int], confidence: Double = 0.95, variance: Double
) -> SenSlope? {
    let present = values.indices.filter { values[$0].isFinite }
    if present.count < trendCountMinimum { return nil }
    let slopes = Set(groups).flatMap { group in
        let members = present.filter { groups[$0] == group }
        return pairSlopesReference(members.map { values[$0] }, times: members.map { times[$0] })
    }.sorted()
    if slopes.isEmpty { return nil }
    let ranks = SlopeRanks(pairCount: slopes.count, variance: variance, confidence: confidence)
    return SenSlope(
        count: present.count, pairCount: slopes.count, slope: medianReference(slopes) ?? 0,
        lower: slopes[ranks.lower], upper: slopes[ranks.upper])
}
