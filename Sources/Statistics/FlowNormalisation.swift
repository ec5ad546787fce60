// Flow-normalised concentration: the regressions' surface averaged over the discharges each day of the year has had.

/// Daily discharge: columns of one length, in time order, at most one a day.
package struct DailyDischarge: Sendable {
    /// Decimal years.
    package let times: [Double]
    package let logDischarges: [Double]
    /// Day of the year, 1…366, and the calendar year.
    package let daysOfYear: [Int]
    package let years: [Int]

    /// - Precondition: discharges are positive, times in order.
    package init(times: [Double], discharges: [Double], daysOfYear: [Int], years: [Int]) {
        precondition(times.count == discharges.count && times.count == daysOfYear.count, "Columns of one length.")
        precondition(times.count == years.count && discharges.allSatisfy { $0 > 0 }, "Logarithms need > 0.")
        precondition(daysOfYear.allSatisfy { (1...366).contains($0) }, "A year has at most 366 days.")
        self.times = times
        logDischarges = discharges.map(naturalLogarithm)
        self.daysOfYear = daysOfYear
        self.years = years
    }
}

/// One calendar year's means.
package struct FlowNormalisedYear: Sendable, Equatable {
    package let year: Int
    package let dayCount: Int
    /// Of the concentration expected at each day's own discharge.
    package let concentration: Double
    /// Of the concentration expected over all discharges of that day of the year.
    package let flowNormalised: Double
}

/// The fewest days of a year whose mean is given.
package let flowNormalisedDayMinimum = 330

/// Nodes of the surface: 16 a year and 14 of ln Q, as EGRET has them.
private let timeNodesAYear = 16.0
private let dischargeNodeCount = 14

/// The yearly flow-normalised concentration of a site.
///
/// - Parameter only: the calendar years wanted; all of them without it.
/// - Parameter span: the decimal years the samples stand for, where they are a part of more; their own without it.
/// - Returns: years with `flowNormalisedDayMinimum` days between the first and the last sample; `nil` when a regression
///   cannot be made (see `weightedFit`).
/// - Complexity: O(nodes × n + days × years of discharge) time, of the years wanted alone.
/// - Source: Hirsch, Moyer and Archfield, 2010, section on flow normalisation; the surface of EGRET's
///   estSurfaces, expected concentrations interpolated linearly in time and ln Q.
package func flowNormalisedYears(
    _ samples: DischargeSamples, _ discharge: DailyDischarge, windows: RegressionWindows = RegressionWindows(),
    only wanted: Set<Int>? = nil, span: ClosedRange<Double>? = nil
) -> [FlowNormalisedYear]? {
    guard let first = span?.lowerBound ?? samples.times.first, let last = span?.upperBound ?? samples.times.last,
        var surface = ConcentrationSurface(samples, discharge, windows: windows, span: first...last)
    else { return nil }
    // The discharges of each day of the year; 366 lies with 365, which alone has enough years.
    var history = [[Double]](repeating: [], count: 366)
    for index in discharge.times.indices {
        history[min(discharge.daysOfYear[index], 365)].append(discharge.logDischarges[index])
    }
    var years: [FlowNormalisedYear] = []
    var start = 0
    while start < discharge.times.count {
        var end = start
        var (sum, normalised, dayCount) = (0.0, 0.0, 0)
        let isWanted = wanted?.contains(discharge.years[start]) ?? true
        while end < discharge.times.count, discharge.years[end] == discharge.years[start] {
            guard isWanted else {
                end += 1
                continue
            }
            let time = discharge.times[end]
            if time >= first, time <= last {
                let column = surface.column(at: time)
                guard surface.prepare(column) else { return nil }
                sum += surface.value(column, discharge.logDischarges[end])
                let usual = history[min(discharge.daysOfYear[end], 365)]
                var daySum = 0.0
                for logDischarge in usual { daySum += surface.value(column, logDischarge) }
                normalised += daySum / Double(usual.count)
                dayCount += 1
            }
            end += 1
        }
        if dayCount >= flowNormalisedDayMinimum {
            years.append(
                FlowNormalisedYear(
                    year: discharge.years[start], dayCount: dayCount, concentration: sum / Double(dayCount),
                    flowNormalised: normalised / Double(dayCount)))
        }
        start = end
    }
    return years
}

/// Expected concentrations on a grid of time and ln Q.
private struct ConcentrationSurface {
    private let firstTime: Double
    private let timeCount: Int
    private let lowest: Double
    private let step: Double
    /// Time node by time node; NaN where nobody has asked yet.
    private var concentrations: [Double]
    private let samples: DischargeSamples
    private let windows: RegressionWindows

    init?(
        _ samples: DischargeSamples, _ discharge: DailyDischarge, windows: RegressionWindows,
        span: ClosedRange<Double>
    ) {
        guard let low = discharge.logDischarges.min(), let high = discharge.logDischarges.max() else { return nil }
        self.samples = samples
        self.windows = windows
        firstTime = span.lowerBound.rounded(.down)
        timeCount = Int((span.upperBound.rounded(.up) - firstTime) * timeNodesAYear) + 1
        // A little beyond the discharges met, so that none lies outside.
        lowest = low - 0.05
        step = (high + 0.05 - lowest) / Double(dischargeNodeCount - 1)
        concentrations = Array(repeating: .nan, count: timeCount * dischargeNodeCount)
    }

    /// Makes the regressions at the nodes of a time, unless they are there.
    ///
    /// - Returns: false when one of them cannot be made.
    mutating func prepare(_ column: (node: Int, share: Double)) -> Bool {
        for node in [column.node, min(column.node + 1, timeCount - 1)]
        where concentrations[node * dischargeNodeCount].isNaN {
            let time = firstTime + Double(node) / timeNodesAYear
            for level in 0..<dischargeNodeCount {
                guard
                    let fit = weightedFit(
                        samples, time: time, logDischarge: lowest + Double(level) * step, windows: windows)
                else { return false }
                concentrations[node * dischargeNodeCount + level] = fit.concentration
            }
        }
        return true
    }

    /// The nodes before and after a time, and the share of the later one.
    func column(at time: Double) -> (node: Int, share: Double) {
        let place = min(max((time - firstTime) * timeNodesAYear, 0), Double(timeCount - 1))
        let node = min(Int(place), max(timeCount - 2, 0))
        return (node, place - Double(node))
    }

    func value(_ column: (node: Int, share: Double), _ logDischarge: Double) -> Double {
        let place = min(max((logDischarge - lowest) / step, 0), Double(dischargeNodeCount - 1))
        let level = min(Int(place), dischargeNodeCount - 2)
        let part = place - Double(level)
        func along(_ node: Int) -> Double {
            let start = node * dischargeNodeCount + level
            return concentrations[start] * (1 - part) + concentrations[start + 1] * part
        }
        let next = min(column.node + 1, timeCount - 1)
        return along(column.node) * (1 - column.share) + along(next) * column.share
    }
}
