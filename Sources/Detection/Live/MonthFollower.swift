// The running mean of a month against its target: what the rest of the month may bring, told at the end of each day.

package import Exact
internal import Monitoring

/// A month whose target is, or was, in danger.
struct MonthForecast: Hashable {
    /// The first moment after the day at whose end the danger was first told.
    let start: Instant
    var end: Instant?
    let month: Interval
    /// The first moment after the last day that told of it.
    var evaluatedAt: Instant
    var outlook: MonthOutlook
    var limit: TargetLimit
    var share: ExactDecimal?
}

/// What is known of a month's mean at the end of one of its days, exact.
package struct MonthOutlook: Hashable, Sendable {
    /// Readings in the mean so far.
    package let count: Int
    package let mean: Fraction
    /// Readings that the cadence still brings.
    package let remaining: Int

    package init(count: Int, mean: Fraction, remaining: Int) {
        self.count = count
        self.mean = mean
        self.remaining = remaining
    }

    /// The mean of the remaining readings at which the month's mean is the limit: (L (n + r) − n m) / r.
    ///
    /// - Precondition: readings remain.
    package func remainingMean(keeping limit: ExactDecimal) -> Fraction {
        let bound = Fraction(limit)
        return bound + Fraction(count) * (bound - mean) / Fraction(remaining)
    }

    /// Whether the target is in danger: the rest must stay below `share` of an upper limit (of a lower one: above the
    /// limit divided by `share`), or no concentration is low enough any more.
    ///
    /// Nothing bounds oxygen from above, so without a share a lower limit is never said to be in danger.
    package func isInDanger(_ limit: TargetLimit, share: ExactDecimal?) -> Bool {
        guard remaining > 0, count > 0 else { return false }
        switch limit {
        case .maximum(let bound):
            let rest = remainingMean(keeping: bound)
            return rest < .zero || share.map { rest < Fraction($0) * Fraction(bound) } ?? false
        case .minimum(let bound):
            return share.map { remainingMean(keeping: bound) * Fraction($0) > Fraction(bound) } ?? false
        case .range: return false
        }
    }
}

/// Follows the months of one series; readings are added in time order.
///
/// pH takes no part: the mean of a month is taken over hydrogen ions, and its range has two ends. Censored, suspect,
/// invalid and contested readings are in no mean.
struct MonthFollower: Sendable {
    /// The limit on a civil day, and the share of it that is told of.
    typealias Target = (limit: TargetLimit, share: ExactDecimal?)

    private let cadence: Duration64
    private let offset: UTCOffset
    private var month: Interval?
    private var sum = RunningSum()
    private var count = 0
    /// The day under way and its last row.
    private var day = Int.min
    private var latest: Instant?
    private(set) var open: MonthForecast?
    private var closed: [MonthForecast] = []

    /// - Precondition: the cadence is positive.
    init(cadence: Duration64, offset: UTCOffset) {
        precondition(cadence > .zero, "A month's readings are counted by a cadence.")
        self.cadence = cadence
        self.offset = offset
    }

    /// - Parameter value: `nil` where the row has no value that a mean may take.
    mutating func add(_ value: ExactDecimal?, start: Instant, dayNumber: Int, _ screen: ItemScreen) {
        if dayNumber != day {
            closeDay { screen.monthTarget(on: $0) }
            if month.map({ !$0.contains(start) }) ?? true { beginMonth(holding: dayNumber) }
            day = dayNumber
        }
        latest = start
        guard let value else { return }
        sum.add(value)
        count += 1
    }

    /// Adds readings of one day that all have a value a mean may take.
    mutating func add(_ readings: [ScreenedReading], _ rows: Range<Int>, dayNumber: Int, _ screen: ItemScreen) {
        for row in rows {
            // The first brings the day; what follows it is of the same one.
            if dayNumber != day || row == rows.upperBound - 1 {
                add(readings[row].value, start: readings[row].start, dayNumber: dayNumber, screen)
            } else if let value = readings[row].value {
                sum.add(value)
                count += 1
            }
        }
    }

    private mutating func beginMonth(holding dayNumber: Int) {
        if var forecast = open {
            forecast.end = forecast.end ?? forecast.month.end
            closed.append(forecast)
        }
        open = nil
        month = Self.month(holding: dayNumber, offset: offset)
        sum = RunningSum()
        count = 0
    }

    static func month(holding dayNumber: Int, offset: UTCOffset) -> Interval {
        let date = CivilDate(dayNumber: dayNumber)
        let first = date.advanced(byDays: 1 - date.day)
        return Interval(
            start: first.start(at: offset),
            end: first.advanced(byDays: CivilDate.dayCount(year: date.year, month: date.month)).start(at: offset))
    }

