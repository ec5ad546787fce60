// The water series of station files, put together section by section, for assessments over periods.

import Assessment
import Formats
import Foundation
import Monitoring
import Standards

/// Water values of any number of files, by station, parameter and origin.
struct GatheredWater {
    private struct Key: Hashable {
        let station: StationID
        let parameter: ParameterID
        let origin: SeriesOrigin
    }

    private var places: [Key: Int] = [:]
    private var columns: [PeriodColumns] = []
    /// Series of sources whose later values replace earlier ones; files are taken in the order of their paths.
    private var revised: Set<Int> = []
    private let registry: Registry
    private(set) var first: Instant?
    private(set) var last: Instant?

    init(registry: Registry) { self.registry = registry }

    /// Takes the water values of one slice: instants, means up to 4 h and month means.
    mutating func take(_ slice: DecodedSlice, profile: SourceProfile?) {
        let block = slice.block
        let series = block.seriesTable.map { place(of: $0, isRevised: profile?.revises == true) }
        let verdicts = block.flagTable.map { (profile?.flags[$0] ?? .notTested).rawValue }
        for row in 0..<block.count {
            guard let place = series[Int(block.series[row])] else { continue }
            let start = Instant(milliseconds: block.start[row])
            first = min(first ?? start, start)
            last = max(last ?? start, start)
            columns[place].append(
                start: block.start[row], mantissa: block.mantissa[row], exponent: block.exponent[row],
                qualifier: block.qualifier[row], quality: verdicts[Int(block.flag[row])])
        }
    }

    /// Where the values of a series go; `nil` for what takes no part.
    private mutating func place(of key: SeriesKey, isRevised: Bool) -> Int? {
        let isWater = ParameterCatalogue.standard[key.parameter]?.medium == .water
        let isValue =
            key.statistic == .instant || key.statistic == .monthMean
            || (key.statistic == .mean && key.window <= .hours(4))
        guard isWater, isValue else { return nil }
        let station = registry.stationNames[key.station.rawValue] ?? key.station
        let own = Key(station: station, parameter: key.parameter, origin: key.origin)
        let place = places[own] ?? columns.count
        if place == columns.count {
            places[own] = place
            columns.append(PeriodColumns())
        }
        if isRevised { revised.insert(place) }
        return place
    }

    /// The sections the values belong to: those of the registry, and each station that belongs to none as its own.
    ///
    /// One origin speaks for a parameter, the first there is of automatic, joint, manual, third party and published;
    /// of a section's stations the first in its order that has the parameter.
    func sections(over period: CivilPeriod, rule: WaterAssessmentRule) -> [SectionValues] {
        let stations = Set(places.keys.map(\.station)).sorted()
        var sections: [SectionValues] = []
        var told: Set<SectionID> = []
        for station in stations {
            let own = registry.sections(of: station)
            if own.isEmpty { sections.append(values(of: station, rule: rule)) }
            for section in own where told.insert(section.id).inserted {
                sections.append(values(of: section, over: period, rule: rule))
            }
        }
        return sections.sorted { $0.id < $1.id }
    }

    private func values(of station: StationID, rule: WaterAssessmentRule) -> SectionValues {
        SectionValues(
            id: station.rawValue, names: names(of: station),
            waterBody: registry.waterBody(of: station) ?? rule.waterBody, target: rule.target,
            series: series(of: [station]), reviewState: .raw)
    }

    private func values(of section: Section, over period: CivilPeriod, rule: WaterAssessmentRule) -> SectionValues {
        let last = period.until.advanced(byDays: -1)
        let target = section.target(on: period.from)
        // A target that changes within the period holds for no part of it alone.
        let holds =
            section.targets.isEmpty ? rule.target : target == section.target(on: last) ? target?.waterClass : nil
        let stations = section.stations
        return SectionValues(
            id: section.id.rawValue, names: stations.reduce(into: []) { $0.formUnion(names(of: $1)) },
            waterBody: section.waterBody ?? stations.lazy.compactMap { registry.waterBody(of: $0) }.first
                ?? rule.waterBody,
            target: holds, series: series(of: stations), reviewState: .raw)
    }

    /// The id, its aliases, and for a feed's `province/basin/section` the section's own name where no other bears it.
    private func names(of station: StationID) -> Set<String> {
        var names: Set<String> = [station.rawValue]
        names.formUnion(registry.stations[station]?.aliases ?? [])
        let bearers = Set(places.keys.map(\.station)).filter { $0.lastName == station.lastName }
        if bearers.count == 1 { names.insert(station.lastName) }
        return names
    }

    private func series(of stations: [StationID]) -> [ParameterID: PeriodColumns] {
        let order: [SeriesOrigin] = [.automatic, .joint, .manual, .thirdParty, .published]
        var series: [ParameterID: PeriodColumns] = [:]
        for station in stations {
            for origin in order {
                for (key, place) in places
                where key.station == station && key.origin == origin && series[key.parameter] == nil {
                    let values = columns[place]
                    series[key.parameter] = revised.contains(place) ? values.keepingLastOfEachStart() : values
                }
            }
        }
        return series
    }
}

extension StationID {
    /// The section's own name in a feed that writes `province/basin/section`.
    fileprivate var lastName: String { rawValue.split(separator: "/").last.map(String.init) ?? rawValue }
}
