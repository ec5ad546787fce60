// The current values of a section's stations as a `series,time,value` table: what `tributary trend --data` tests.

import Exact
import Formats
import Foundation
import Monitoring
import Storage
import Web

extension Node {
    /// The most values of one table; its text then stays below 100 MB.
    private static let seriesTableLimit = 2_000_000

    /// - Parameter name: a section's id, or a station's.
    func performSeriesTable(_ name: String) throws -> CommandReply {
        let registry = registry.registry
        let stations = registry.sections[SectionID(name)]?.stations ?? [registry.stationNames[name] ?? StationID(name)]
        let (chosen, position) = try book.read {
            (try $0.series(matching: SeriesFilter(stations: Set(stations))), try $0.logHead().sequence)
        }
        if chosen.isEmpty {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "\(name) is no section or station with readings: `tributary dump series` lists what there is.")
        }
        // Years 1 to 9999: all an observation can have.
        let always = Interval(
            start: Instant(milliseconds: -62_135_596_800_000), end: Instant(milliseconds: 253_402_300_799_999))
        var text = "series,time,value\n"
        var count = 0
        for series in chosen {
            let view = try book.read { try $0.readings(series.key, over: always, asKnownAt: position) }
            count += view.count
            if count > Self.seriesTableLimit {
                throw CommandFailure(
                    status: ExitStatus.inputUnusable,
                    message: "\(name) has more than \(Self.seriesTableLimit) values: name a station instead.")
            }
            let label = csvField(TrendSource.name(series.key))
            for row in 0..<view.count {
                // A disputed value is nobody's yet: it is left out as missing.
                let isKnown = !view.isDisputed[row]
                let sign =
                    switch Qualifier(rawValue: view.qualifier[row]) {
                    case .below: "<"
                    case .above: ">"
                    default: ""
                    }
                let value = isKnown ? view.value(row).map { sign + $0.description } ?? "" : ""
                text += "\(label),\(Instant(milliseconds: view.start[row]).iso8601(at: .china)),\(value)\n"
            }
        }
        return .done(text)
    }
}
