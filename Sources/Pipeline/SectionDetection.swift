// The observation path's last step: everything a section's stations sent, and what the detectors see in it.

package import Detection
package import Monitoring
package import Quality
internal import Standards

/// How far back a section's readings are looked at: more than a year, so that a season is seen whole.
package let detectionLookBack = Duration64.days(400)

/// Looks through a section's stored readings, up to `detectionLookBack` before its newest one.
///
/// The result depends on the stored readings, the registry and `now` alone, not on the order of arrival.
///
/// - Parameter now: the clock by which stations are silent; `nil` while more batches wait, when the newest reading is
///   the latest moment known.
package func detect(
    _ section: Section, in registry: Registry, _ source: some ObservationSource, checks: CheckSets,
    rules: DetectionRules, now: Instant?
) throws -> SectionFindings {
    guard let kind = registry.boundaries[section.boundary]?.kind else { return SectionFindings() }
    let readings = try section.stations.compactMap { registry.stations[$0] }.map { station in
        try stationReadings(station, registry, source, checks: checks)
    }
    let newest = readings.flatMap { $0.readings.values.joined() }.map(\.start).max()
    guard let now = now ?? newest else { return SectionFindings() }
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

/// What the water department publishes of a section: it says nothing of whether the station's instruments are heard.
private let waterDepartment: Set<ParameterID> = [ParameterID("discharge"), ParameterID("flow_direction")]

/// The screened readings of a station's own series, by parameter.
///
/// Sliding means and daily maxima repeat what hour means say, and manual or monthly values are no real-time readings:
/// none of them takes part in an alert. A feed's published readings do where the station sends us none itself.
private func stationReadings(
    _ station: Station, _ registry: Registry, _ source: some ObservationSource, checks: CheckSets
) throws -> StationReadings {
    let profile = registry.profiles[station.profile]
    let realTime = try source.series(of: station.id).filter { key in
        (key.statistic == .instant || key.statistic == .mean) && key.window <= .hours(4)
    }
    let automatic = realTime.filter { $0.origin == .automatic }
    let published = realTime.filter { $0.origin == .published && !waterDepartment.contains($0.parameter) }
    let own = automatic.isEmpty ? published : automatic
    var newest: Instant?
    for key in own {
        guard let last = try source.extent(key)?.end else { continue }
        newest = newest.map { max($0, last) } ?? last
    }
    guard let newest else { return StationReadings(station: station, readings: [:]) }
    let interval = Interval(start: newest.advanced(by: -detectionLookBack), end: newest.advanced(by: .hours(1)))
    let views = try own.map { StoredView(key: $0, view: try source.view($0, over: interval)) }
    let context = try source.qualityContext(of: station, in: registry, checks: checks, over: interval)
    let screened = screen(
        views, profile: profile, cadence: station.cadence, checks: checks.set(for: station, in: registry),
        context: context)
    var readings: [ParameterID: [ScreenedReading]] = [:]
    for (view, found) in zip(views, screened) { readings[view.key.parameter, default: []] += found }
    return StationReadings(station: station, readings: readings)
}
