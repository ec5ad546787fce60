// The two-sided standardised CUSUM: a value at a time, and time-major over many series at once.

/// What a chart says of one value.
package enum ChartSignal: UInt8, Sendable, CaseIterable {
    case none = 0
    case rise = 1
    case fall = 2
}

/// The running sums of one series.
package struct TwoSidedCUSUM: Equatable, Sendable {
    /// What lies above the allowance since the last time there was nothing, in standard deviations.
    package internal(set) var up = 0.0
    /// The same below.
    package internal(set) var down = 0.0

    package init() {}

    /// Adds one standardised value; one that is not finite is missing and changes nothing. A signal empties both sums.
    ///
    /// - Units: `deviation`, `allowance` (k) and `limit` (h) in standard deviations.
    /// - Source: Page, Continuous inspection schemes, Biometrika 41, 1954; tabular form as in Montgomery, Introduction
    ///   to Statistical Quality Control, section 9.1.
    package mutating func add(_ deviation: Double, allowance: Double, limit: Double) -> ChartSignal {
        guard deviation.isFinite else { return .none }
        let above = up + deviation - allowance
        let below = down - deviation - allowance
        up = above < 0 ? 0 : above
        down = below < 0 ? 0 : below
        let signal: ChartSignal = up > limit ? .rise : down > limit ? .fall : .none
        if signal != .none { self = TwoSidedCUSUM() }
        return signal
    }
}

/// Rows that a group of eight series runs through with its sums in registers.
let chartTileRows = 32

/// Runs the two-sided CUSUM over many series side by side.
///
/// - Shape: `values`, rows × seriesCount, row after row in time order; what is not finite is missing. `centers`,
///   `inverseScales`, `limits`, `up` and `down`, one a series; `up` and `down` are the state, 0 at the beginning, and
///   go on from call to call. `signals`, as long as `values`, overwritten with `ChartSignal` raw values.
/// - Units: `centers` in the values' unit, `inverseScales` in its inverse; `allowance` and `limits` in standard
///   deviations.
/// - Complexity: O(rows × series), no allocation; eight series a step.
/// - Reference: `twoSidedCUSUMReference(_:seriesCount:centers:inverseScales:allowance:limits:)`; equal bits.
package func twoSidedCUSUM(
    _ values: Span<Double>, seriesCount: Int, centers: Span<Double>, inverseScales: Span<Double>, allowance: Double,
    limits: Span<Double>, up: inout MutableSpan<Double>, down: inout MutableSpan<Double>,
    signals: inout MutableSpan<UInt8>
) {
    precondition(seriesCount > 0 && values.count % seriesCount == 0, "A time-major column holds whole rows.")
    precondition(
        centers.count == seriesCount && inverseScales.count == seriesCount && limits.count == seriesCount
            && up.count == seriesCount && down.count == seriesCount, "A chart has one state a series.")
    precondition(signals.count == values.count, "Each value has a signal.")
    signals.update(repeating: 0)
    let rows = values.count / seriesCount
    let grouped = seriesCount - seriesCount % 8
    for first in stride(from: 0, to: rows, by: chartTileRows) {
        let tile = first..<min(first + chartTileRows, rows)
        for group in stride(from: 0, to: grouped, by: 8) {
            runEightCUSUMs(
                values, tile, seriesCount: seriesCount, group: group, centers: centers, inverseScales: inverseScales,
                allowance: allowance, limits: limits, up: &up, down: &down, signals: &signals)
        }
        for series in grouped..<seriesCount {
            runCUSUM(
                values, tile, seriesCount: seriesCount, series: series, center: centers[series],
                inverseScale: inverseScales[series], allowance: allowance, limit: limits[series], up: &up, down: &down,
                signals: &signals)
        }
    }
}

/// Runs eight series through a tile; a row without a missing value, which is nearly every one, needs no choosing.
@inline(__always)
private func runEightCUSUMs(
    _ values: Span<Double>, _ tile: Range<Int>, seriesCount: Int, group: Int, centers: Span<Double>,
    inverseScales: Span<Double>, allowance: Double, limits: Span<Double>, up: inout MutableSpan<Double>,
    down: inout MutableSpan<Double>, signals: inout MutableSpan<UInt8>
) {
    let (center, inverseScale, limit) = (eight(centers, group), eight(inverseScales, group), eight(limits, group))
    var above = eight(up.span, group)
    var below = eight(down.span, group)
    for row in tile {
        let place = row &* seriesCount &+ group
        let deviation = (eight(values, unchecked: place) - center) * inverseScale
        var nextAbove = above + deviation - allowance
        var nextBelow = below - deviation - allowance
        nextAbove.replace(with: 0, where: nextAbove .< 0)
        nextBelow.replace(with: 0, where: nextBelow .< 0)
        if !areAllFinite(deviation) {
            let isPresent = (deviation - deviation) .== 0
            nextAbove = above.replacing(with: nextAbove, where: isPresent)
            nextBelow = below.replacing(with: nextBelow, where: isPresent)
        }
        (above, below) = (nextAbove, nextBelow)
        let isOver = (above .> limit) .| (below .> limit)
        if isAny(isOver) {
            let isSignal = isOver .& ((deviation - deviation) .== 0)
            store(above .> limit, isSignal, into: &signals, at: place)
            above.replace(with: 0, where: isSignal)
            below.replace(with: 0, where: isSignal)
        }
    }
    store(above, into: &up, at: group)
    store(below, into: &down, at: group)
}

/// Runs one series through a tile value by value.
private func runCUSUM(
    _ values: Span<Double>, _ tile: Range<Int>, seriesCount: Int, series: Int, center: Double, inverseScale: Double,
    allowance: Double, limit: Double, up: inout MutableSpan<Double>, down: inout MutableSpan<Double>,
    signals: inout MutableSpan<UInt8>
) {
    var chart = TwoSidedCUSUM()
    chart.up = up[series]
    chart.down = down[series]
    for row in tile {
        let place = row * seriesCount + series
        let signal = chart.add((values[place] - center) * inverseScale, allowance: allowance, limit: limit)
        if signal != .none { signals[place] = signal.rawValue }
    }
    up[series] = chart.up
    down[series] = chart.down
}
