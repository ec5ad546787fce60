// The Page–Hinkley test, two-sided: deviations from the series' own running mean, time-major over many series as well.

/// The state of one series.
///
/// The test's statistic, the distance of a cumulative sum from its extreme so far, is kept as such instead of the sum
/// and the extreme: it is the same number and does not grow with the length of the series.
package struct PageHinkley: Equatable, Sendable {
    /// Values since the last signal.
    package internal(set) var count = 0.0
    package internal(set) var mean = 0.0
    package internal(set) var up = 0.0
    package internal(set) var down = 0.0

    package init() {}

    /// Adds one value; one that is not finite is missing and changes nothing. A signal begins everything anew.
    ///
    /// - Parameters:
    ///   - allowance: δ, the change that is not worth telling, in the values' unit.
    ///   - limit: λ, in the values' unit.
    ///   - minimumCount: values before the first signal.
    /// - Source: Page 1954; Hinkley, Inference about the change-point from cumulative sum tests, Biometrika 58, 1971.
    package mutating func add(
        _ value: Double, allowance: Double, limit: Double, minimumCount: Double = 1
    ) -> ChartSignal {
        guard value.isFinite else { return .none }
        count += 1
        mean += (value - mean) / count
        let deviation = value - mean
        let above = up + deviation - allowance
        let below = down - deviation - allowance
        up = above < 0 ? 0 : above
        down = below < 0 ? 0 : below
        guard count >= minimumCount else { return .none }
        let signal: ChartSignal = up > limit ? .rise : down > limit ? .fall : .none
        if signal != .none { self = PageHinkley() }
        return signal
    }
}

/// Runs the two-sided Page–Hinkley test over many series side by side.
///
/// - Shape: `values`, rows × seriesCount, row after row in time order; what is not finite is missing. `allowances`
///   and `limits`, one a series. `counts`, `means`, `up` and `down`, one a series, are the state, 0 at the beginning,
///   and go on from call to call. `signals`, as long as `values`, overwritten with `ChartSignal` raw values.
/// - Units: `allowances` and `limits` in the values' unit; `minimumCount` in values.
/// - Complexity: O(rows × series), no allocation; eight series a step.
/// - Reference: `pageHinkleyReference(_:seriesCount:allowances:limits:minimumCount:)`; equal signals, sums apart by
///   rounding.
package func pageHinkley(
    _ values: Span<Double>, seriesCount: Int, allowances: Span<Double>, limits: Span<Double>, minimumCount: Double,
    counts: inout MutableSpan<Double>, means: inout MutableSpan<Double>, up: inout MutableSpan<Double>,
    down: inout MutableSpan<Double>, signals: inout MutableSpan<UInt8>
) {
    precondition(seriesCount > 0 && values.count % seriesCount == 0, "A time-major column holds whole rows.")
    precondition(
        allowances.count == seriesCount && limits.count == seriesCount && counts.count == seriesCount
            && means.count == seriesCount && up.count == seriesCount && down.count == seriesCount,
        "A test has one state a series.")
    precondition(signals.count == values.count, "Each value has a signal.")
    signals.update(repeating: 0)
    let rows = values.count / seriesCount
    let grouped = seriesCount - seriesCount % 8
    for first in stride(from: 0, to: rows, by: chartTileRows) {
        let tile = first..<min(first + chartTileRows, rows)
        for group in stride(from: 0, to: grouped, by: 8) {
            runEightPageHinkleys(
                values, tile, seriesCount: seriesCount, group: group, allowances: allowances, limits: limits,
                minimumCount: minimumCount, counts: &counts, means: &means, up: &up, down: &down, signals: &signals)
        }
        for series in grouped..<seriesCount {
            runPageHinkley(
                values, tile, seriesCount: seriesCount, series: series, allowance: allowances[series],
                limit: limits[series], minimumCount: minimumCount, counts: &counts, means: &means, up: &up,
                down: &down, signals: &signals)
        }
    }
}

/// Runs eight series through a tile; a row without a missing value, which is nearly every one, needs no choosing.
@inline(__always)
private func runEightPageHinkleys(
    _ values: Span<Double>, _ tile: Range<Int>, seriesCount: Int, group: Int, allowances: Span<Double>,
    limits: Span<Double>, minimumCount: Double, counts: inout MutableSpan<Double>, means: inout MutableSpan<Double>,
    up: inout MutableSpan<Double>, down: inout MutableSpan<Double>, signals: inout MutableSpan<UInt8>
) {
    let (allowance, limit) = (eight(allowances, group), eight(limits, group))
    var (count, mean) = (eight(counts.span, group), eight(means.span, group))
    var (above, below) = (eight(up.span, group), eight(down.span, group))
    for row in tile {
        let place = row &* seriesCount &+ group
        let value = eight(values, unchecked: place)
        var nextCount = count + 1
        var nextMean = mean + (value - mean) / nextCount
        let deviation = value - nextMean
        var nextAbove = above + deviation - allowance
        var nextBelow = below - deviation - allowance
        nextAbove.replace(with: 0, where: nextAbove .< 0)
        nextBelow.replace(with: 0, where: nextBelow .< 0)
        if !areAllFinite(value) {
            let isPresent = (value - value) .== 0
            nextCount = count.replacing(with: nextCount, where: isPresent)
            nextMean = mean.replacing(with: nextMean, where: isPresent)
            nextAbove = above.replacing(with: nextAbove, where: isPresent)
            nextBelow = below.replacing(with: nextBelow, where: isPresent)
        }
        (count, mean, above, below) = (nextCount, nextMean, nextAbove, nextBelow)
        let isOver = (above .> limit) .| (below .> limit)
        if isAny(isOver) {
            // Missing values signal nothing, and neither does a test that has just begun.
            let isPresent = (value - value) .== 0
            let isSignal = isOver .& isPresent .& (count .>= minimumCount)
            store(above .> limit, isSignal, into: &signals, at: place)
            count.replace(with: 0, where: isSignal)
            mean.replace(with: 0, where: isSignal)
            above.replace(with: 0, where: isSignal)
            below.replace(with: 0, where: isSignal)
        }
    }
    store(count, into: &counts, at: group)
    store(mean, into: &means, at: group)
    store(above, into: &up, at: group)
    store(below, into: &down, at: group)
}

/// Runs one series through a tile value by value.
private func runPageHinkley(
    _ values: Span<Double>, _ tile: Range<Int>, seriesCount: Int, series: Int, allowance: Double, limit: Double,
    minimumCount: Double, counts: inout MutableSpan<Double>, means: inout MutableSpan<Double>,
    up: inout MutableSpan<Double>, down: inout MutableSpan<Double>, signals: inout MutableSpan<UInt8>
) {
    var test = PageHinkley()
    (test.count, test.mean, test.up, test.down) = (counts[series], means[series], up[series], down[series])
    for row in tile {
        let place = row * seriesCount + series
        let signal = test.add(values[place], allowance: allowance, limit: limit, minimumCount: minimumCount)
        if signal != .none { signals[place] = signal.rawValue }
    }
    (counts[series], means[series], up[series], down[series]) = (test.count, test.mean, test.up, test.down)
}
