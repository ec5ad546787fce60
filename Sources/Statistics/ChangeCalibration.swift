// What a change monitor learns from a series' history before it watches: profile, memory, scale and threshold.

/// The result of a series' training.
package struct ChangeCalibration: Equatable, Sendable {
    /// What each reading of the day lies above the day's level.
    package var profile: [Double]
    /// Levels of the latest `baselineDays` days, oldest first; NaN where a day has none.
    package var levels: [Double]
    /// Memory and scale of the residuals.
    package var design: ShiftDesign
    /// The mean size of what the chart is fed with: what the scale is followed by.
    package var usualSize: Double
    package var threshold: Double
}

/// Learns a series' ordinary course from whole days of readings.
///
/// - Parameters:
///   - values: `trainingDays` × `slots` readings, NaN where missing.
///   - slots: readings a day.
/// - Returns: the calibration, or why there is none.
func calibrate(_ values: [Double], slots: Int, rule: ChangeRule) -> Result<ChangeCalibration, UnwatchedCause> {
    let days = values.count / slots
    let needed = max(1, Int((Double(slots) * rule.dayShare).rounded(.up)))
    let profile = dailyProfile(values, slots: slots, needed: needed)
    let levels = (0..<days).map { day in
        dayLevel((0..<slots).map { values[day * slots + $0] - profile[$0] }, needed: needed)
    }
    let residuals = trainingResiduals(values, profile: profile, levels: levels, slots: slots, rule: rule)
    let expected = (days - rule.baselineDays) * slots
    let present = residuals.count(where: \.isFinite)
    guard present >= max(rule.residualMinimum, expected / 2) else { return .failure(UnwatchedCause(.shortHistory)) }
    guard let design = shiftDesign(residuals, rule: rule) else { return .failure(UnwatchedCause(.constant)) }
    let fed = innovations(residuals, design: design)
    guard fed.count >= rule.residualMinimum else { return .failure(UnwatchedCause(.shortHistory)) }
    guard let threshold = changeThreshold(fed, design: design, slots: slots, rule: rule) else {
        return .failure(UnwatchedCause(.noThreshold))
    }
    return .success(
        ChangeCalibration(
            profile: profile, levels: Array(levels.suffix(rule.baselineDays)), design: design,
            usualSize: usualSize(fed, residuals, design: design, rule: rule), threshold: threshold))
}

/// The mean size of what the rule's chart is fed with: innovations, or the residuals themselves.
private func usualSize(_ fed: [Double], _ residuals: [Double], design: ShiftDesign, rule: ChangeRule) -> Double {
    let sizes = rule.chart == .cusum ? fed : residuals.filter(\.isFinite).map { $0 / design.scale }
    return sizes.reduce(0) { $0 + $1.magnitude } / Double(sizes.count)
}

/// A reason as an error.
struct UnwatchedCause: Error {
    let reason: UnwatchedReason
    init(_ reason: UnwatchedReason) { self.reason = reason }
}

/// The median of a day's readings, NaN with fewer than `needed`.
func dayLevel(_ readings: [Double], needed: Int) -> Double {
    readings.count(where: \.isFinite) >= needed ? finiteMedian(readings) : .nan
}

/// The median distance of each reading of the day from its day's median, smoothed by quarters, with mean 0.
private func dailyProfile(_ values: [Double], slots: Int, needed: Int) -> [Double] {
    if slots == 1 { return [0] }
    let days = values.count / slots
    let medians = (0..<days).map { day in dayLevel(Array(values[(day * slots)..<((day + 1) * slots)]), needed: needed) }
    let raw = (0..<slots).map { slot in
        let middle = finiteMedian((0..<days).lazy.map { values[$0 * slots + slot] - medians[$0] })
        return middle.isFinite ? middle : 0
    }
    let smooth = (0..<slots).map { slot in
        (raw[(slot + slots - 1) % slots] + 2 * raw[slot] + raw[(slot + 1) % slots]) / 4
    }
    let mean = smooth.reduce(0, +) / Double(slots)
    return smooth.map { $0 - mean }
}

