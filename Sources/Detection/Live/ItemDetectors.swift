// The detectors of one parameter, reading by reading, whole history or the rest of one.

internal import Exact
internal import Monitoring
internal import Standards

/// All that follows one parameter at one station of a section.
struct ItemDetectors: Sendable {
    var threshold: EpisodeFinder
    /// Readings near the limit and not beyond it.
    var preWarning: EpisodeFinder
    var trend: TrendFollower?
    /// In place of `trend` where a deployer asks for it.
    var sliding: SlidingTrendFollower?
    var forecast: MonthFollower?
    var change: ChangeFollower?

    init(_ screen: ItemScreen) {
        let rules = screen.rules
        threshold = EpisodeFinder(rule: rules.episode)
        preWarning = EpisodeFinder(rule: rules.episode)
        if screen.hasTrend {
            trend = TrendFollower(
                .rising, rule: rules.trend, offset: rules.offset,
                minimumCount: minimumDayCount(screen.station, rules))
        }
        if let window = screen.slidingWindow {
            sliding = SlidingTrendFollower(readings: window, rule: rules.trend, offset: rules.offset)
        }
        if case .water(let item, _)? = screen.law, item.direction != .range,
            let cadence = screen.station.cadence, cadence > .zero
        {
            forecast = MonthFollower(cadence: cadence, offset: rules.offset)
        }
        if screen.hasChange, let cadence = screen.station.cadence, cadence > .zero {
            change = ChangeFollower(grid: ChangeGrid(cadence: cadence, offset: rules.offset), rule: rules.change)
        }
    }

    /// Adds the readings of one day.
    mutating func add(_ series: OrderedReadings, _ rows: Range<Int>, on day: ItemScreen.Day, _ screen: ItemScreen) {
        let hasConflicts = !series.conflicting.isEmpty
        if screen.law == nil, !hasConflicts {
            // Nothing is held against a limit: whole runs of usable readings go into the means.
            var row = rows.lowerBound
            while row < rows.upperBound {
                let end = series.usableRun(from: row, until: rows.upperBound)
                addToMeans(series.readings, row..<end, dayNumber: day.number, screen)
                row = end + 1
            }
            return
        }
        var row = rows.lowerBound
        while row < rows.upperBound {
            if !hasConflicts, !threshold.isUnderWay, !preWarning.isUnderWay {
                let end = series.plainRun(from: row, until: rows.upperBound, day.plain)
                if row < end {
                    addPlain(series.readings, row..<end, on: day, screen)
                    row = end
                    continue
                }
            }
            let reading = series.readings[row]
            add(
                reading, isConflicting: hasConflicts && series.conflicting.contains(reading.start), on: day, screen)
            row += 1
        }
    }

    /// Adds readings of which nothing is said, while nothing is under way: what adding each of them comes to.
    private mutating func addPlain(
        _ readings: [ScreenedReading], _ rows: Range<Int>, on day: ItemScreen.Day, _ screen: ItemScreen
    ) {
        let (first, last) = (readings[rows.lowerBound].start, readings[rows.upperBound - 1].start)
        threshold.addPlain(from: first, to: last)
        switch day.nearness {
        case .told: preWarning.addPlain(from: first, to: last)
        case .unknown: preWarning.addExcluded(rows.count, from: first, to: last)
        case .untold: break
        }
        addToMeans(readings, rows, dayNumber: day.number, screen)
    }

    /// Adds usable readings of one day to what is made of means, while nothing is over a limit.
    private mutating func addToMeans(
        _ readings: [ScreenedReading], _ rows: Range<Int>, dayNumber: Int, _ screen: ItemScreen
    ) {
        if rows.isEmpty { return }
        if screen.hasTrend || screen.hasChange {
            var binary = BinaryValues()
            for row in rows {
                guard let value = readings[row].value else { continue }
                let number = binary.number(value.mantissa, exponent: value.exponent)
                trend?.add(number, dayNumber: dayNumber)
                change?.add(number, start: readings[row].start, lastOver: nil)
            }
        }
        forecast?.add(readings, rows, dayNumber: dayNumber, screen)
        if case nil = sliding { return }
        for row in rows {
            guard let value = readings[row].value else { continue }
            sliding?.add(value, start: readings[row].start, dayNumber: dayNumber)
        }
    }

    /// Adds one reading.
    mutating func add(_ reading: ScreenedReading, isConflicting: Bool, on day: ItemScreen.Day, _ screen: ItemScreen) {
        let isUsable = !isConflicting && reading.isAccepted && reading.value != nil
        if isUsable, reading.qualifier == .none, let value = reading.value, day.plain.contains(value) {
            // Nothing is near: what the general path comes to for most readings.
            threshold.addPlain(reading.start)
            switch day.nearness {
            case .told: preWarning.addPlain(reading.start)
            case .unknown: preWarning.addExcluded(1, from: reading.start, to: reading.start)
            case .untold: if preWarning.isUnderWay { preWarning.cut(at: reading.start) }
            }
        } else if screen.law != nil {
            let judged = reading.value.flatMap { value in
                day.isDecided(value, reading.qualifier) ? screen.judged(value, on: day) : nil
            }
            threshold.add(reading, judged: judged, isConflicting: isConflicting, limit: day.limit)
            if day.preWarningShare != nil || preWarning.isUnderWay {
                addPreWarning(reading, judged: judged, isConflicting: isConflicting, isUsable: isUsable, day)
            }
        }
        let mean = isUsable && reading.qualifier == .none ? reading.value : nil
        if let mean, screen.hasTrend || screen.hasChange {
            let value = mean.approximate
            trend?.add(value, dayNumber: day.number)
            change?.add(value, start: reading.start, lastOver: threshold.candidate?.lastOver)
        }
        forecast?.add(mean, start: reading.start, dayNumber: day.number, screen)
        if let mean { sliding?.add(mean, start: reading.start, dayNumber: day.number) }
    }

