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
        if case .water(let item, _)? = screen.law, item.direction != .range,
            let cadence = screen.station.cadence, cadence > .zero
        {
            forecast = MonthFollower(cadence: cadence, offset: rules.offset)
        }
        if screen.hasChange, let cadence = screen.station.cadence, cadence > .zero {
            change = ChangeFollower(grid: ChangeGrid(cadence: cadence, offset: rules.offset), rule: rules.change)
        }
    }

    mutating func add(_ reading: ScreenedReading, isConflicting: Bool, on day: ItemScreen.Day, _ screen: ItemScreen) {
        let isUsable =
            !isConflicting && reading.verdict != .suspect && reading.verdict != .invalid && reading.value != nil
        if isUsable, reading.qualifier == .none, let value = reading.value, day.plain.contains(value) {
            // Nothing is near: what the general path comes to for most readings.
            threshold.addPlain(reading.start)
            if day.preWarningShare != nil {
                preWarning.addPlain(reading.start)
            } else if preWarning.isUnderWay {
                preWarning.cut(at: reading.start)
            }
        } else if screen.law != nil {
            let judged = reading.value.map { screen.judged($0, on: day) }
            threshold.add(reading, judged: judged ?? nil, isConflicting: isConflicting, limit: day.limit)
            if day.preWarningShare != nil || preWarning.isUnderWay {
                addPreWarning(reading, judged: judged ?? nil, isConflicting: isConflicting, isUsable: isUsable, day)
            }
        }
        let mean = isUsable && reading.qualifier == .none ? reading.value : nil
        if let mean, screen.hasTrend || screen.hasChange {
            let value = mean.approximate
            trend?.add(value, dayNumber: day.number)
            change?.add(value, start: reading.start, lastOver: threshold.candidate?.lastOver)
        }
        forecast?.add(mean, start: reading.start, dayNumber: day.number, screen)
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
