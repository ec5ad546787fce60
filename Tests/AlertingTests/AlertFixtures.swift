// Findings made by the detectors from short histories, for the alert tests.

import Alerting
import Detection
import Exact
import Monitoring
import Standards
import Testing

func name(_ chinese: String, _ english: String) -> BilingualName { BilingualName(chinese: chinese, english: english) }

let upstream = RegionID("ex-up")
let downstream = RegionID("ex-down")

let registry: Registry = {
    var registry = Registry()
    registry.regions[upstream] = Region(id: upstream, name: name("甲县", "Jia County"), level: .county, parent: nil)
    registry.regions[downstream] = Region(id: downstream, name: name("乙县", "Yi County"), level: .county, parent: nil)
    registry.boundaries["ex"] = Boundary(
        id: "ex", name: name("示例河", "Example River"), kind: .river, regions: [upstream, downstream], isExample: true)
    registry.stations[StationID("EX-W1")] = Station(
        id: StationID("EX-W1"), name: name("示例站", "Example Station"), medium: .water, region: nil, waterBody: .river,
        aliases: [], cadence: .hours(4), profile: "p", isProvisional: false)
    registry.sections[SectionID("EX-S1")] = Section(
        id: SectionID("EX-S1"), name: name("界河", "Boundary Bridge"), boundary: "ex", river: nil, waterBody: .river,
        upstream: upstream, downstream: downstream, stations: [StationID("EX-W1")],
        targets: [
            Section.Target(
                span: DateSpan(from: nil, until: nil), waterClass: WaterClass(rank: 3), indexLimit: nil,
                source: "example")
        ])
    return registry
}()

let parameters: ParameterCatalogue = {
    var catalogue = ParameterCatalogue()
    catalogue.add(
        Parameter(
            id: ParameterID("nh3n"), name: name("氨氮", "ammonia nitrogen"), medium: .water, unit: "mg/L",
            observationDecimals: 3, assessmentDecimals: 2, isNonNegative: true), spellings: [])
    return catalogue
}()

/// 2026-04-01 00:00 +08:00 and so many hours.
func instant(hour: Int) -> Instant { Instant(milliseconds: 1_774_972_800_000).advanced(by: .hours(hour)) }

/// Readings every four hours from 2026-04-01 00:00 +08:00; `_` is a missing value, `-` no row at all.
func readings(_ cells: String) -> [ScreenedReading] {
    cells.split(separator: " ").enumerated().compactMap { index, cell in
        if cell == "-" { return nil }
        return ScreenedReading(start: instant(hour: index * 4), value: ExactDecimal(String(cell)))
    }
}

/// What the detectors say of ammonia nitrogen at the example section (class Ⅲ: 1.0 mg/L).
func found(_ readings: [ScreenedReading], now hour: Int? = nil) throws -> SectionFindings {
    let section = try #require(registry.sections[SectionID("EX-S1")])
    let station = try #require(registry.stations[StationID("EX-W1")])
    let latest = readings.map(\.start).max() ?? instant(hour: 0)
    return findings(
        section: section,
        stationSeries: [StationReadings(station: station, readings: [ParameterID("nh3n"): readings])],
        standard: .gb3838of2002, rules: DetectionRules(), now: hour.map { instant(hour: $0) } ?? latest)
}

func found(_ cells: String, now hour: Int? = nil) throws -> SectionFindings { try found(readings(cells), now: hour) }

extension AlertBook {
    /// Takes in findings and gives the names of what happened.
    mutating func names(_ found: SectionFindings, at hour: Int = 0) throws -> [String] {
        let section = try #require(registry.sections[SectionID("EX-S1")])
        return update(
            found, parties: AlertParty.parties(of: section, in: registry), mark: .synthetic, at: instant(hour: hour)
        ).map(\.name)
    }
}
