// The findings of one river section: readings against its class target, trends, and silent stations.

package import Monitoring
package import Standards

/// Looks through all readings of a section's stations.
///
/// The class of a single reading is real-time and unreviewed (实时·未经审核): a finding says that readings left the
/// target, never that a period did not meet it.
///
/// - Parameter stationSeries: the whole history, in any order; the same readings in any order give the same findings.
/// - Returns: findings in the order of their identities, and what was examined.
package func findings(
    section: Section, stationSeries: [StationReadings], standard: SurfaceWaterStandard, rules: DetectionRules,
    now: Instant
) -> SectionFindings {
    var result = SectionFindings()
    for station in stationSeries where section.stations.contains(station.station.id) {
        let waterBody = section.waterBody ?? station.station.waterBody ?? .river
        for parameter in rules.waterItems {
            guard let readings = station.readings[parameter], let item = standard.item(parameter, in: waterBody) else {
                continue
            }
            let screen = WaterScreen(
                section: section, station: station.station, item: item, standard: standard, rules: rules)
            screen.addThresholds(OrderedReadings(readings), to: &result)
        }
        for parameter in rules.trendItems {
            guard let readings = station.readings[parameter] else { continue }
            let unit = standard.item(parameter, in: waterBody)?.unit ?? ""
            addTrends(
                OrderedReadings(readings), section, station.station, parameter, unit: unit, rules: rules, to: &result)
        }
        addSilences(section, station, rules: rules, now: now, to: &result)
    }
    result.findings.sort { $0.id < $1.id }
    return result
}

/// One item at one station of a section.
private struct WaterScreen {
    let section: Section
    let station: Station
    let item: SurfaceWaterStandard.Item
    let standard: SurfaceWaterStandard
    let rules: DetectionRules

    /// The limit of the item for the section's target on the reading's civil day.
    private func limit(on date: CivilDate) -> (limit: TargetLimit, target: WaterClass)? {
        guard standard.span.contains(date), let target = section.target(on: date)?.waterClass, target.rank <= 5 else {
            return nil
        }
        switch item.direction {
        case .maximum: return (.maximum(item.limits[target.rank - 1]), target)
        case .minimum: return (.minimum(item.limits[target.rank - 1]), target)
        case .range: return (.range(item.limits[0], item.limits[1]), target)
        }
    }

    func addThresholds(_ series: OrderedReadings, to result: inout SectionFindings) {
        var finder = EpisodeFinder(rule: rules.episode)
        var day = (date: Int.min, limit: TargetLimit?.none)
        for reading in series.readings {
            // Targets change from one civil day to another, never within one.
            let date = reading.start.dayNumber(at: rules.offset)
            if date != day.date {
                day = (date, limit(on: CivilTime(reading.start, at: rules.offset).date)?.limit)
            }
            finder.add(
                start: reading.start, received: reading.value, judged: reading.value, qualifier: reading.qualifier,
                verdict: reading.verdict, isConflicting: series.conflicting.contains(reading.start), limit: day.limit)
        }
        result.note(.threshold, section, station, item.parameter, series)
        for episode in finder.episodes {
            let id = FindingID(
                kind: .threshold, section: section.id, station: station.id, parameter: item.parameter,
                start: episode.start)
            let peak = episode.peak
            let finding = ThresholdFinding(
                episode: episode, multiple: item.hasMultiple ? exceedanceMultiple(peak) : nil,
                peakClass: item.rank(of: peak.value),
                targetClass: limit(on: CivilTime(peak.start, at: rules.offset).date)?.target, peakIndex: nil,
                targetIndex: nil, unit: item.unit,
                basis: LegalBasis(standard: standard.id, edition: standard.id, clause: "表1 / table 1"))
            result.findings.append(Finding(id: id, end: episode.end, detail: .threshold(finding)))
        }
    }
}
