// The findings of a section from its whole history at once: the twin of the detectors that go on from a state.

internal import Exact
package import Monitoring
package import Standards
internal import Statistics

/// Looks through all readings of a river section's stations.
///
/// The class of a single reading is real-time and unreviewed (实时·未经审核): a finding says that readings left the
/// target, never that a period did not meet it.
///
/// - Parameters:
///   - stationSeries: the whole history, in any order; the same readings in any order give the same findings.
///   - now: the clock by which stations are silent; `nil`: each station's newest reading.
/// - Returns: findings in the order of their identities, and what was examined.
package func findings(
    section: Section, stationSeries: [StationReadings], standard: SurfaceWaterStandard, rules: DetectionRules,
    now: Instant?
) -> SectionFindings {
    findings(stationSeries, of: section, now: now) { .water(section, $0, standard: standard, rules: rules) }
}

/// Looks through the hourly readings of an air section's stations.
///
/// - Parameter edition: the edition at an instant (`AirEdition.at` with the station's region and the registry).
/// - Returns: findings in the order of their identities, and what was examined.
package func findings(
    section: Section, stationSeries: [StationReadings], edition: @escaping AirEditionChoice, rules: DetectionRules,
    now: Instant?
) -> SectionFindings {
    findings(stationSeries, of: section, now: now) { .air(section, $0, edition: edition, rules: rules) }
}

private func findings(
    _ stationSeries: [StationReadings], of section: Section, now: Instant?, screen: (Station) -> StationScreen
) -> SectionFindings {
    var result = SectionFindings()
    for station in stationSeries where section.stations.contains(station.station.id) {
        let screen = screen(station.station)
        for item in screen.items {
            guard let readings = station.readings[item.parameter] else { continue }
            item.addFindings(OrderedReadings(readings), to: &result)
        }
        addSilences(section, station, rules: screen.rules, now: now, to: &result)
    }
    result.findings.sort { $0.id < $1.id }
    return result
}

extension ItemScreen {
    fileprivate func addFindings(_ series: OrderedReadings, to result: inout SectionFindings) {
        guard let first = series.readings.first?.start, let last = series.readings.last?.start else { return }
        // The finders themselves are a state machine without a shorter form; what is proved is their going on.
        var detectors = ItemDetectors(self)
        for reading in series.readings {
            detectors.add(
                reading, isConflicting: series.conflicting.contains(reading.start),
                on: day(reading.start.dayNumber(at: rules.offset)), self)
        }
        var found: [FindingID.Kind: [Finding]] = [:]
        if law != nil {
            found[.threshold] = detectors.threshold.episodes.compactMap { finding($0) }
            found[.preWarning] = detectors.preWarning.episodes.compactMap { preWarning($0) }
        }
        if hasTrend {
            let daily = DailyMeans(
                series, offset: rules.offset, minimumCount: minimumDayCount(station, rules))
            found[.trend] = trendEpisodesReference(daily, .rising, rule: rules.trend).map { finding($0, .rising) }
        }
        if let slidingWindow {
            found[.trend] = slidingTrends(series, slidingWindow).map { finding($0, .rising) }
        }
        if let change = detectors.change {
            found[.change] = change.episodes.map { finding($0, change.state.grid) }
        }
        if detectors.forecast != nil { found[.forecast] = monthForecasts(series).map { finding($0) } }
        for (kind, findings) in found {
            result.examined.append(
                ExaminedSeries(
                    kind: kind, section: section.id, station: station.id, parameter: parameter,
                    span: Interval(
                        start: kind == .trend || kind == .change
                            ? CivilDate(dayNumber: first.dayNumber(at: rules.offset)).start(at: rules.offset) : first,
                        end: last)))
            result.findings += findings
        }
    }

