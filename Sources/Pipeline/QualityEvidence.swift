// What the quality checks know of a station besides its own series: its neighbours, its instruments and work at them.

package import Monitoring
package import Quality

/// Records about a station's instruments.
package struct InstrumentEvidence: Sendable {
    package var records: [InstrumentRecord] = []
    /// Intervals in which somebody worked at them; without a parameter, at all of them.
    package var marks: [(parameter: ParameterID?, interval: Interval)] = []

    package init() {}
}

extension ObservationSource {
    /// Sources that keep no records of instruments know none: what needs them is not tested.
    package func instrumentEvidence(of station: StationID) throws -> InstrumentEvidence { InstrumentEvidence() }

    /// All that the checks may use for a station's series over an interval.
    package func qualityContext(
        of station: Station, in registry: Registry, checks: CheckSets, over interval: Interval
    ) throws -> QualityContext {
        var context = QualityContext()
        let evidence = try instrumentEvidence(of: station.id)
        context.records = evidence.records
        context.marks = evidence.marks
        for rule in checks.set(for: station, in: registry).neighbours where rule.station == station.id {
            guard let other = registry.stations[rule.other] else { continue }
            // The other's readings of a travel time before, and of half a window on both sides.
            let reach = Interval(
                start: interval.start.advanced(by: -rule.travel).advanced(by: -rule.window),
                end: interval.end.advanced(by: rule.window))
            guard
                let key = try series(of: other.id).first(where: { key in
                    key.parameter == rule.parameter && (key.statistic == .instant || key.statistic == .mean)
                })
            else { continue }
            let profile = registry.profiles[other.profile]
            let columns = StoredView(key: key, view: try view(key, over: reach))
                .columns(profile: profile, cadence: other.cadence ?? profile?.cadence)
            let look = checks.set(for: other, in: registry).firstLook(columns)
            context.others[other.id, default: [:]][rule.parameter] = look.counterpart(columns)
        }
        return context
    }
}
