// Optimal partitioning without pruning: every beginning tried, the measure of the search beside it.

/// F(t) = min over s < t of F(s) + Σ (x − x̄)² over s … t + penalty.
package func changeSegmentsReference(
    _ values: [Double], penalty: Double
) -> (cost: Double, segments: [ChangeSegment]) {
    let places = values.indices.filter { values[$0].isFinite }
    let n = places.count
    var best = [Double](repeating: .infinity, count: n + 1)
    var starts = [Int](repeating: 0, count: n + 1)
    best[0] = -penalty
    for end in 1..<max(n + 1, 1) {
        for start in 0..<end {
            let cost = best[start] + segmentCost(places[start..<end].map { values[$0] }) + penalty
            if cost < best[end] { (best[end], starts[end]) = (cost, start) }
        }
    }
    var segments: [ChangeSegment] = []
    var end = n
    while end > 0 {
        let stretch = places[starts[end]..<end]
        let mean = stretch.reduce(0) { $0 + values[$1] } / Double(stretch.count)
        let upper = end == n ? places[end - 1] + 1 : places[end]
        segments.append(ChangeSegment(range: places[starts[end]]..<upper, mean: mean))
        end = starts[end]
    }
    return (n == 0 ? 0 : best[n], segments.reversed())
}

/// The squared deviations of readings from their mean.
package func segmentCost(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
}
