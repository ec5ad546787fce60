// The two-sided CUSUM as its formula is printed, series by series: the measure of the kernel beside it.

/// C⁺ᵢ = max(0, zᵢ − k + C⁺ᵢ₋₁), C⁻ᵢ = max(0, −zᵢ − k + C⁻ᵢ₋₁); a signal where one exceeds h, which empties both.
///
/// - Returns: the signals row after row, and what the sums are at the end.
package func twoSidedCUSUMReference(
    _ values: [Double], seriesCount: Int, centers: [Double], inverseScales: [Double], allowance: Double,
    limits: [Double]
) -> (signals: [UInt8], up: [Double], down: [Double]) {
    var signals = [UInt8](repeating: 0, count: values.count)
    var (ups, downs) = ([Double](), [Double]())
    for series in 0..<seriesCount {
        var (up, down) = (0.0, 0.0)
        for place in stride(from: series, to: values.count, by: seriesCount) {
            let z = (values[place] - centers[series]) * inverseScales[series]
            guard z.isFinite else { continue }
            up = max(0, up + z - allowance)
            down = max(0, down - z - allowance)
            guard up > limits[series] || down > limits[series] else { continue }
            signals[place] = up > limits[series] ? 1 : 2
            (up, down) = (0, 0)
        }
        ups.append(up)
        downs.append(down)
    }
    return (signals, ups, downs)
}
