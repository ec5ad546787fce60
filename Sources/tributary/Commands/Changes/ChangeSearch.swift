// One series looked through for changes: by a chart as its values come, or offline by a search over its daily levels.

import Detection
import Monitoring
import Statistics

/// How changes are looked for.
enum ChangeMethod: String, CaseIterable, Sendable {
    case cusum
    case pageHinkley = "page-hinkley"
    case ewma, pettitt, segments
}

/// What a command was asked for.
struct ChangeOptions: Sendable {
    var method = ChangeMethod.cusum
    var rule = ChangeRule()
    /// The largest p of Pettitt's test.
    var significance = 0.05
}

/// A change of one series; times as its clock counts.
struct FoundChange: Sendable {
    let start: Double
    let detected: Double
    let isRise: Bool
    let size: Double
    let statistic: Double
}

/// What looking through one series came to.
struct SearchedSeries: Sendable {
    let name: String
    let changes: [FoundChange]
    /// Time in which a change would have been seen.
    let watched: Double
    /// Why nothing could be seen.
    let reason: String?
}

extension ChangeOptions {
    func search(_ series: ChangeSeries, clock: ChangeClock) -> SearchedSeries {
        guard let first = series.times.first, let last = series.times.last, let cadence = series.cadence else {
            let reason = series.times.isEmpty ? "no usable value" : "one usable value"
            return SearchedSeries(name: series.name, changes: [], watched: 0, reason: reason)
        }
        if series.values.contains(where: { $0.magnitude > trendValueLimit }) {
            return SearchedSeries(
                name: series.name, changes: [], watched: 0, reason: TrendReason.tooLarge.words)
        }
        switch method {
        case .cusum, .pageHinkley, .ewma:
            return clock == .numbers ? chartNumbers(series) : chart(series, clock: clock, cadence: cadence)
        case .pettitt, .segments:
            let levels =
                clock == .numbers ? (series.times, series.values) : dailyLevels(series, cadence: cadence, clock)
            let (changes, reason) = method == .pettitt ? pettittChange(levels) : segmentChanges(levels)
            return SearchedSeries(name: series.name, changes: changes, watched: last - first, reason: reason)
        }
    }

    /// The chart over stretches of hours, or of the series' own step where it is slower.
    private func chart(_ series: ChangeSeries, clock: ChangeClock, cadence: Double) -> SearchedSeries {
        let grid = ChangeGrid(cadence: Duration64(milliseconds: Int64(max(cadence, 1))), offset: clock.offset)
        var state = ChangeState(grid: grid, rule: rule)
        var changes: [FoundChange] = []
        var watchedFrom: Double?
        func take(_ events: [ChangeEvent]) {
            for case .detected(let change) in events {
                changes.append(
                    FoundChange(
                        change, start: Double(grid.start(of: change.start).milliseconds),
                        detected: Double(grid.start(of: change.detected + 1).milliseconds)))
            }
        }
        for (time, value) in zip(series.times, series.values) {
            take(state.add(value, start: Instant(milliseconds: Int64(time))))
            if watchedFrom == nil, state.monitor.calibration != nil { watchedFrom = time }
        }
        take(state.closeStretch())
        let watched = watchedFrom.map { (series.times.last ?? $0) - $0 } ?? 0
        let reason = watchedFrom == nil ? state.monitor.unwatchedReason?.rawValue : nil
        return SearchedSeries(name: series.name, changes: changes, watched: watched, reason: reason)
    }

    /// Numbers tell no day: each value is a reading of its own.
    private func chartNumbers(_ series: ChangeSeries) -> SearchedSeries {
        var monitor = ChangeMonitor(rule: rule, slots: 1)
        var changes: [FoundChange] = []
        var watchedFrom: Double?
        for (number, value) in series.values.enumerated() {
            for case .detected(let change) in monitor.add(value, at: number) {
                changes.append(
                    FoundChange(change, start: series.times[change.start], detected: series.times[change.detected]))
            }
            if watchedFrom == nil, monitor.calibration != nil { watchedFrom = series.times[number] }
        }
        let watched = watchedFrom.map { (series.times.last ?? $0) - $0 } ?? 0
        return SearchedSeries(
            name: series.name, changes: changes, watched: watched,
            reason: watchedFrom == nil ? monitor.unwatchedReason?.rawValue : nil)
    }

