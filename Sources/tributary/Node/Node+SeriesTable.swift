// The current values of a section's stations as a `series,time,value` table, as the check sets in force there judge them:
// what `tributary trend --data` tests.

import Detection
import Exact
import Formats
import Foundation
import Monitoring
import Pipeline
import Storage
import Web

extension Node {
    /// The most values of one table; its text then stays below 100 MB.
    private static let seriesTableLimit = 2_000_000

    /// - Parameter name: a section's id, or a station's.
    func performSeriesTable(_ name: String) throws -> CommandReply {
        let registry = registry.registry
        let stations = registry.sections[SectionID(name)]?.stations ?? [registry.stationNames[name] ?? StationID(name)]
        let chosen = try book.read { try $0.series(matching: SeriesFilter(stations: Set(stations))) }
        if chosen.isEmpty {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "\(name) is no section or station with readings: `tributary dump series` lists what there is.")
        }
        let source = try BookSource(book)
        var rows = "series,time,value\n"
        var leftOut = ""
        var count = 0
        for (_, records) in Dictionary(grouping: chosen, by: \.key.station).sorted(by: { $0.key < $1.key }) {
            for series in try wholeScreened(records, source) {
                count += series.readings.count
                if count > Self.seriesTableLimit {
                    throw CommandFailure(
                        status: ExitStatus.inputUnusable,
                        message: "\(name) has more than \(Self.seriesTableLimit) values: name a station instead.")
                }
                let label = TrendSource.name(series.stored.key)
                let refused = Self.append(series.readings, series.stored.view, label, to: &rows)
                if refused > 0 { leftOut += "\(SeriesTableAnswer.leftOut)\(refused),\(label)\n" }
            }
        }
        return .done(leftOut + rows)
    }

    /// Appends a series' rows: suspect, invalid and disputed values are left out as missing.
    ///
    /// - Returns: the suspect and invalid ones.
    private static func append(
        _ readings: [ScreenedReading], _ view: CurrentView, _ label: String, to text: inout String
    ) -> Int {
        let field = csvField(label)
        // A disputed value is nobody's yet.
        let disputed = Set(view.disputes.map(\.start))
        var refused = 0
        for reading in readings where !disputed.contains(reading.start) {
            let isUsable = reading.verdict != .suspect && reading.verdict != .invalid
            if !isUsable, reading.value != nil { refused += 1 }
            let sign = reading.qualifier == .below ? "<" : reading.qualifier == .above ? ">" : ""
            let value = isUsable ? reading.value.map { sign + $0.description } ?? "" : ""
            text += "\(field),\(reading.start.iso8601(at: .china)),\(value)\n"
        }
        return refused
    }
}

/// How a node's table of series begins: `#left-out:COUNT,SERIES` a line, then the table.
enum SeriesTableAnswer {
    static let leftOut = "#left-out:"
}
