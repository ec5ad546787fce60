// The watching part of a change monitor: residuals against the baseline, the chart, and what follows a detection.

/// What is kept of a watched series.
struct ChangeWatch: Sendable {
    var calibration: ChangeCalibration
    var chart: ChartState
    /// The line of the current day; a function of `calibration.levels`.
    var line: LevelLine?
    var day: Int
    /// Readings of the current day without their profile.
    var today: [Double]
    /// The current day saw a change settle: it has no level of its own.
    var isTodayMixed = false
    /// Residuals of the latest readings, reading n at n % count; NaN where there is none.
    var recent: [Double]
    /// The newest residual and its reading.
    var lastResidual = Double.nan
    var lastNumber: Int
    /// Where a rise and a fall would have begun.
    var riseStart = 0
    var fallStart = 0
    /// What the chart was fed with today, by size.
    var sizeSum = 0.0
    var sizeCount = 0
    var open: LevelChange?

    init(_ calibration: ChangeCalibration, day: Int, slots: Int, rule: ChangeRule) {
        self.calibration = calibration
        self.day = day
        chart = ChartState(rule.chart)
        today = [Double](repeating: .nan, count: slots)
        recent = [Double](repeating: .nan, count: Self.recentCount(slots))
        lastNumber = day * slots - 1
        drawLine()
    }

    /// A day of residuals, and three where a day has fewer.
    static func recentCount(_ slots: Int) -> Int { max(slots, 3) }

    mutating func add(_ value: Double, at number: Int, slots: Int, rule: ChangeRule, events: inout [ChangeEvent]) {
        while day < floorDivided(number, slots) { closeDay(rule: rule) }
        if let open, number >= open.detected + max(rule.settlingDays * slots, recent.count) {
            settle(open, at: number, rule: rule, events: &events)
        }
        let slot = number - day * slots
        today[slot] = value - calibration.profile[slot]
        forget(upTo: number)
        guard let line, line.count >= rule.baselineMinimum else { return }
        let residual = value - calibration.profile[slot] - line.expected(slot: slot, of: slots)
        recent[wrapped(number)] = residual
        if open == nil {
            judge(residual, at: number, baseline: value - residual, rule: rule, events: &events)
            let bound = 2 * calibration.design.scale
            calibration.profile[slot] += clipped(residual, bound) / Double(rule.adaptationDays)
        }
        lastResidual = residual
        lastNumber = number
    }

    private func wrapped(_ number: Int) -> Int {
        let place = number % recent.count
        return place < 0 ? place + recent.count : place
    }

    /// Readings that did not come leave no residual.
    private mutating func forget(upTo number: Int) {
        for missed in max(lastNumber + 1, number - recent.count + 1)...number { recent[wrapped(missed)] = .nan }
    }

    private mutating func judge(
        _ residual: Double, at number: Int, baseline: Double, rule: ChangeRule, events: inout [ChangeEvent]
    ) {
        let design = calibration.design
        let steps = design.innovations(gap: number - lastNumber)
        let fed: Double
        if rule.chart == .cusum {
            // Without a reading a day back there is nothing to tell an innovation from.
            guard lastResidual.isFinite, number - lastNumber <= recent.count else { return }
            fed = clipped((residual - steps.remains * lastResidual) / (design.scale * steps.spread), design.clip)
        } else {
            fed = residual / design.scale
        }
        sizeSum += fed.magnitude
        sizeCount += 1
        let begins = chart.add(fed, first: steps.first, later: steps.later, rule: rule)
        if begins.rises { riseStart = number }
        if begins.falls { fallStart = number }
        let (rise, fall) = chart.statistics(rule: rule)
        let least = rule.leastShift * design.scale
        let isRise = rise > calibration.threshold && residual > least
        guard isRise || fall > calibration.threshold && residual < -least else { return }
        let start = isRise ? riseStart : fallStart
        let since = max(start, number - recent.count + 1)...number
        let change = LevelChange(
            start: start, detected: number, direction: isRise ? .rise : .fall,
            size: finiteMedian(since.map { recent[wrapped($0)] }), statistic: isRise ? rise : fall,
            threshold: calibration.threshold, baseline: baseline)
        open = change
        chart = ChartState(rule.chart)
        isTodayMixed = true
        events.append(.detected(change))
    }

    /// Says what became of a change when the readings since tell enough, and goes on from there.
    private mutating func settle(_ change: LevelChange, at number: Int, rule: ChangeRule, events: inout [ChangeEvent]) {
        // The latest readings before this one; `recent` may still hold some that are older than a day.
        let since = max(change.detected + 1, lastNumber - recent.count + 1)..<max(lastNumber + 1, change.detected + 1)
        let residuals = since.map { recent[wrapped($0)] }
        guard residuals.count(where: \.isFinite) >= min(3, recent.count) else { return }
        let size = finiteMedian(residuals)
        let isLasting = size.magnitude > rule.lastingShift * calibration.design.scale
        if isLasting {
            for day in calibration.levels.indices { calibration.levels[day] += size }
            drawLine()
            // Residuals against the old line are no longer comparable.
            lastResidual = .nan
        }
        open = nil
        chart = ChartState(rule.chart)
        isTodayMixed = true
        events.append(.settled(change, isLasting ? .lasting : .returned, settled: number, size: size))
    }

    /// Ends a day: its level, the line of the next day, and the scale that follows the season.
    private mutating func closeDay(rule: ChangeRule) {
        let needed = max(1, Int((Double(today.count) * rule.dayShare).rounded(.up)))
        calibration.levels.removeFirst()
        calibration.levels.append(isTodayMixed || open != nil ? .nan : dayLevel(today, needed: needed))
        if sizeCount >= needed, calibration.usualSize > 0 {
            let ratio = sizeSum / Double(sizeCount) / calibration.usualSize
            calibration.design.scale *= 1 + (ratio - 1) / Double(rule.adaptationDays)
        }
        (sizeSum, sizeCount) = (0, 0)
        isTodayMixed = open != nil
        for slot in today.indices { today[slot] = .nan }
        day += 1
        drawLine()
    }

    mutating func drawLine() {
        var scratch = [Double](repeating: 0, count: levelLineScratchCount(calibration.levels.count))
        var span = scratch.mutableSpan
        line = levelLine(calibration.levels.span, scratch: &span)
    }
}