    /// Looks at the month after the last row of a day.
    private mutating func closeDay(target: (Int) -> Target?) {
        guard let month, let latest, count > 0, let target = target(day) else { return }
        let left = month.end.duration(since: latest).milliseconds - 1
        let outlook = MonthOutlook(
            count: count, mean: sum.total / Fraction(count), remaining: Int(left / cadence.milliseconds))
        let evaluatedAt = CivilDate(dayNumber: day + 1).start(at: offset)
        if outlook.isInDanger(target.limit, share: target.share) {
            var forecast =
                open
                ?? MonthForecast(
                    start: evaluatedAt, end: nil, month: month, evaluatedAt: evaluatedAt, outlook: outlook,
                    limit: target.limit, share: target.share)
            forecast.end = nil
            forecast.evaluatedAt = evaluatedAt
            forecast.outlook = outlook
            forecast.limit = target.limit
            forecast.share = target.share
            open = forecast
        } else if outlook.remaining > 0, open?.end == nil {
            open?.end = evaluatedAt
        }
    }

    /// The day that was not looked at yet; `nil` before the first row.
    var dayUnderWay: Int? { latest == nil ? nil : day }

    /// The forecasts so far in time order; the last may be of the month under way.
    var forecasts: [MonthForecast] { open.map { closed + [$0] } ?? closed }
}

/// A sum of decimals, exact; in one integer as long as it holds them.
struct RunningSum: Hashable, Sendable {
    private(set) var mantissa: Int64 = 0
    private(set) var exponent: Int8 = 0
    private(set) var rest = Fraction.zero

    init() {}

    mutating func add(_ value: ExactDecimal) {
        if value.exponent == exponent {
            let (sum, overflows) = mantissa.addingReportingOverflow(value.mantissa)
            if !overflows {
                mantissa = sum
                return
            }
        }
        if align(value) { return }
        // Too many digits: what was summed stays exact beside it.
        rest += Fraction(ExactDecimal(mantissa: mantissa, exponent: exponent))
        mantissa = value.mantissa
        exponent = value.exponent
    }

    /// Adds a value of another number of decimals, where one integer holds both.
    private mutating func align(_ value: ExactDecimal) -> Bool {
        let gap = Int(exponent) - Int(value.exponent)
        guard abs(gap) <= 9 else { return false }
        let scale = (0..<abs(gap)).reduce(Int64(1)) { scale, _ in scale * 10 }
        let (own, ownOverflows) = mantissa.multipliedReportingOverflow(by: gap > 0 ? scale : 1)
        let (other, otherOverflows) = value.mantissa.multipliedReportingOverflow(by: gap > 0 ? 1 : scale)
        let (sum, overflows) = own.addingReportingOverflow(other)
        if ownOverflows || otherOverflows || overflows { return false }
        mantissa = sum
        exponent = min(exponent, value.exponent)
        return true
    }

    var total: Fraction { rest + Fraction(ExactDecimal(mantissa: mantissa, exponent: exponent)) }
}

extension MonthFollower {
    func write(to state: inout StateWriter) {
        state.write(latest)
        guard latest != nil else { return }
        state.write(day)
        state.write(count)
        // The total alone: however it was added up, the state is the same.
        state.write(sum.total)
        state.write(open) { state, forecast in
            state.write(forecast.start)
            state.write(forecast.end)
            state.write(forecast.evaluatedAt)
            state.write(forecast.outlook.count)
            state.write(forecast.outlook.mean)
            state.write(forecast.outlook.remaining)
            forecast.limit.write(to: &state)
            state.write(forecast.share) { $0.write($1) }
        }
    }

    /// Takes over the state written by a follower with the same cadence and zone.
    mutating func read(from state: inout StateReader) throws(StateProblem) {
        latest = try state.optionalInstant()
        guard let latest else { return }
        day = try state.integer()
        guard day == latest.dayNumber(at: offset), latest.isInCalendar else { throw state.problem }
        let month = Self.month(holding: day, offset: offset)
        self.month = month
        count = try state.count()
        sum = RunningSum(total: try state.fraction())
        if try state.flag() { open = try MonthForecast(from: &state, month: month) }
    }
}

extension RunningSum {
    fileprivate init(total: Fraction) { rest = total }
}

extension MonthForecast {
    fileprivate init(from state: inout StateReader, month: Interval) throws(StateProblem) {
        start = try state.instant()
        end = try state.optionalInstant()
        self.month = month
        evaluatedAt = try state.instant()
        outlook = MonthOutlook(
            count: try state.count(), mean: try state.fraction(), remaining: try state.count())
        limit = try TargetLimit(from: &state)
        share = try state.flag() ? try state.decimal() : nil
        guard month.start < start, start <= evaluatedAt, evaluatedAt <= month.end, outlook.remaining > 0 else {
            throw state.problem
        }
    }
}
