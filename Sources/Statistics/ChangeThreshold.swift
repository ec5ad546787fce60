// A chart's threshold from the innovations of a series' history: played by block bootstrap, told for longer runs, and raised
// by what so short a history does not know.

/// The threshold with which a rule's chart signals, on average, no more than once in the run length asked for.
///
/// - Parameters:
///   - history: the standardised innovations of the training, without missing values.
///   - slots: readings a day.
/// - Returns: `nil` where the chart left zero too rarely, or hardly comes back to it.
func changeThreshold(_ history: [Double], design: ShiftDesign, slots: Int, rule: ChangeRule) -> Double? {
    let target = RunLengthTarget(
        runLength: rule.runLengthDays * slots, runCount: rule.runCount, blockLength: min(rule.blockReadings, slots),
        seed: rule.seed)
    return rule.chart == .cusum
        ? shiftChartThreshold(history, target: target, design: design, slots: slots, rule: rule)
        : residualChartThreshold(history, target: target, design: design, slots: slots, rule: rule)
}

/// Runs beyond `playedReadings` are not played: excursions become rarer by the factor e^(−θ) with each unit of height.
private func shiftChartThreshold(
    _ history: [Double], target: RunLengthTarget, design: ShiftDesign, slots: Int, rule: ChangeRule
) -> Double? {
    let steps = design.innovations(gap: 1)
    var chart = ShiftCUSUM()
    var played = target
    played.runLength = min(target.runLength, rule.playedReadings)
    let found = runLengthThreshold(history.span, target: played) { value in
        _ = chart.add(value, first: steps.first, later: steps.later)
        return (chart.up, chart.down)
    }
    let turned = history.map { -$0 }
    guard let found, let rise = excursionDecay(history.span, blockLength: target.blockLength, later: steps.later),
        let fall = excursionDecay(turned.span, blockLength: target.blockLength, later: steps.later)
    else { return nil }
    // What neither side ever continues has no tail to tell more of.
    let rate = min(rise.rate, fall.rate)
    if rate == .infinity { return 2 * found }
    let longer = naturalLogarithm(Double(target.runLength) / Double(played.runLength))
    let threshold = found + longer / rate
    // A profile that follows the series leaves errors over an excursion, whose mean counts the less the longer it is.
    let profile = slots == 1 ? 0 : 2 / (threshold * Double(2 * rule.adaptationDays - 1))
    let factors = [rise, fall].filter { $0.rate < .infinity }.map { decay in
        thresholdRaise(
            logarithm: decay.rate * threshold,
            variance: decay.relativeVariance + profile + followedVariance(slots: slots, rule: rule))
    }
    return threshold * (factors.max() ?? 1)
}

/// Page–Hinkley and the moving average see residuals: they are made of the innovations again, with the memory that was
/// taken out of them.
private func residualChartThreshold(
    _ history: [Double], target: RunLengthTarget, design: ShiftDesign, slots: Int, rule: ChangeRule
) -> Double? {
    let steps = design.innovations(gap: 1)
    var chart = ChartState(rule.chart)
    var residual = 0.0
    let found = runLengthThreshold(history.span, target: target) { value in
        residual = steps.remains * residual + steps.spread * value
        chart.add(residual, first: steps.first, later: steps.later, rule: rule)
        return chart.statistics(rule: rule)
    }
    // The excursions go by the long-run variance, which rests on the memory found: relative variance
    // 4 (1 + φ) / ((1 − φ) n), and 2 / n of the scale; the profile that follows adds that of its own mean.
    let persistence = design.persistence
    let estimated = (4 * (1 + persistence) / (1 - persistence) + 2) / Double(history.count)
    let followed =
        followedVariance(slots: slots, rule: rule) + (slots == 1 ? 0 : 1 / Double(2 * rule.adaptationDays - 1))
    let tries = max(Double(target.runLength) * (1 - persistence), 2)
    let factor = thresholdRaise(logarithm: naturalLogarithm(tries), variance: estimated + followed)
    return found.map { $0 * (rule.chart == .ewma ? factor.squareRoot() : factor) }
}

/// The relative variance that a decay has from a scale which follows the series: an exponential mean of the mean sizes of
/// days, which are those of `slots` normal values. A series of one reading a day is left with what its history says: the
/// profile that follows it is its level.
private func followedVariance(slots: Int, rule: ChangeRule) -> Double {
    /// π / 2 − 1: the relative variance of a normal value's size.
    let sizeVariance = 0.570_796_326_794_896_6
    return slots == 1 ? 0 : 4 * sizeVariance / Double(slots * (2 * rule.adaptationDays - 1))
}
