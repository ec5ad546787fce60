// A section's findings from everything its stations ever sent: what going on from a state must come to.

package import Detection
package import Monitoring
package import Quality
internal import Standards

/// Looks through all of a section's stored readings.
///
/// The result depends on the stored readings, the registry and `now` alone, not on the order of arrival.
///
/// - Parameter now: the clock by which stations are silent; `nil`: each station's newest reading.
package func detectReference(
    _ section: Section, in registry: Registry, _ source: some ObservationSource, checks: CheckSet,
    rules: DetectionRules, now: Instant?
) throws -> SectionFindings {
    guard let kind = registry.boundaries[section.boundary]?.kind else { return SectionFindings() }
    let readings = try section.stations.compactMap { registry.stations[$0] }.map { station in
        try stationReadings(station, registry, source, checks: checks)
    }
    switch kind {
    case .river:
        return findings(
            section: section, stationSeries: readings, standard: .gb3838of2002, rules: rules, now: now)
    case .air:
        return findings(
            section: section, stationSeries: readings,
            edition: { station, instant in AirEdition.at(instant, region: station.region, registry: registry) },
            rules: rules, now: now)
    }
}

/// The screened readings of a station's own series, by parameter.
private func stationReadings(
    _ station: Station, _ registry: Registry, _ source: some ObservationSource, checks: CheckSet
) throws -> StationReadings {
    var readings: [ParameterID: [ScreenedReading]] = [:]
    for key in realTimeSeries(among: try source.series(of: station.id)) {
        guard let extent = try source.extent(key) else { continue }
        let blocks = ScreeningBlocks(cadence: station.cadence)
        let all = Interval(
            start: blocks.start(of: extent.start), end: extent.end.advanced(by: Duration64(milliseconds: 1)))
        readings[key.parameter, default: []] += screen(
            try source.view(key, over: all), of: key, over: all, profile: registry.profiles[station.profile],
            cadence: station.cadence, checks: checks)
    }
    return StationReadings(station: station, readings: readings)
}