    /// The median of each day, or the values themselves where they are no closer than days.
    private func dailyLevels(
        _ series: ChangeSeries, cadence: Double, _ clock: ChangeClock
    ) -> ([Double], [Double]) {
        let day = 86_400_000.0
        if cadence >= day { return (series.times, series.values) }
        let shift = Double(clock.offset.minutes) * 60_000
        var (days, levels): ([Double], [Double]) = ([], [])
        var place = 0
        while place < series.times.count {
            let start = ((series.times[place] + shift) / day).rounded(.down) * day - shift
            var end = place
            while end < series.times.count, series.times[end] < start + day { end += 1 }
            days.append(start)
            levels.append(median(Array(series.values[place..<end])) ?? .nan)
            place = end
        }
        return (days, levels)
    }

    private func pettittChange(_ levels: (times: [Double], values: [Double])) -> ([FoundChange], String?) {
        guard let test = pettitt(levels.values) else { return ([], "fewer than \(pettittCountMinimum) levels") }
        guard test.p <= significance, let before = median(Array(levels.values[..<test.changeIndex])),
            let after = median(Array(levels.values[test.changeIndex...])), let last = levels.times.last
        else { return ([], nil) }
        return (
            [
                FoundChange(
                    start: levels.times[test.changeIndex], detected: last, isRise: after >= before,
                    size: after - before, statistic: Double(test.k))
            ], nil
        )
    }

    /// The penalty is six times the long-run variance of the levels times ln n: three times what is customary for
    /// independent levels, since a line of hours leaves more than its first memory.
    private func segmentChanges(_ levels: (times: [Double], values: [Double])) -> ([FoundChange], String?) {
        guard let variance = longRunVariance(levels.values), let last = levels.times.last else {
            return ([], "the levels do not vary, or are fewer than \(segmentLevelMinimum)")
        }
        let penalty = 6 * variance * naturalLogarithm(Double(levels.values.count))
        let segments = changeSegments(levels.values, penalty: penalty)
        let changes = zip(segments, segments.dropFirst()).map { before, after in
            let size = after.mean - before.mean
            let (left, right) = (Double(before.range.count), Double(after.range.count))
            return FoundChange(
                start: levels.times[after.range.lowerBound], detected: last, isRise: size >= 0, size: size,
                statistic: size.magnitude / (variance * (1 / left + 1 / right)).squareRoot())
        }
        return (changes, nil)
    }
}

/// The fewest levels a segment search is made with.
let segmentLevelMinimum = 10

/// The variance that means of many levels have, times their number, from the differences of neighbours: steps of the
/// level, being few, do not enlarge it.
private func longRunVariance(_ values: [Double]) -> Double? {
    let differences = zip(values, values.dropFirst()).map { $1 - $0 }
    guard values.count >= segmentLevelMinimum, let spread = median(differences.map(\.magnitude)) else { return nil }
    let scale = spread * 1.482_602_218_505_602
    guard scale > 0 else { return nil }
    let bounded = differences.map { max(-3 * scale, min(3 * scale, $0)) }
    let products = zip(bounded, bounded.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
    let squares = bounded.reduce(0) { $0 + $1 * $1 }
    // Neighbouring differences of AR(1) levels correlate by −(1 − φ) / 2.
    let memory = min(max(1 + 2 * products / squares, 0), 0.9)
    let variance = scale * scale / (2 * (1 - memory)) * (1 + memory) / (1 - memory)
    // The squares of the least numbers there are vanish.
    return variance.isNormal ? variance : nil
}

extension FoundChange {
    fileprivate init(_ change: LevelChange, start: Double, detected: Double) {
        self.init(
            start: start, detected: detected, isRise: change.direction == .rise, size: change.size,
            statistic: change.statistic)
    }
}
