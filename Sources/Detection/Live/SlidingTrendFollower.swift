// The sliding Mann–Kendall as a live detector: each reading brings the window's counts up to date, each day judges them.

internal import Exact
internal import Monitoring
internal import Statistics

/// Follows the newest readings of one series; readings are added in time order.
///
/// The counts of the test are whole numbers and change by the reading that comes and the one that leaves. What they come
/// to is judged with the first reading of a later day, over the window as it was: rules and hold are those of the trend of
/// daily means (`TrendRule`), so that readings that follow one another closely are not counted as days.
///
/// - Memory: 10 bytes a reading of the window (2 of them the test's) and about 400 more: 10.4 KB at a window of 1,000.
/// - Reference: `SlidingMannKendall`'s; a follower that was written and read goes on bit for bit.
struct SlidingTrendFollower: Sendable {
    let direction = TrendFinding.Direction.rising
    private let rule: TrendRule
    private let offset: UTCOffset
    private var window: SlidingMannKendall
    /// The starts of the window's readings, and of some that left it, in ms.
    private var starts: [Int64] = []
    /// The day under way, and whether a reading of it came.
    private var day = Int.min
    private var isUnderWay = false
    private var hold = TrendHold()

    /// - Precondition: `readings` is one that `SlidingTrendRule` may have.
    init(readings: Int, rule: TrendRule, offset: UTCOffset) {
        self.rule = rule
        self.offset = offset
        window = SlidingMannKendall(window: readings)
    }

    /// - Precondition: the reading is usable, and not before the one added before.
    mutating func add(_ value: ExactDecimal, start: Instant, dayNumber: Int) {
        if dayNumber != day {
            closeDay()
            day = dayNumber
        }
        guard window.add(mantissa: value.mantissa, exponent: Int(value.exponent)) else { return }
        isUnderWay = true
        if starts.count >= 2 * window.window { starts.removeFirst(starts.count - window.count + 1) }
        starts.append(start.milliseconds)
    }

    private var windowStarts: ArraySlice<Int64> { starts.suffix(window.count) }

    /// Judges the window after the last reading of the day under way; a window that is not full says nothing yet.
    mutating func closeDay() {
        guard isUnderWay else { return }
        isUnderWay = false
        guard window.count == window.window, let test = window.test else { return }
        var found = TrendTest(probability: test.p, slopePerYear: 0, median: 0)
        // Slopes cost a sort of all pairs, so they are computed only where they are asked for.
        if test.p <= rule.significance, test.s > 0 {
            var binary = BinaryValues()
            let exponent = Int8(clamping: window.valuesExponent)
            let values = window.mantissas.map { binary.number($0, exponent: exponent) }
            let days = windowStarts.map { Double($0) / 86_400_000 }
            if let slope = senSlope(values, times: days), let middle = median(values) {
                found = TrendTest(probability: test.p, slopePerYear: slope.slope * 365.25, median: middle)
            }
        }
        hold.take(found, shows: shows(direction, found, rule), on: day, dayCount: dayCount, rule)
    }

    /// Civil days from which the window has readings.
    private var dayCount: Int {
        var (count, last) = (0, Int.min)
        for start in windowStarts {
            let number = Instant(milliseconds: start).dayNumber(at: offset)
            if number != last { count += 1 }
            last = number
        }
        return count
    }

    /// The day that no judgement has yet; `nil` when no reading of it came.
    var dayUnderWay: Int? { isUnderWay ? day : nil }
    var open: TrendEpisode? { hold.open }
    /// The episodes so far in time order; the last may be open.
    var episodes: [TrendEpisode] { hold.episodes(rule) }
}

extension SlidingTrendFollower {
    func write(to state: inout StateWriter) {
        state.write(window.encoded())
        var last: Int64 = 0
        for start in windowStarts {
            state.write(start - last)
            last = start
        }
        state.write(isUnderWay)
        if isUnderWay { state.write(day) }
        hold.write(to: &state)
    }

    /// Takes over the state written by a follower with the same rule and window.
    mutating func read(from state: inout StateReader) throws(StateProblem) {
        let length = try state.count()
        guard length <= 32 + 10 * window.window,
            let decoded = SlidingMannKendall(try state.take(length)), decoded.window == window.window
        else { throw state.problem }
        window = decoded
        var last: Int64 = 0
        for place in 0..<window.count {
            let (start, overflows) = last.addingReportingOverflow(try state.signed())
            guard !overflows, place == 0 || start > last, Instant(milliseconds: start).isInCalendar else {
                throw state.problem
            }
            starts.append(start)
            last = start
        }
        isUnderWay = try state.flag()
        day =
            isUnderWay
            ? try state.integer() : starts.last.map { Instant(milliseconds: $0).dayNumber(at: offset) } ?? .min
        guard !isUnderWay || starts.last.map({ Instant(milliseconds: $0).dayNumber(at: offset) == day }) ?? false else {
            throw state.problem
        }
        hold = try TrendHold(from: &state, rule)
    }
}
