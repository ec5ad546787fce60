// The real-time index of every hour of the stations gathered, as records.

import Assessment
import Foundation
import Monitoring
import Standards

extension AirPeriodReport {
    /// One record a station and hour with any value; the stamp is the hour's beginning.
    func hourRecords(over whole: CivilPeriod) -> [DumpRecord] {
        gathered.stations.flatMap { station -> [DumpRecord] in
            let hours = gathered.hours(of: station, over: whole, quality: rules.quality)
            let indexes = airHourIndexes(
                hours, over: whole, region: registry.stations[station]?.region, registry: registry)
            let sent = gathered.sentStarts(of: station)
            return indexes.index.indices.compactMap { hour in
                let isEmpty = indexes.absent[hour] == 0b11_1111
                return isEmpty && !sent.contains(whole.interval.start.advanced(by: .hours(hour)).milliseconds)
                    ? nil : record(station, hour, indexes)
            }
        }
    }

    private func record(_ station: StationID, _ hour: Int, _ indexes: AirHourIndexes) -> DumpRecord {
        let result = indexes.result(hour, rules.missingItems)
        let index = try? result.get()
        func names(_ bits: UInt8) -> String { AirHourIndexes.items(bits).map(\.rawValue).joined(separator: " ") }
        var reason = ""
        if case .failure(let failure) = result { reason = failure.description }
        return [
            ("station", station.rawValue),
            ("start", indexes.period.interval.start.advanced(by: .hours(hour)).iso8601(at: indexes.period.offset)),
            ("aqi", index.map(String.init) ?? ""),
            ("level", index.map { AirIndexLevel(index: $0).name.chinese } ?? ""),
            ("primary", index == nil ? "" : names(indexes.primary[hour])), ("missing", names(indexes.absent[hour])),
            ("edition", (try? indexes.editions[hour / 24].get()) ?? ""),
            ("review", ReviewState.raw.rawValue), ("reason", reason),
        ]
    }
}
