// Ranks of a column and its autocorrelation: what the corrections for serial dependence need.

/// Writes the rank of each reading from 1, equal readings sharing the mean of theirs; NaN for what is missing.
///
/// - Shape: `ranks`, as long as `values`.
/// - Complexity: O(n log n) time, O(n) memory.
package func midRanks(_ values: [Double]) -> [Double] {
    var ranks = [Double](repeating: .nan, count: values.count)
    let order = values.indices.filter { values[$0].isFinite }.sorted { values[$0] < values[$1] }
    var start = 0
    while start < order.count {
        var end = start + 1
        while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
        for place in start..<end { ranks[order[place]] = Double(start + end + 1) / 2 }
        start = end
    }
    return ranks
}

/// The autocorrelations of a column on a regular grid at lags 1…`sums.count`.
///
/// Σ yᵢ yᵢ₊ₖ / Σ yᵢ² with y the distance from the mean; a missing reading has the distance 0, so that a gap keeps its
/// length.
/// - Shape: `deviations`, n distances from the mean, 0 where missing; `correlations`, one a lag, overwritten.
/// - Complexity: O(n × lags) time, four sums side by side in a fixed order.
/// - Reference: `autocorrelationsReference(_:lagCount:)`; apart by at most n ε.
package func autocorrelations(_ deviations: Span<Double>, into correlations: inout MutableSpan<Double>) {
    let count = deviations.count
    deviations.withUnsafeBufferPointer { column in
        let whole = product(column, lag: 0, count: count)
        for lag in 1...max(correlations.count, 1) where lag <= correlations.count {
            let sum = lag < count ? product(column, lag: lag, count: count) : 0
            correlations[lag - 1] = whole > 0 ? sum / whole : 0
        }
    }
}

private func product(_ column: UnsafeBufferPointer<Double>, lag: Int, count: Int) -> Double {
    let end = count - lag
    var sums = SIMD4<Double>(repeating: 0)
    var index = 0
    while index + 4 <= end {
        let first = SIMD4(column[index], column[index + 1], column[index + 2], column[index + 3])
        let second = SIMD4(
            column[index + lag], column[index + lag + 1], column[index + lag + 2], column[index + lag + 3])
        sums += first * second
        index += 4
    }
    var sum = (sums[0] + sums[1]) + (sums[2] + sums[3])
    while index < end {
        sum += column[index] * column[index + lag]
        index += 1
    }
    return sum
}

/// The distances from the mean of the readings present, 0 where one is missing.
func deviations(_ values: [Double]) -> [Double] {
    guard let mean = mean(values) else { return values.map { _ in 0 } }
    return values.map { $0.isFinite ? $0 - mean : 0 }
}

/// The autocorrelations at lags 1…`lagCount`.
func autocorrelations(_ values: [Double], lagCount: Int) -> [Double] {
    var correlations = [Double](repeating: 0, count: max(lagCount, 0))
    var span = correlations.mutableSpan
    autocorrelations(deviations(values).span, into: &span)
    return correlations
}
