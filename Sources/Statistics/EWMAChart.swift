// The chart of the exponentially weighted moving average: one value at a time, and time-major over many series.

/// The state of one series.
package struct EWMAChart: Equatable, Sendable {
    /// The weighted mean of the standardised values.
    package internal(set) var mean = 0.0
    /// (1 − λ)^(2 n) after n values: what the beginning still weighs.
    package internal(set) var beginning = 1.0

    package init() {}

    /// How far the weighted mean lies from 0, in its own standard deviations.
    package func statistic(weight: Double) -> Double {
        let variance = weight / (2 - weight) * (1 - beginning)
        return variance > 0 ? mean / variance.squareRoot() : 0
    }

    /// Adds one standardised value; one that is not finite is missing and changes nothing.
    ///
    /// - Parameter weight: λ, of the newest value, in (0, 1].
    /// - Source: Roberts, Control chart tests based on geometric moving averages, Technometrics 1, 1959; limits that
    ///   widen from the beginning as in Montgomery, Introduction to Statistical Quality Control, section 9.2.
    package mutating func add(_ deviation: Double, weight: Double) {
        guard deviation.isFinite else { return }
        mean += weight * (deviation - mean)
        beginning *= (1 - weight) * (1 - weight)
    }

    /// Adds one value and tells whether the weighted mean has left ±`limit` of its standard deviations; then the chart
    /// begins anew.
    package mutating func add(_ deviation: Double, weight: Double, limit: Double) -> ChartSignal {
        guard deviation.isFinite else { return .none }
        add(deviation, weight: weight)
        let statistic = statistic(weight: weight)
        let signal: ChartSignal = statistic > limit ? .rise : statistic < -limit ? .fall : .none
        if signal != .none { self = EWMAChart() }
        return signal
    }
}

/// Runs the chart over many series side by side.
///
/// - Shape: as `twoSidedCUSUM`; `means` and `beginnings`, one a series, are the state: 0 and 1 at the beginning.
/// - Complexity: O(rows × series), no allocation; a row is contiguous, so the compiler's own vectors suffice.
/// - Reference: `ewmaChartReference(_:seriesCount:centers:inverseScales:weight:limits:)`; equal signals.
package func ewmaChart(
    _ values: Span<Double>, seriesCount: Int, centers: Span<Double>, inverseScales: Span<Double>, weight: Double,
    limits: Span<Double>, means: inout MutableSpan<Double>, beginnings: inout MutableSpan<Double>,
    signals: inout MutableSpan<UInt8>
) {
    precondition(seriesCount > 0 && values.count % seriesCount == 0, "A time-major column holds whole rows.")
    precondition(weight > 0 && weight <= 1, "The newest value weighs more than nothing and at most all.")
    precondition(
        centers.count == seriesCount && inverseScales.count == seriesCount && limits.count == seriesCount
            && means.count == seriesCount && beginnings.count == seriesCount, "A chart has one state a series.")
    precondition(signals.count == values.count, "Each value has a signal.")
    for place in 0..<values.count {
        let series = place % seriesCount
        var chart = EWMAChart()
        (chart.mean, chart.beginning) = (means[series], beginnings[series])
        let deviation = (values[place] - centers[series]) * inverseScales[series]
        signals[place] = chart.add(deviation, weight: weight, limit: limits[series]).rawValue
        (means[series], beginnings[series]) = (chart.mean, chart.beginning)
    }
}
