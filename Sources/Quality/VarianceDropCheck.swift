// A sign of tampering: from one day to the next the readings scatter far less than on the days before.

package import Monitoring

/// How far the scatter of a stretch may fall behind that of the stretches before it.
package struct VarianceDropLimit: Hashable, Sendable {
    /// Length of a stretch; stretches begin at multiples of it since 1970 in UTC, so that a stretch's verdict does not
    /// depend on where a history begins.
    package let stretch: Duration64
    /// Stretches before, whose median scatter is the measure.
    package let baseline: Int
    /// The least share of that scatter.
    package let share: Double
    /// Readings a stretch needs before it says anything.
    package let readings: Int
    /// Where the numbers come from, or the word `example`.
    package let source: String

    package static let baselineLimit = 400

    /// - Precondition: a stretch of time, 1…`baselineLimit` before it, at least 3 readings, a share that is not negative.
    package init(stretch: Duration64, baseline: Int, share: Double, readings: Int, source: String) {
        precondition(
            stretch > .zero && (1...Self.baselineLimit).contains(baseline) && readings >= 3 && share >= 0,
            "Scatter is measured over stretches of time.")
        self.stretch = stretch
        self.baseline = baseline
        self.share = share
        self.readings = readings
        self.source = source
    }
}

/// Tests the scatter of each stretch against the median scatter of the stretches before it.
package struct VarianceDropCheck: Sendable {
    package let limit: VarianceDropLimit?

    package init(limit: VarianceDropLimit?) { self.limit = limit }

    package func run(_ series: SeriesColumns, _ neighbours: Neighbourhood) -> CheckResult {
        guard let limit else { return .notRun(.varianceDrop, count: series.count, .noConfiguration) }
        var verdicts = [QualityVerdict](repeating: .notTested, count: series.count)
        var recent = [Double](repeating: 0, count: limit.baseline)
        var sorted = recent
        var span = verdicts.mutableSpan
        var recentSpan = recent.mutableSpan
        var sortedSpan = sorted.mutableSpan
        varianceDrops(
            series.measured.span, usable: neighbours.usable.span, start: series.start.span, limit, recent: &recentSpan,
            sorted: &sortedSpan, into: &span)
        return CheckResult(check: .varianceDrop, verdicts: verdicts, of: series, otherwise: .tooFewReadings)
    }
}

/// Flags each usable value of a stretch whose standard deviation falls below the share.
///
/// - Shape: `values`, n numbers; `usable` as in `Neighbourhood`; `start`, n times in ms; `verdicts`, n. A stretch is what
///   consecutive usable readings of one multiple of its length are. Values of a stretch with too few, or with fewer than
///   `baseline` measured stretches before it, stay as they were. Scratch: `recent` and `sorted`, `baseline` each.
/// - Complexity: O(n + stretches × baseline²) at worst: the recent scatters are sorted again, nearly in order.
/// - Reference: `varianceDropsReference(_:usable:start:_:)`; equal for all inputs.
package func varianceDrops(
    _ values: Span<Double>, usable: Span<UInt8>, start: Span<Int64>, _ limit: VarianceDropLimit,
    recent: inout MutableSpan<Double>, sorted: inout MutableSpan<Double>,
    into verdicts: inout MutableSpan<QualityVerdict>
) {
    let count = values.count
    precondition(
        usable.count == count && start.count == count && verdicts.count == count, "Columns are equally long.")
    precondition(recent.count == limit.baseline && sorted.count == limit.baseline, "The scratch holds the baseline.")
    // Scatters of stretches so far; the last `baseline` of them lie in `recent`, one round after another.
    var measured = 0
    var begin = 0
    while begin < count {
        guard usable[begin] == 1 else {
            begin += 1
            continue
        }
        let number = stretchNumber(start[begin], limit.stretch.milliseconds)
        var (end, held, sum) = (begin, 0, 0.0)
        while end < count, usable[end] == 0 || stretchNumber(start[end], limit.stretch.milliseconds) == number {
            if usable[end] == 1 {
                held += 1
                sum += values[end]
            }
            end += 1
        }
        if held >= limit.readings {
            let mean = sum / Double(held)
            var squares = 0.0
            for index in begin..<end where usable[index] == 1 {
                let distance = values[index] - mean
                squares += distance * distance
            }
            let scatter = (squares / Double(held - 1)).squareRoot()
            if measured >= limit.baseline {
                for place in 0..<limit.baseline { sorted[place] = recent[place] }
                let verdict: QualityVerdict = scatter < limit.share * middle(&sorted) ? .suspect : .valid
                for index in begin..<end where usable[index] == 1 { verdicts[index] = verdict }
            }
            recent[measured % limit.baseline] = scatter
            measured += 1
        }
        begin = end
    }
}

/// Which multiple of `length` a time lies in.
func stretchNumber(_ time: Int64, _ length: Int64) -> Int64 {
    time >= 0 ? time / length : (time &+ 1) / length - 1
}

/// The median of values that are sorted in place.
private func middle(_ values: inout MutableSpan<Double>) -> Double {
    if values.count == 1 { return values[0] }
    let even = sortedMedian(&values)
    return values.count % 2 == 1 ? values[values.count / 2] : even
}
