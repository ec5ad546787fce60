// The shift chart's threshold with every reading played: slow, and the same bits.

/// Plays the whole bootstrap through the chart.
///
/// - Complexity: O(runLength × runCount).
package func shiftThresholdReference(
    _ history: Span<Double>, target: RunLengthTarget, first: Double, later: Double
) -> Double? {
    var chart = ShiftCUSUM()
    return runLengthThreshold(history, target: target) { value in
        _ = chart.add(value, first: first, later: later)
        return (chart.up, chart.down)
    }
}