    /// As the rule is written: after each day with a usable reading, the test of the window's readings anew.
    private func slidingTrends(_ series: OrderedReadings, _ window: Int) -> [TrendEpisode] {
        let usable = series.readings.filter { isInMean($0, series) }
        var hold = TrendHold()
        for (place, reading) in usable.enumerated() {
            let day = reading.start.dayNumber(at: rules.offset)
            let isLastOfDay = place + 1 == usable.count || usable[place + 1].start.dayNumber(at: rules.offset) != day
            guard isLastOfDay, place + 1 >= window else { continue }
            let held = usable[(place + 1 - window)...place]
            let values = held.compactMap { $0.value?.approximate }
            guard let test = mannKendall(values) else { continue }
            var found = TrendTest(probability: test.p, slopePerYear: 0, median: 0)
            let times = held.map { Double($0.start.milliseconds) / 86_400_000 }
            if test.p <= rules.trend.significance, test.s > 0, let slope = senSlope(values, times: times),
                let middle = median(values)
            {
                found = TrendTest(probability: test.p, slopePerYear: slope.slope * 365.25, median: middle)
            }
            hold.take(
                found, shows: shows(.rising, found, rules.trend), on: day,
                dayCount: Set(held.map { $0.start.dayNumber(at: rules.offset) }).count, rules.trend)
        }
        return hold.episodes(rules.trend)
    }

    /// As the rule is written: at the end of each day that is followed by another, the mean of the month so far.
    private func monthForecasts(_ series: OrderedReadings) -> [MonthForecast] {
        guard let cadence = station.cadence, let lastDay = series.readings.last?.start.dayNumber(at: rules.offset)
        else { return [] }
        var forecasts: [MonthForecast] = []
        let days = Dictionary(grouping: series.readings) { $0.start.dayNumber(at: rules.offset) }
        for day in days.keys.sorted() {
            let month = MonthFollower.month(holding: day, offset: rules.offset)
            if var last = forecasts.last, last.month != month {
                last.end = last.end ?? last.month.end
                forecasts[forecasts.count - 1] = last
            }
            guard day < lastDay, let target = monthTarget(on: day), let latest = days[day]?.last?.start else {
                continue
            }
            let values = days.keys.sorted().filter { $0 <= day }.flatMap { days[$0] ?? [] }
                .filter { month.contains($0.start) && isInMean($0, series) }.compactMap(\.value)
            if values.isEmpty { continue }
            let outlook = MonthOutlook(
                count: values.count,
                mean: values.reduce(Fraction.zero) { $0 + Fraction($1) } / Fraction(values.count),
                remaining: Int((month.end.duration(since: latest).milliseconds - 1) / cadence.milliseconds))
            let evaluatedAt = CivilDate(dayNumber: day + 1).start(at: rules.offset)
            let known = forecasts.last.flatMap { $0.month == month ? $0 : nil }
            if outlook.isInDanger(target.limit, share: target.share) {
                if known != nil { forecasts.removeLast() }
                forecasts.append(
                    MonthForecast(
                        start: known?.start ?? evaluatedAt, end: nil, month: month, evaluatedAt: evaluatedAt,
                        outlook: outlook, limit: target.limit, share: target.share))
            } else if outlook.remaining > 0, let known, known.end == nil {
                forecasts[forecasts.count - 1].end = evaluatedAt
            }
        }
        return forecasts
    }

    private func isInMean(_ reading: ScreenedReading, _ series: OrderedReadings) -> Bool {
        reading.value != nil && reading.qualifier == .none && reading.verdict != .suspect
            && reading.verdict != .invalid && !series.conflicting.contains(reading.start)
    }
}

private func addSilences(
    _ section: Section, _ station: StationReadings, rules: DetectionRules, now: Instant?,
    to result: inout SectionFindings
) {
    guard let cadence = station.station.cadence else { return }
    let heard = station.readings.values.flatMap { $0.map(\.start) }
    guard let first = heard.min(), let now = now ?? heard.max(), first <= now else { return }
    result.examined.append(
        ExaminedSeries(
            kind: .silence, section: section.id, station: station.station.id, parameter: nil,
            span: Interval(start: first, end: now)))
    let silences = SilenceDetector.silences(heard: heard, cadence: cadence, rule: rules.silence, now: now)
    for silence in silences {
        let id = FindingID(
            kind: .silence, section: section.id, station: station.station.id, parameter: nil, start: silence.start)
        let detail = SilenceFinding(lastHeard: silence.lastHeard, cadence: cadence)
        result.findings.append(Finding(id: id, end: silence.end, detail: .silence(detail)))
    }
}
