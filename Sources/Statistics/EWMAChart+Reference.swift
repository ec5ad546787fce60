// The moving-average chart as its formulas are printed: slow, and the measure of the kernel beside it.

/// zᵢ = λ xᵢ + (1 − λ) zᵢ₋₁ against ± L √(λ / (2 − λ) (1 − (1 − λ)^2i)); a signal begins the chart anew.
package func ewmaChartReference(
    _ values: [Double], seriesCount: Int, centers: [Double], inverseScales: [Double], weight: Double,
    limits: [Double]
) -> [UInt8] {
    var signals = [UInt8](repeating: 0, count: values.count)
    for series in 0..<seriesCount {
        var (mean, count) = (0.0, 0)
        for place in stride(from: series, to: values.count, by: seriesCount) {
            let x = (values[place] - centers[series]) * inverseScales[series]
            guard x.isFinite else { continue }
            mean = weight * x + (1 - weight) * mean
            count += 1
            var remaining = 1.0
            for _ in 0..<(2 * count) { remaining *= 1 - weight }
            let bound = limits[series] * (weight / (2 - weight) * (1 - remaining)).squareRoot()
            guard mean > bound || mean < -bound else { continue }
            signals[place] = mean > bound ? 1 : 2
            (mean, count) = (0, 0)
        }
    }
    return signals
}
