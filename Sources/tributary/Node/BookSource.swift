// Stored observations for the pure flows: one reading of the book, frozen at one log position.

import Formats
import Monitoring
import Pipeline
import Storage

/// Answers the flows from one committed state of the book.
struct BookSource: ObservationSource {
    let reader: BookReader
    let asKnownAt: Int64

    init(_ reader: BookReader) throws {
        self.reader = reader
        asKnownAt = try reader.logHead().sequence
    }

    func series(of station: StationID) throws -> [SeriesKey] {
        try reader.series(matching: SeriesFilter(stations: [station])).map(\.key)
    }

    func view(_ series: SeriesKey, over interval: Interval) throws -> CurrentView {
        try reader.readings(series, over: interval, asKnownAt: asKnownAt)
    }

    func digest(_ series: [SeriesKey], over interval: Interval) throws -> Digest256 {
        try reader.snapshot(series, over: interval, asKnownAt: asKnownAt).digest
    }

    func extent(_ series: SeriesKey) throws -> Interval? {
        try reader.extent(series).map { Interval(start: $0.first, end: $0.last) }
    }
}
