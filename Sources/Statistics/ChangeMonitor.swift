// A series watched for changes of level: it learns from its own history, then judges each reading as it comes.

/// The state of one watched series: bounded, encodable, and the same bits after any restart or replay.
///
/// Readings come on a grid: reading number `n` belongs to day n / `slots`, and to place n % `slots` in it. Each is held
/// against a baseline (daily profile and a robust line through the latest days); what remains goes to a chart whose
/// threshold was calibrated on the series itself. After a detection the series settles for some days, and either the
/// new level becomes the baseline or it came back.
package struct ChangeMonitor: Sendable {
    package let rule: ChangeRule
    /// Readings a day.
    package let slots: Int
    var phase: Phase
    /// The newest reading; `nil` before the first.
    package internal(set) var newest: Int?
    /// Readings that were not after the newest and were left out.
    package internal(set) var lateCount = 0

    enum Phase: Sendable {
        case learning(LearningWindow)
        case watching(ChangeWatch)
    }

    /// - Precondition: `slots` is 1 … 1,440: a day of minutes at the most.
    package init(rule: ChangeRule, slots: Int) {
        precondition((1...monitorSlotsLimit).contains(slots), "A day has 1 to 1,440 readings.")
        rule.check()
        self.rule = rule
        self.slots = slots
        phase = .learning(LearningWindow())
    }

    /// Whether readings are judged, or why not.
    package var unwatchedReason: UnwatchedReason? {
        switch phase {
        case .learning(let window): window.reason
        case .watching(let watch): watch.line.map { $0.count >= rule.baselineMinimum } ?? false ? nil : .noBaseline
        }
    }

    /// The calibration while the series is watched.
    package var calibration: ChangeCalibration? {
        if case .watching(let watch) = phase { watch.calibration } else { nil }
    }

    /// The change that is settling.
    package var openChange: LevelChange? {
        if case .watching(let watch) = phase { watch.open } else { nil }
    }

    /// The first reading that a change told of later may begin with; `nil` where it begins with a reading to come.
    package var earliestBeginning: Int? {
        guard case .watching(let watch) = phase else { return nil }
        let (rise, fall) = watch.chart.statistics(rule: rule)
        return [watch.open?.start, rise > 0 ? watch.riseStart : nil, fall > 0 ? watch.fallStart : nil]
            .compactMap(\.self).min()
    }

    /// Adds one reading. One that is not finite, or not after the newest, changes nothing.
    ///
    /// - Complexity: O(1), once a day O(d² + slots) for d baseline days, once a training the bootstrap.
    package mutating func add(_ value: Double, at number: Int) -> [ChangeEvent] {
        guard value.isFinite else { return [] }
        if let newest, number <= newest {
            lateCount += 1
            return []
        }
        let silence = newest.map { floorDivided(number, slots) - floorDivided($0, slots) } ?? 0
        newest = number
        var events: [ChangeEvent] = []
        switch phase {
        case .learning(var window):
            // Taken out of the phase first, so that its readings are not copied.
            phase = .learning(LearningWindow())
            if let calibration = window.add(value, at: number, slots: slots, rule: rule) {
                let day = window.firstDay + rule.trainingDays
                var watch = ChangeWatch(calibration, day: day, slots: slots, rule: rule)
                watch.add(value, at: number, slots: slots, rule: rule, events: &events)
                phase = .watching(watch)
            } else {
                phase = .learning(window)
            }
        case .watching(var watch):
            phase = .learning(LearningWindow())
            if silence > rule.trainingDays {
                if let open = watch.open {
                    events.append(.settled(open, .lost, settled: number, size: .nan))
                }
                var window = LearningWindow()
                _ = window.add(value, at: number, slots: slots, rule: rule)
                phase = .learning(window)
            } else {
                watch.add(value, at: number, slots: slots, rule: rule, events: &events)
                phase = .watching(watch)
            }
        }
        return events
    }
}

/// The most readings a day may have.
let monitorSlotsLimit = 1_440

/// Division that rounds down, so that days before 1970 are days too.
func floorDivided(_ number: Int, _ divisor: Int) -> Int {
    let quotient = number / divisor
    return number % divisor < 0 ? quotient - 1 : quotient
}

/// The readings of the latest days, until they are enough to learn from.
struct LearningWindow: Sendable {
    var firstDay = 0
    /// Whole days from `firstDay` on, NaN where there is no reading.
    var values: [Double] = []
    var reason = UnwatchedReason.shortHistory

    /// Adds a reading, or learns when it is the first after the training; the reading is then still to be judged.
    mutating func add(_ value: Double, at number: Int, slots: Int, rule: ChangeRule) -> ChangeCalibration? {
        let day = floorDivided(number, slots)
        if values.isEmpty || day - firstDay > 2 * rule.trainingDays {
            firstDay = day
            values.removeAll(keepingCapacity: true)
        }
        if day - firstDay >= rule.trainingDays {
            let known = values + [Double](repeating: .nan, count: rule.trainingDays * slots - values.count)
            switch calibrate(known, slots: slots, rule: rule) {
            case .success(let calibration): return calibration
            case .failure(let cause): reason = cause.reason
            }
            // The oldest days make room.
            let leaving = day - firstDay - rule.trainingDays + 1
            values.removeFirst(min(leaving * slots, values.count))
            firstDay += leaving
        }
        let place = number - firstDay * slots
        if values.count <= place {
            let length = (day - firstDay + 1) * slots
            values.append(contentsOf: repeatElement(.nan, count: length - values.count))
        }
        values[place] = value
        return nil
    }
}
