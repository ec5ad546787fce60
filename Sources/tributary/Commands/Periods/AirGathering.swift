// The hour means of air stations in station files, put together for assessments over periods.

import Assessment
import Exact
import Formats
import Foundation
import Monitoring
import Standards

/// Hour means of any number of files, by station, item and origin.
struct GatheredAir {
    private struct Key: Hashable {
        let station: StationID
        let parameter: ParameterID
        let origin: SeriesOrigin
    }

    private var values: [Key: [PeriodValue]] = [:]
    /// Series of sources whose later values replace earlier ones; files are taken in the order of their paths.
    private var revised: Set<Key> = []
    private let registry: Registry
    private var starts: [StationID: Set<Instant>] = [:]
    private(set) var first: Instant?
    private(set) var last: Instant?

    init(registry: Registry) { self.registry = registry }

    var isEmpty: Bool { values.isEmpty }
    var stations: [StationID] { Set(values.keys.map(\.station)).sorted() }

    /// Takes one stored series; a disputed start brings every value that contests it.
    mutating func take(_ view: CurrentView, of key: SeriesKey, flags: [String: QualityVerdict]) {
        guard let key = self.key(of: key) else { return }
        for row in 0..<view.count where !view.isDisputed[row] {
            take(
                Instant(milliseconds: view.start[row]), view.value(row),
                Qualifier(rawValue: view.qualifier[row]) ?? .missing,
                flags[view.flagTable[Int(view.flag[row])]] ?? .notTested, as: key)
        }
        for dispute in view.disputes {
            for version in dispute.versions {
                take(dispute.start, version.value, version.qualifier, flags[version.flag] ?? .notTested, as: key)
            }
        }
    }

    private func key(of series: SeriesKey) -> Key? {
        guard AirIndexStandard.items.contains(series.parameter), series.statistic == .mean, series.window == .hours(1)
        else { return nil }
        let station = registry.stationNames[series.station.rawValue] ?? series.station
        return Key(station: station, parameter: series.parameter, origin: series.origin)
    }

    /// Takes the hour means of the index's items; sliding means and maxima of a feed are formed anew.
    mutating func take(_ slice: DecodedSlice, profile: SourceProfile?) {
        let block = slice.block
        let keys = block.seriesTable.map { key(of: $0) }
        for index in 0..<block.count {
            guard let key = keys[Int(block.series[index])] else { continue }
            if profile?.revises == true { revised.insert(key) }
            let reading = block[index]
            take(
                reading.start, reading.value, reading.qualifier, profile?.flags[reading.flag] ?? .notTested, as: key)
        }
    }

    private mutating func take(
        _ start: Instant, _ value: ExactDecimal?, _ qualifier: Qualifier, _ quality: QualityVerdict, as key: Key
    ) {
        starts[key.station, default: []].insert(start)
        first = min(first ?? start, start)
        last = max(last ?? start, start)
        values[key, default: []].append(
            PeriodValue(start: start, value: value ?? .zero, quality: quality, qualifier: qualifier))
    }

    /// Whether anything was sent for that hour, with a value or without.
    func hasReading(of station: StationID, at start: Instant) -> Bool {
        starts[station]?.contains(start) ?? false
    }

    /// The hours of one station by item. One origin speaks for an item, the first there is of automatic, joint, manual,
    /// third party and published.
    func hours(of station: StationID, over period: CivilPeriod, quality: QualityPolicy) -> [ParameterID: AirHours] {
        let order: [SeriesOrigin] = [.automatic, .joint, .manual, .thirdParty, .published]
        var hours: [ParameterID: AirHours] = [:]
        for parameter in AirIndexStandard.items {
            let keys = order.map { Key(station: station, parameter: parameter, origin: $0) }
            guard let key = keys.first(where: { values[$0] != nil }), let own = values[key] else { continue }
            let kept = revised.contains(key) ? Self.lastOfEachStart(own) : own
            hours[parameter] = AirHours(kept, of: parameter, over: period, quality: quality)
        }
        return hours
    }

    private static func lastOfEachStart(_ values: [PeriodValue]) -> [PeriodValue] {
        Array(Dictionary(values.map { ($0.start, $0) }) { _, later in later }.values)
    }
}
