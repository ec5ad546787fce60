// The trend detector reading by reading: the window of daily means, the day under way and the trend that lasts.

internal import Monitoring

/// Follows the daily means of one series; readings are added in time order.
///
/// Days are closed by the first usable reading of a later day. What is carried fits one window, however long the
/// history is.
///
/// - Reference: `DailyMeans` and `trendEpisodesReference(_:_:rule:)`; the same episodes, bit for bit.
struct TrendFollower: Sendable {
    let direction: TrendFinding.Direction
    private let rule: TrendRule
    private let offset: UTCOffset
    private let minimumCount: Int
    /// The days of the window that ended last, and their means.
    private var days: [Int] = []
    private var means: [Double] = []
    /// The day under way.
    private var day = Int.min
    private var sum = 0.0
    private var count = 0
    private var hold = TrendHold()

    /// - Parameter minimumCount: readings a day needs, at least 1.
    init(_ direction: TrendFinding.Direction, rule: TrendRule, offset: UTCOffset, minimumCount: Int) {
        self.direction = direction
        self.rule = rule
        self.offset = offset
        self.minimumCount = max(1, minimumCount)
    }

    /// - Precondition: the reading is usable for a mean, and its day is not before the one of the reading before.
    mutating func add(_ value: Double, dayNumber: Int) {
        if dayNumber != day {
            closeDay()
            day = dayNumber
            sum = 0
            count = 0
        }
        sum += value
        count += 1
    }

    /// Takes the mean of the day under way into the window, where it has enough readings.
    mutating func closeDay() {
        guard count >= minimumCount else { return }
        let expired = days.prefix { $0 <= day - rule.windowDays }.count
        days.removeFirst(expired)
        means.removeFirst(expired)
        days.append(day)
        means.append(sum / Double(count))
        count = 0
        testWindow()
    }

    private mutating func testWindow() {
        guard days.count >= rule.minimumDays else { return }
        let test = TrendTest(days: days[...], means: means[...], significance: rule.significance)
        hold.take(
            test, shows: test.map { shows(direction, $0, rule) } ?? false, on: day, dayCount: days.count, rule)
    }

    /// The day whose mean no window has yet; `nil` when no reading of it came.
    var dayUnderWay: Int? { count > 0 ? day : nil }

    /// The episodes so far in time order; the last may be open.
    var episodes: [TrendEpisode] { hold.episodes(rule) }
    var open: TrendEpisode? { hold.open }
}

extension TrendFollower {
    /// What is under way; trends that are over are not part of the state.
    func write(to state: inout StateWriter) {
        state.write(days.count)
        for (day, mean) in zip(days, means) {
            state.write(day)
            state.write(mean)
        }
        state.write(count)
        // Before the first reading there is no day.
        if count > 0 {
            state.write(day)
            state.write(sum)
        }
        hold.write(to: &state)
    }

    /// Takes over the state written by a follower with the same rule.
    mutating func read(from state: inout StateReader) throws(StateProblem) {
        let dayCount = try state.count()
        guard dayCount <= rule.windowDays else { throw state.problem }
        for _ in 0..<dayCount {
            let next = try state.integer()
            guard days.last.map({ $0 < next }) ?? true, next.magnitude < 1 << 32 else { throw state.problem }
            days.append(next)
            means.append(try state.double())
        }
        count = try state.count()
        if count > 0 {
            day = try state.integer()
            sum = try state.double()
            guard day.magnitude < 1 << 32, days.last.map({ $0 < day }) ?? true else { throw state.problem }
        } else {
            day = days.last ?? .min
        }
        hold = try TrendHold(from: &state, rule)
    }
}
