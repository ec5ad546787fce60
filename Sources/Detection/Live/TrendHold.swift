// When days that show a trend become one, and when it is over: the same for a window of days and one of readings.

internal import Monitoring

/// The trend under way and those that are over; days are taken in time order.
struct TrendHold: Sendable {
    private(set) var open: TrendEpisode?
    private var quietDays = 0
    private var firstQuietDay = 0
    private var closed: [TrendEpisode] = []

    init() {}

    /// - Parameter test: what the window that ended with `day` came to.
    mutating func take(_ test: TrendTest?, shows: Bool, on day: Int, dayCount: Int, _ rule: TrendRule) {
        if let test, shows {
            if open == nil {
                open = TrendEpisode(startDay: day, endDay: nil, lastDay: day, dayCount: dayCount, test: test)
            }
            open?.shownDays += 1
            open?.lastDay = day
            open?.dayCount = dayCount
            open?.test = test
            quietDays = 0
        } else if open != nil {
            countQuietDay(day, rule)
        }
    }

    private mutating func countQuietDay(_ day: Int, _ rule: TrendRule) {
        guard var episode = open else { return }
        if episode.shownDays < rule.holdOnDays {
            open = nil
            return
        }
        if quietDays == 0 { firstQuietDay = day }
        quietDays += 1
        guard quietDays >= rule.holdOffDays else { return }
        episode.endDay = firstQuietDay
        closed.append(episode)
        open = nil
        quietDays = 0
    }

    /// The episodes so far in time order; the last may be open.
    func episodes(_ rule: TrendRule) -> [TrendEpisode] {
        guard let open, open.shownDays >= rule.holdOnDays else { return closed }
        return closed + [open]
    }
}

extension TrendHold {
    /// What is under way; trends that are over are not part of the state.
    func write(to state: inout StateWriter) {
        state.write(quietDays)
        state.write(quietDays > 0 ? firstQuietDay : 0)
        state.write(open) { state, episode in
            state.write(episode.startDay)
            state.write(episode.shownDays)
            state.write(episode.lastDay)
            state.write(episode.dayCount)
            state.write(episode.test.probability)
            state.write(episode.test.slopePerYear)
            state.write(episode.test.median)
        }
    }

    init(from state: inout StateReader, _ rule: TrendRule) throws(StateProblem) {
        quietDays = try state.count()
        firstQuietDay = try state.integer()
        guard quietDays < rule.holdOffDays else { throw state.problem }
        if try state.flag() { open = try TrendEpisode(from: &state) }
    }
}

extension TrendEpisode {
    fileprivate init(from state: inout StateReader) throws(StateProblem) {
        let startDay = try state.integer()
        let shownDays = try state.count()
        let lastDay = try state.integer()
        let dayCount = try state.count()
        let test = TrendTest(
            probability: try state.double(), slopePerYear: try state.double(), median: try state.double())
        guard startDay <= lastDay, startDay.magnitude < 1 << 32, lastDay.magnitude < 1 << 32, shownDays > 0 else {
            throw state.problem
        }
        self.init(
            startDay: startDay, shownDays: shownDays, endDay: nil, lastDay: lastDay, dayCount: dayCount, test: test)
    }
}
