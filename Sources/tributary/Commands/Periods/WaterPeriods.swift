// The sections of surface water that period series belong to, with their names, water and targets.

import Assessment
import Formats
import Monitoring

extension PeriodSeries {
    /// The sections the values belong to: those of the registry, and each station that belongs to none as its own.
    ///
    /// Of a section's stations the first in its order that has a parameter speaks for it.
    func sections(over period: CivilPeriod, rule: WaterAssessmentRule) -> [SectionValues] {
        let bearers = Dictionary(grouping: stations, by: \.lastName)
        var sections: [SectionValues] = []
        var told: Set<SectionID> = []
        for station in stations {
            let own = registry.sections(of: station)
            if own.isEmpty { sections.append(values(of: station, rule: rule, bearers)) }
            for section in own where told.insert(section.id).inserted {
                sections.append(values(of: section, over: period, rule: rule, bearers))
            }
        }
        return sections.sorted { $0.id < $1.id }
    }

    private func values(
        of station: StationID, rule: WaterAssessmentRule, _ bearers: [String: [StationID]]
    ) -> SectionValues {
        SectionValues(
            id: station.rawValue, names: names(of: station, bearers),
            waterBody: registry.waterBody(of: station) ?? rule.waterBody, target: rule.target,
            series: series(of: station), reviewState: reviewState)
    }

    private func values(
        of section: Section, over period: CivilPeriod, rule: WaterAssessmentRule, _ bearers: [String: [StationID]]
    ) -> SectionValues {
        let last = period.until.advanced(byDays: -1)
        let target = section.target(on: period.from)
        // A target that changes within the period holds for no part of it alone.
        let holds =
            section.targets.isEmpty ? rule.target : target == section.target(on: last) ? target?.waterClass : nil
        let stations = section.stations
        return SectionValues(
            id: section.id.rawValue, names: stations.reduce(into: []) { $0.formUnion(names(of: $1, bearers)) },
            waterBody: section.waterBody ?? stations.lazy.compactMap { registry.waterBody(of: $0) }.first
                ?? rule.waterBody,
            target: holds,
            series: stations.reduce(into: [:]) { series, station in
                series.merge(self.series(of: station)) { first, _ in first }
            }, reviewState: reviewState)
    }

    /// The id, its aliases, and for a feed's `province/basin/section` the section's own name where no other bears it.
    private func names(of station: StationID, _ bearers: [String: [StationID]]) -> Set<String> {
        var names: Set<String> = [station.rawValue]
        names.formUnion(registry.stations[station]?.aliases ?? [])
        if bearers[station.lastName]?.count == 1 { names.insert(station.lastName) }
        return names
    }
}

extension StationID {
    /// The section's own name in a feed that writes `province/basin/section`.
    fileprivate var lastName: String { rawValue.split(separator: "/").last.map(String.init) ?? rawValue }
}
