// A run of windows that show a slow drift, and when a window shows one.

internal import Monitoring

/// A run of windows that show a trend.
struct TrendEpisode: Hashable {
    /// The last day of the first window that showed it, and the first day from which none did.
    let startDay: Int
    /// Days that showed it; before `TrendRule.holdOnDays` in a row it is only a candidate.
    var shownDays = 0
    var endDay: Int?
    /// The latest window that showed it.
    var lastDay: Int
    var dayCount: Int
    var test: TrendTest
}

func shows(_ direction: TrendFinding.Direction, _ test: TrendTest, _ rule: TrendRule) -> Bool {
    let least = rule.relativeSlopePerYear * test.median.magnitude
    guard test.probability <= rule.significance, test.median != 0 else { return false }
    return direction == .rising ? test.slopePerYear >= least : test.slopePerYear <= -least
}