/// What each reading lies above the line through the days before its own, or, of the first days, through those after it; NaN
/// where there is none. Noise is the same in both directions of time, and twice as many residuals tell more of it.
private func trainingResiduals(
    _ values: [Double], profile: [Double], levels: [Double], slots: Int, rule: ChangeRule
) -> [Double] {
    var residuals = [Double](repeating: .nan, count: values.count)
    var scratch = [Double](repeating: 0, count: levelLineScratchCount(rule.baselineDays))
    let days = values.count / slots
    for day in 0..<days {
        let isFirst = day < rule.baselineDays
        if isFirst, day + rule.baselineDays >= days { continue }
        let others =
            isFirst
            ? levels[(day + 1)...(day + rule.baselineDays)].reversed() : Array(levels[(day - rule.baselineDays)..<day])
        var span = scratch.mutableSpan
        guard let line = levelLine(others.span, scratch: &span), line.count >= rule.baselineMinimum else { continue }
        for slot in 0..<slots {
            let expected = line.expected(slot: isFirst ? slots - 1 - slot : slot, of: slots)
            residuals[day * slots + slot] = values[day * slots + slot] - profile[slot] - expected
        }
    }
    return residuals
}

extension LevelLine {
    /// The level at one reading of the following day.
    func expected(slot: Int, of slots: Int) -> Double {
        level + slope * ((Double(slot) + 0.5) / Double(slots) - 0.5)
    }
}

/// Memory and scale by robust means: a few episodes in the history do not set them.
private func shiftDesign(_ residuals: [Double], rule: ChangeRule) -> ShiftDesign? {
    let rough = spread(residuals, around: finiteMedian(residuals))
    guard rough > 0 else { return nil }
    var (products, squares) = (0.0, 0.0)
    for (earlier, later) in zip(residuals, residuals.dropFirst()) where (earlier + later).isFinite {
        let (first, second) = (clipped(earlier, 3 * rough), clipped(later, 3 * rough))
        products += first * second
        squares += first * first
    }
    let persistence = squares > 0 ? min(max(products / squares, 0), 0.95) : 0
    let innovations = zip(residuals, residuals.dropFirst()).map { $1 - persistence * $0 }
    let innovation = spread(innovations, around: 0)
    guard innovation > 0 else { return nil }
    return ShiftDesign(
        persistence: persistence, scale: innovation / (1 - persistence * persistence).squareRoot(),
        shift: rule.designShift, clip: rule.clip)
}

/// The standard deviation that the median distance from `center` tells of; where more than half are equal, the mean
/// distance.
private func spread(_ values: [Double], around center: Double) -> Double {
    let distances = values.lazy.filter(\.isFinite).map { ($0 - center).magnitude }
    let median = finiteMedian(distances) * 1.482_602_218_505_602
    if median > 0 || distances.isEmpty { return median }
    return distances.reduce(0, +) / Double(distances.count) * 1.253_314_137_315_500
}

func clipped(_ value: Double, _ bound: Double) -> Double { max(-bound, min(bound, value)) }

/// The standardised innovations of readings that follow one another.
private func innovations(_ residuals: [Double], design: ShiftDesign) -> [Double] {
    let steps = design.innovations(gap: 1)
    return zip(residuals, residuals.dropFirst()).compactMap { earlier, later in
        guard (earlier + later).isFinite else { return nil }
        return clipped((later - steps.remains * earlier) / (design.scale * steps.spread), design.clip)
    }
}

/// The chart of a rule, with its state.
struct ChartState: Equatable, Sendable {
    let kind: ChangeChart
    var shift = ShiftCUSUM()
    var pageHinkley = PageHinkley()
    var average = EWMAChart()

    init(_ kind: ChangeChart) { self.kind = kind }

    /// - Returns: whether a rise, and a fall, would begin with this value.
    @discardableResult
    mutating func add(
        _ value: Double, first: Double, later: Double, rule: ChangeRule
    ) -> (rises: Bool, falls: Bool) {
        switch kind {
        case .cusum: return shift.add(value, first: first, later: later)
        case .pageHinkley:
            let before = (pageHinkley.up <= 0, pageHinkley.down <= 0)
            _ = pageHinkley.add(value, allowance: rule.designShift / 2, limit: .infinity)
            return before
        case .ewma:
            let before = (average.mean <= 0, average.mean >= 0)
            average.add(value, weight: rule.averageWeight)
            return before
        }
    }

    func statistics(rule: ChangeRule) -> (rise: Double, fall: Double) {
        switch kind {
        case .cusum: return (shift.up, shift.down)
        case .pageHinkley: return (pageHinkley.up, pageHinkley.down)
        case .ewma:
            let statistic = average.statistic(weight: rule.averageWeight)
            return (statistic, -statistic)
        }
    }
}
