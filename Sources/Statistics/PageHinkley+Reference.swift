// The Page–Hinkley test as its formulas are printed: slow, and the measure of the kernel beside it.

/// m_t = Σ (x_i − x̄_i − δ), a rise where m_t − min m exceeds λ; a fall likewise with the signs turned.
///
/// - Returns: the signals row after row.
package func pageHinkleyReference(
    _ values: [Double], seriesCount: Int, allowances: [Double], limits: [Double], minimumCount: Double
) -> [UInt8] {
    var signals = [UInt8](repeating: 0, count: values.count)
    for series in 0..<seriesCount {
        var since: [Double] = []
        for place in stride(from: series, to: values.count, by: seriesCount) where values[place].isFinite {
            since.append(values[place])
            let (rise, fall) = pageHinkleyStatistics(since, allowance: allowances[series])
            guard Double(since.count) >= minimumCount, rise > limits[series] || fall > limits[series] else { continue }
            signals[place] = rise > limits[series] ? 1 : 2
            since = []
        }
    }
    return signals
}

/// Both statistics after the last of `values`, each from all of them.
private func pageHinkleyStatistics(_ values: [Double], allowance: Double) -> (rise: Double, fall: Double) {
    var (sum, up, down) = (0.0, 0.0, 0.0)
    var (lowest, highest) = (0.0, 0.0)
    for (index, value) in values.enumerated() {
        sum += value
        let deviation = value - sum / Double(index + 1)
        up += deviation - allowance
        down += deviation + allowance
        lowest = min(lowest, up)
        highest = max(highest, down)
    }
    return (up - lowest, highest - down)
}