    /// The trend so far, of daily means or of readings: the last may be open.
    var trends: (direction: TrendFinding.Direction, episodes: [TrendEpisode])? {
        trend.map { ($0.direction, $0.episodes) } ?? sliding.map { ($0.direction, $0.episodes) }
    }

    /// Judges the day under way as a whole one, for histories that nothing follows on.
    mutating func closeTrendDay() {
        trend?.closeDay()
        sliding?.closeDay()
    }

    private mutating func addPreWarning(
        _ reading: ScreenedReading, judged: ExactDecimal?, isConflicting: Bool, isUsable: Bool, _ day: ItemScreen.Day
    ) {
        if day.preWarningShare == nil {
            preWarning.cut(at: reading.start)
            return
        }
        var near = day.limit
        var held = judged
        if isUsable, let judged, let limit = day.limit {
            if case .over = limit.judge(judged, reading.qualifier) {
                // A measured exceedance is no pre-warning any more.
                preWarning.cut(at: reading.start)
                return
            }
            (near, held) = limit.near(judged, share: day.preWarningShare)
        }
        preWarning.add(reading, judged: held, isConflicting: isConflicting, limit: near)
    }
}

extension ScreenedReading {
    /// Whether no check turned it down. Cases are matched, not compared: it is asked of every reading.
    fileprivate var isAccepted: Bool {
        switch verdict {
        case .notTested, .valid: true
        case .suspect, .invalid: false
        }
    }
}

extension OrderedReadings {
    /// The end of the readings from `row` on that are usable.
    fileprivate func usableRun(from row: Int, until end: Int) -> Int {
        var row = row
        while row < end {
            let reading = readings[row]
            guard case .none = reading.qualifier, case .some = reading.value, reading.isAccepted else { return row }
            row += 1
        }
        return row
    }

    /// The end of the readings from `row` on that are usable and of which nothing is to be said.
    fileprivate func plainRun(from row: Int, until end: Int, _ plain: PlainValues) -> Int {
        var row = row
        var range: ClosedRange<Int64>?
        var exponent = Int8.max
        while row < end {
            let reading = readings[row]
            guard case .none = reading.qualifier, let value = reading.value, reading.isAccepted else { return row }
            if value.exponent != exponent {
                exponent = value.exponent
                range = plain.range(exponent: exponent)
            }
            guard let range, range.lowerBound <= value.mantissa, value.mantissa <= range.upperBound else { return row }
            row += 1
        }
        return row
    }
}

/// Readings of a day that its mean needs.
func minimumDayCount(_ station: Station, _ rules: DetectionRules) -> Int {
    let cadence = station.cadence?.milliseconds ?? 86_400_000
    let expected = cadence > 0 ? Double(86_400_000 / cadence) : 1
    return Int((expected * rules.trend.minimumDayShare).rounded(.up))
}

extension EpisodeFinder {
    /// - Parameter judged: `nil` where there is nothing to hold against a limit; a value is then excluded, not missing.
    mutating func add(_ reading: ScreenedReading, judged: ExactDecimal?, isConflicting: Bool, limit: TargetLimit?) {
        add(
            start: reading.start, received: reading.value,
            judged: reading.value == nil ? nil : judged ?? .zero, qualifier: reading.qualifier,
            verdict: reading.verdict, isConflicting: isConflicting, limit: judged == nil ? nil : limit)
    }
}

extension TargetLimit {
    /// The limit at which a value is near this one, and what is held against it, exact: beyond `share` of an upper
    /// limit; for a lower one the value's share below the limit. A range has no share, nor has a product of too many
    /// digits.
    fileprivate func near(
        _ judged: ExactDecimal, share: ExactDecimal?
    ) -> (limit: TargetLimit?, judged: ExactDecimal?) {
        guard let share else { return (nil, judged) }
        switch self {
        case .maximum(let limit): return (limit.times(share).map { .maximum($0) }, judged)
        case .minimum: return judged.times(share).map { (self, $0) } ?? (nil, judged)
        case .range: return (nil, judged)
        }
    }
}

extension ExactDecimal {
    /// The exact product, `nil` when it has too many digits.
    func times(_ other: ExactDecimal) -> ExactDecimal? {
        let (product, overflows) = mantissa.multipliedReportingOverflow(by: other.mantissa)
        let power = Int(exponent) + Int(other.exponent)
        guard !overflows, product.magnitude < 1_000_000_000_000_000_000, Self.exponentRange.contains(power) else {
            return nil
        }
        return ExactDecimal(mantissa: product, exponent: Int8(power))
    }
}
