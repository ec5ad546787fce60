// The numbers detection works with, each named and with its reason; a deployer may set others.

package import Monitoring
package import Statistics

/// When readings over a limit become an episode, and when an episode is over.
package struct EpisodeRule: Hashable, Sendable {
    /// Readings over the limit in a row that start an episode: one reading alone may be a spike.
    package var holdOn: Int
    /// Readings within the limit in a row that end it: flutter around the limit is one episode.
    package var holdOff: Int

    /// - Precondition: both are at least 1.
    package init(holdOn: Int = 2, holdOff: Int = 3) {
        precondition(holdOn >= 1 && holdOff >= 1, "An episode starts and ends with at least one reading.")
        self.holdOn = holdOn
        self.holdOff = holdOff
    }
}

/// When daily means are called rising or falling.
package struct TrendRule: Hashable, Sendable {
    /// Length of the sliding window in days: two months show a drift before a monthly mean does.
    package var windowDays = 60
    /// Days with a mean that a window needs, half of it: fewer say more of the gaps than of the water.
    package var minimumDays = 30
    /// The largest two-sided p: the customary 0.05.
    package var significance = 0.05
    /// The least Sen slope a year as a share of the window's median: at 1 the level would double within a year. Our
    /// default, no law; chosen high so that a season is less likely to be called a trend.
    package var relativeSlopePerYear = 1.0
    /// Days in a row with a trend that start one: windows that overlap by all but a day err together.
    package var holdOnDays = 7
    /// Days in a row without a trend that end one, so that p around 0.05 is one finding.
    package var holdOffDays = 7
    /// Share of a day's expected readings that a daily mean needs (at a 4 h cadence 4 of 6); our default, no law.
    package var minimumDayShare = 0.6

    package init() {}
}

/// A series whose trend is looked for in a sliding window of its readings, in place of one of daily means.
package struct SlidingTrendEntry: Hashable, Sendable {
    package let parameter: ParameterID
    /// In id order; empty: all stations that measure it for a section.
    package let stations: [StationID]
    /// Readings of the window.
    package let window: Int

    /// Fewer say little, and of more a state is slow to read: each commit reads one.
    package static let windowRange = 30...4_000
    /// Of minutes a thousand are less than a day, and say nothing of a trend.
    package static let shortestCadence = Duration64.hours(1)

    package init(parameter: ParameterID, stations: [StationID], window: Int) {
        precondition(Self.windowRange.contains(window), "A window holds 30 to 4,000 readings.")
        self.parameter = parameter
        self.stations = stations.sorted()
        self.window = window
    }

    /// Whether the readings of a station are looked at in this way.
    package func applies(to station: Station) -> Bool {
        guard let cadence = station.cadence, cadence >= Self.shortestCadence else { return false }
        return stations.isEmpty || stations.contains(station.id)
    }
}

/// When a station is called silent.
package struct SilenceRule: Hashable, Sendable {
    /// Cadences without any row: at three a late batch and a missed one are no longer the likely reason.
    package var cadences = 3

    package init() {}
}

/// All rules of one detection.
package struct DetectionRules: Hashable, Sendable {
    package var episode = EpisodeRule()
    package var trend = TrendRule()
    package var silence = SilenceRule()
    /// Series with a sliding trend; none unless a deployer names them.
    package var slidingTrends: [SlidingTrendEntry] = []
    package var change = ChangeRule.forAlerts
    /// The items of a section's class that are judged reading by reading.
    ///
    /// Source: the five items of 5+X, 环办监测函〔2020〕714号.
    package var waterItems = ["ph", "do", "codmn", "nh3n", "tp"].map { ParameterID($0) }
    /// Items whose rise is worth an alert; temperature, pH and oxygen go with the season.
    package var trendItems = ["codmn", "nh3n", "tp"].map { ParameterID($0) }
    /// Items whose change of level is an alert: where a new discharge or a faulty instrument shows before any limit is
    /// reached. Temperature and oxygen go with the weather; the others have limits, trends and forecasts.
    package var changeItems = ["ph", "ec", "turb"].map { ParameterID($0) }
    /// The window of a sliding trend, `nil` where none is asked for; an entry that names the station goes first.
    package func slidingWindow(of parameter: ParameterID, at station: Station) -> Int? {
        let own = slidingTrends.filter { $0.parameter == parameter && $0.applies(to: station) }
        return (own.first { !$0.stations.isEmpty } ?? own.first)?.window
    }

    /// The zone that days and targets are cut in.
    package var offset = UTCOffset.china

    package init() {}
}
