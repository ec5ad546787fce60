// The findings of one air assessment point: hourly sub-indexes against the section's limit, and silent stations.

internal import Exact
package import Monitoring
package import Standards

/// Looks through the hourly readings of an air section's stations.
///
/// Each hour is judged by the edition of HJ 633 in force at its start and place; where none is, the hour takes no part.
///
/// - Parameter edition: the edition at an instant (`AirEdition.at` with the station's region and the registry).
/// - Returns: findings in the order of their identities, and what was examined.
package func findings(
    section: Section, stationSeries: [StationReadings],
    edition: (Station, Instant) -> Result<AirEdition, NotAssessable>, rules: DetectionRules, now: Instant
) -> SectionFindings {
    var result = SectionFindings()
    for station in stationSeries where section.stations.contains(station.station.id) {
        for parameter in AirIndexStandard.items {
            guard let readings = station.readings[parameter] else { continue }
            addIndexEpisodes(
                OrderedReadings(readings), section, station.station, parameter,
                edition: { edition(station.station, $0) }, rules: rules, to: &result)
        }
        addSilences(section, station, rules: rules, now: now, to: &result)
    }
    result.findings.sort { $0.id < $1.id }
    return result
}

private func addIndexEpisodes(
    _ series: OrderedReadings, _ section: Section, _ station: Station, _ parameter: ParameterID,
    edition: (Instant) -> Result<AirEdition, NotAssessable>, rules: DetectionRules, to result: inout SectionFindings
) {
    let averaging = AirIndexStandard.hourlyColumn(of: parameter)
    var finder = EpisodeFinder(rule: rules.episode)
    // Editions and targets change from one civil day to another, never within one.
    var day = (date: Int.min, index: AirIndexStandard?.none, limit: TargetLimit?.none)
    for reading in series.readings {
        let date = reading.start.dayNumber(at: rules.offset)
        if date != day.date {
            let target = section.target(on: CivilTime(reading.start, at: rules.offset).date)
            let limit = target?.indexLimit.map { TargetLimit.maximum(ExactDecimal(mantissa: Int64($0), exponent: 0)) }
            day = (date, try? edition(reading.start).get().index, limit)
        }
        let index = reading.value.flatMap { day.index?.subIndex(of: $0, parameter: parameter, over: averaging).value }
        // A value without an index (no edition, a negative value) is excluded, not missing.
        finder.add(
            start: reading.start, received: reading.value,
            judged: reading.value == nil ? nil : ExactDecimal(mantissa: Int64(index ?? 0), exponent: 0),
            qualifier: reading.qualifier, verdict: reading.verdict,
            isConflicting: series.conflicting.contains(reading.start), limit: index == nil ? nil : day.limit)
    }
    result.note(.threshold, section, station, parameter, series)
    for episode in finder.episodes {
        let peak = episode.peak
        guard case .success(let inForce) = edition(peak.start), case .maximum(let limit) = peak.limit else { continue }
        let id = FindingID(
            kind: .threshold, section: section.id, station: station.id, parameter: parameter, start: episode.start)
        let unit = inForce.limits.limits.first { $0.parameter == parameter }?.unit ?? ""
        let finding = ThresholdFinding(
            episode: episode, multiple: nil, peakClass: nil, targetClass: nil, peakIndex: Int(peak.judged.mantissa),
            targetIndex: Int(limit.mantissa), unit: unit,
            basis: LegalBasis(
                standard: inForce.index.document, edition: inForce.index.id, clause: "分指数限值表 / IAQI break points"))
        result.findings.append(Finding(id: id, end: episode.end, detail: .threshold(finding)))
    }
}
