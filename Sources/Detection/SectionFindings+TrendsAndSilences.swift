// What water and air sections have in common: trends, silences, the multiple, and the note of what was examined.

internal import Exact
internal import Monitoring

/// (C − S) / S at the peak, exact.
///
/// Source: 环办〔2011〕22号, exceedance multiple (超标倍数); not for temperature, pH and dissolved oxygen.
func exceedanceMultiple(_ peak: ThresholdEpisode.Peak) -> Fraction? {
    guard case .maximum(let limit) = peak.limit, limit > .zero else { return nil }
    return peak.excess / Fraction(limit)
}

func addTrends(
    _ series: OrderedReadings, _ section: Section, _ station: Station, _ parameter: ParameterID, unit: String,
    rules: DetectionRules, to result: inout SectionFindings
) {
    let cadence = station.cadence?.milliseconds ?? 86_400_000
    let expected = cadence > 0 ? Double(86_400_000 / cadence) : 1
    let minimumCount = Int((expected * rules.trend.minimumDayShare).rounded(.up))
    let daily = DailyMeans(series, offset: rules.offset, minimumCount: minimumCount)
    result.note(.trend, section, station, parameter, series)
    for trend in trendEpisodes(daily, .rising, rule: rules.trend) {
        func start(of day: Int) -> Instant { CivilDate(dayNumber: day).start(at: rules.offset) }
        let id = FindingID(
            kind: .trend, section: section.id, station: station.id, parameter: parameter,
            start: start(of: trend.startDay))
        let finding = TrendFinding(
            direction: .rising, windowEnd: start(of: trend.lastDay + 1), dayCount: trend.dayCount,
            probability: trend.test.probability, slopePerYear: trend.test.slopePerYear, median: trend.test.median,
            unit: unit)
        result.findings.append(
            Finding(id: id, end: trend.endDay.map { start(of: $0) }, detail: .trend(finding)))
    }
}

func addSilences(
    _ section: Section, _ station: StationReadings, rules: DetectionRules, now: Instant,
    to result: inout SectionFindings
) {
    guard let cadence = station.station.cadence else { return }
    let heard = station.readings.values.flatMap { $0.map(\.start) }
    guard let first = heard.min(), first <= now else { return }
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

extension SectionFindings {
    mutating func note(
        _ kind: FindingID.Kind, _ section: Section, _ station: Station, _ parameter: ParameterID,
        _ series: OrderedReadings
    ) {
        guard let first = series.readings.first, let last = series.readings.last else { return }
        examined.append(
            ExaminedSeries(
                kind: kind, section: section.id, station: station.id, parameter: parameter,
                span: Interval(start: first.start, end: last.start)))
    }
}
