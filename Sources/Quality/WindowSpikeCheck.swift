// Windowed spike: a reading far from the median of the readings around it, measured by their own scatter.
// Beside QARTOD's single-point test 6: the median and the median deviation of a window, after Hampel.

package import Monitoring

/// How far a reading may lie from the median of its window.
package struct WindowSpikeThreshold: Hashable, Sendable {
    /// Usable readings looked at on each side.
    package let side: Int
    /// In the parameter's unit: never suspect below this, however quiet the window.
    package let absolute: Double
    /// As a multiple of the window's scatter: 1.4826 times the median deviation.
    package let deviations: Double
    /// Where the numbers come from, or the word `example`.
    package let source: String

    /// More neighbours than this on a side say more of the season than of the reading.
    package static let sideLimit = 24
    /// Turns a median deviation into a standard deviation where readings scatter normally: 1 / Φ⁻¹(3/4).
    package static let consistency = 1.4826

    /// - Precondition: 1…`sideLimit` readings a side, no negative threshold.
    package init(side: Int, absolute: Double, deviations: Double, source: String) {
        precondition((1...Self.sideLimit).contains(side), "A window has 1…\(Self.sideLimit) readings a side.")
        precondition(absolute >= 0 && deviations >= 0, "A spike threshold is not negative.")
        self.side = side
        self.absolute = absolute
        self.deviations = deviations
        self.source = source
    }
}

/// Tests each value against the median of the nearest usable readings on both sides.
package struct WindowSpikeCheck: Sendable {
    package let threshold: WindowSpikeThreshold?

    package init(threshold: WindowSpikeThreshold?) { self.threshold = threshold }

    package func run(_ series: SeriesColumns, _ neighbours: Neighbourhood) -> CheckResult {
        guard let threshold else { return .notRun(.windowSpike, count: series.count, .noConfiguration) }
        guard let cadence = series.cadence, cadence > .zero else {
            return .notRun(.windowSpike, count: series.count, .noCadence)
        }
        var verdicts = [QualityVerdict](repeating: .notTested, count: series.count)
        var scratch = [Double](repeating: 0, count: 2 * threshold.side)
        var ring = [Int](repeating: 0, count: series.count)
        var span = verdicts.mutableSpan
        var scratchSpan = scratch.mutableSpan
        var ringSpan = ring.mutableSpan
        windowSpikes(
            series.measured.span, usable: neighbours.usable.span, start: series.start.span,
            // One reading a side may be missing.
            reach: cadence.milliseconds * Int64(threshold.side + 1), threshold, window: &scratchSpan,
            places: &ringSpan, into: &span)
        return CheckResult(check: .windowSpike, verdicts: verdicts, of: series, otherwise: .noNeighbour)
    }
}

/// Flags each value further from the median of its neighbours than the threshold.
///
/// - Shape: `values`, n finite numbers in time order, NaN marks what is not tested; `usable` as in `Neighbourhood`;
///   `start`, n times in ms; `verdicts`, n. A value without `side` usable readings within `reach` on both sides stays
///   as it was. Scratch: `window`, 2 × `side`; `places`, n.
/// - Complexity: O(n × side²) in the worst case: two insertion sorts a value, nearly sorted after the first.
/// - Reference: `windowSpikesReference(_:usable:start:reach:_:)`; equal for all inputs.
package func windowSpikes(
    _ values: Span<Double>, usable: Span<UInt8>, start: Span<Int64>, reach: Int64, _ threshold: WindowSpikeThreshold,
    window: inout MutableSpan<Double>, places: inout MutableSpan<Int>, into verdicts: inout MutableSpan<QualityVerdict>
) {
    let count = values.count
    let side = threshold.side
    precondition(
        usable.count == count && start.count == count && verdicts.count == count && places.count == count,
        "Columns are equally long.")
    precondition(window.count == 2 * side, "The scratch holds the neighbours.")
    var usableCount = 0
    for index in 0..<count where usable[index] == 1 {
        places[usableCount] = index
        usableCount += 1
    }
    // Usable readings before the present one.
    var before = 0
    for index in 0..<count {
        let own = Int(usable[index])
        let value = values[index]
        if value == value, before >= side, before + own + side <= usableCount {
            let first = places[before - side]
            let last = places[before + own + side - 1]
            if start[index] &- start[first] <= reach, start[last] &- start[index] <= reach {
                for place in 0..<side {
                    window[place] = values[places[before - side + place]]
                    window[side + place] = values[places[before + own + place]]
                }
                let median = sortedMedian(&window)
                for place in 0..<(2 * side) { window[place] = (window[place] - median).magnitude }
                let scatter = WindowSpikeThreshold.consistency * sortedMedian(&window)
                let allowed = max(threshold.absolute, threshold.deviations * scatter)
                verdicts[index] = (value - median).magnitude > allowed ? .suspect : .valid
            }
        }
        before += own
    }
}

/// The median of an even number of values, which are sorted in place.
func sortedMedian(_ values: inout MutableSpan<Double>) -> Double {
    for index in 1..<max(values.count, 1) {
        let value = values[index]
        var place = index
        while place > 0, values[place - 1] > value {
            values[place] = values[place - 1]
            place -= 1
        }
        values[place] = value
    }
    let half = values.count / 2
    return (values[half - 1] + values[half]) * 0.5
}
