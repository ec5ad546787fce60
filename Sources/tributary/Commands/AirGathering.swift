// The hour means of air stations in station files, put together for assessments over periods.

import Assessment
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
    private(set) var first: Instant?
    private(set) var last: Instant?

    init(registry: Registry) { self.registry = registry }

    var isEmpty: Bool { values.isEmpty }
    var stations: [StationID] { Set(values.keys.map(\.station)).sorted() }

    /// Takes the hour means of the index's items; sliding means and maxima of a feed are formed anew.
    mutating func take(_ slice: DecodedSlice, profile: SourceProfile?) {
        let block = slice.block
        let keys = block.seriesTable.map { key -> Key? in
            guard AirIndexStandard.items.contains(key.parameter), key.statistic == .mean, key.window == .hours(1) else {
                return nil
            }
            let station = registry.stationNames[key.station.rawValue] ?? key.station
            return Key(station: station, parameter: key.parameter, origin: key.origin)
        }
        for index in 0..<block.count {
            guard let key = keys[Int(block.series[index])] else { continue }
            take(block[index], as: key, verdict: profile?.flags, revises: profile?.revises == true)
        }
    }

    private mutating func take(
        _ reading: Reading, as key: Key, verdict flags: [String: QualityVerdict]?, revises: Bool
    ) {
        if revises { revised.insert(key) }
        first = min(first ?? reading.start, reading.start)
        last = max(last ?? reading.start, reading.start)
        values[key, default: []].append(
            PeriodValue(
                start: reading.start, value: reading.value ?? .zero, quality: flags?[reading.flag] ?? .notTested,
                qualifier: reading.qualifier))
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
