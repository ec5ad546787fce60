// The trend detector over a whole history: slow, and the measure of the follower beside it.

/// The trends of one direction in one series of daily means.
///
/// Every day that has a mean closes a window; a day without one closes none, so silence neither starts nor ends a
/// trend. The result depends on the means alone.
func trendEpisodesReference(
    _ daily: DailyMeans, _ direction: TrendFinding.Direction, rule: TrendRule
) -> [TrendEpisode] {
    var episodes: [TrendEpisode] = []
    var open: TrendEpisode?
    var quietDays = 0
    var firstQuietDay = 0
    var first = 0
    for last in daily.days.indices {
        let day = daily.days[last]
        while daily.days[first] <= day - rule.windowDays { first += 1 }
        let dayCount = last - first + 1
        guard dayCount >= rule.minimumDays else { continue }
        let test = TrendTest(
            days: daily.days[first...last], means: daily.means[first...last], significance: rule.significance)
        let isTrend = test.map { shows(direction, $0, rule) } ?? false
        if isTrend, let test {
            if open == nil {
                open = TrendEpisode(startDay: day, endDay: nil, lastDay: day, dayCount: dayCount, test: test)
            }
            open?.shownDays += 1
            open?.lastDay = day
            open?.dayCount = dayCount
            open?.test = test
            quietDays = 0
        } else if var episode = open {
            if episode.shownDays < rule.holdOnDays {
                open = nil
                continue
            }
            if quietDays == 0 { firstQuietDay = day }
            quietDays += 1
            guard quietDays >= rule.holdOffDays else { continue }
            episode.endDay = firstQuietDay
            episodes.append(episode)
            open = nil
            quietDays = 0
        }
    }
    if let open, open.shownDays >= rule.holdOnDays { episodes.append(open) }
    return episodes
}
