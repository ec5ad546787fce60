// Stored observations for the pure flows: short readings of the book, all frozen at one log position.

import Formats
import Monitoring
import Pipeline
import Quality
import Storage

/// Answers the flows as known at one log position; each call is a reading of its own, so that a long computation holds
/// no reading open.
struct BookSource: ObservationSource {
    let book: Book
    let asKnownAt: Int64

    init(_ book: Book) throws {
        self.book = book
        asKnownAt = try book.read { try $0.logHead().sequence }
    }

    func series(of station: StationID) throws -> [SeriesKey] {
        try book.read { try $0.series(matching: SeriesFilter(stations: [station])) }.map(\.key)
    }

    func view(_ series: SeriesKey, over interval: Interval) throws -> CurrentView {
        try book.read { try $0.readings(series, over: interval, asKnownAt: asKnownAt) }
    }

    func digest(_ series: [SeriesKey], over interval: Interval) throws -> Digest256 {
        try book.read { try $0.snapshot(series, over: interval, asKnownAt: asKnownAt) }.digest
    }

    func instrumentEvidence(of station: StationID) throws -> InstrumentEvidence {
        var evidence = InstrumentEvidence()
        evidence.records = try book.read { try $0.instrumentRecords(of: station, asKnownAt: asKnownAt) }
        let work: Set<NoticeKind> = [.maintenance, .calibration, .instrumentChange]
        for record in try book.read({ try $0.notices(ofStation: station) })
        where record.sequence <= asKnownAt && work.contains(record.notice.kind) {
            let notice = record.notice
            let parameters: [ParameterID?] = notice.parameters.isEmpty ? [nil] : notice.parameters.map { $0 }
            evidence.marks += parameters.map { ($0, notice.interval) }
        }
        return evidence
    }

    func extent(_ series: SeriesKey) throws -> Interval? {
        try book.read { try $0.extent(series) }.map { Interval(start: $0.first, end: $0.last) }
    }
}
