// What was heard of a series, chunk by chunk: for searches that must not unfold rows.

package import Formats
import GRDB
package import Monitoring

extension BookReader {
    /// The stations that have a series, in order of their ids.
    package func heardStations() throws -> [StationID] {
        try String.fetchAll(db, sql: "SELECT DISTINCT station FROM series ORDER BY station").map { StationID($0) }
    }

    /// Hands on the chunks of a series that overlap `interval`, whole, in order of time; none of an unknown series.
    package func forEachChunk(
        of key: SeriesKey, over interval: Interval, _ body: (Chunk) throws -> Void
    ) throws {
        guard let record = try series(key) else { return }
        try forEachChunk(of: record, over: interval, body)
    }

    /// The first start of a series as known at a log position, and the earliest log position that said anything
    /// of its first span; `nil` when nothing was heard by then.
    package func firstHeard(_ key: SeriesKey, asKnownAt: Int64) throws -> (start: Instant, sequence: Int64)? {
        guard let record = try series(key) else { return nil }
        return try spanStarts(of: record, ChunkRow.ids(of: record.id), "ASC").next { spanStart in
            var first: (start: Instant, sequence: Int64)?
            try forEachChunk(of: record, over: moment(spanStart), asKnownAt: asKnownAt) { chunk in
                guard let earliest = chunk.sequence.min(), earliest <= asKnownAt,
                    let row = chunk.sequence.firstIndex(where: { $0 <= asKnownAt })
                else { return }
                first = (Instant(milliseconds: chunk.start[row]), earliest)
            }
            return first
        }
    }

    /// The last start with a value before `instant`, disputed ones among them, as known at a log position.
    package func valueStart(_ key: SeriesKey, before instant: Instant, asKnownAt: Int64) throws -> Instant? {
        guard let record = try series(key) else { return nil }
        let ids = ChunkRow.ids(of: record.id).lowerBound..<ChunkRow.id(record.id, notBefore: instant.milliseconds)
        return try spanStarts(of: record, ids, "DESC").next { spanStart in
            try valueStarts(of: record, in: spanStart, asKnownAt).last { $0 < instant }
        }
    }

    /// The first start with a value at or after `instant`, disputed ones among them, as known at a log position.
    package func valueStart(_ key: SeriesKey, from instant: Instant, asKnownAt: Int64) throws -> Instant? {
        guard let record = try series(key) else { return nil }
        let first = Instant(
            milliseconds: min(max(instant.milliseconds, Chunk.startRange.lowerBound), Chunk.startRange.upperBound))
        let begin = record.span.interval(holding: first).start.milliseconds
        let ids = ChunkRow.id(record.id, begin)..<ChunkRow.ids(of: record.id).upperBound
        return try spanStarts(of: record, ids, "ASC").next { spanStart in
            try valueStarts(of: record, in: spanStart, asKnownAt).first { $0 >= instant }
        }
    }

    /// The spans of a series one after another, so that a search reads no more than it needs.
    private struct SpanStarts {
        let rows: RowCursor

        func next<Found>(_ find: (Int64) throws -> Found?) throws -> Found? {
            while let row = try rows.next() {
                if let found = try find(row[0]) { return found }
            }
            return nil
        }
    }

    private func spanStarts(of record: SeriesRecord, _ ids: Range<Int64>, _ order: String) throws -> SpanStarts {
        SpanStarts(
            rows: try Row.fetchCursor(
                db.makeStatement(sql: "SELECT span_start FROM chunks WHERE id >= ? AND id < ? ORDER BY id " + order),
                arguments: [ids.lowerBound, ids.upperBound]))
    }

    private func moment(_ start: Int64) -> Interval {
        Interval(start: Instant(milliseconds: start), end: Instant(milliseconds: start + 1))
    }

    private func valueStarts(of record: SeriesRecord, in spanStart: Int64, _ asKnownAt: Int64) throws -> [Instant] {
        var view = CurrentView()
        let span = record.span.interval(holding: Instant(milliseconds: spanStart))
        try forEachChunk(of: record, over: moment(spanStart), asKnownAt: asKnownAt) { chunk in
            view.append(chunk, over: span, asKnownAt: asKnownAt)
        }
        return (0..<view.count).filter {
            view.isDisputed[$0] || view.qualifier[$0] != Qualifier.missing.rawValue
        }.map { Instant(milliseconds: view.start[$0]) }
    }
}
