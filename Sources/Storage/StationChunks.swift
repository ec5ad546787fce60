// The readings of one station for its detectors: each chunk is unfolded once, however often it is asked for.

package import Formats
import GRDB
package import Monitoring

/// Reads the series of a station within one transaction; of each series the chunk read last is held.
package final class StationChunks {
    private let onward: RawStatement
    private let backward: RawStatement
    /// Batches that are not whole: nobody sees their rows.
    private let hidden: Set<Int64>
    private var held: [Int64: (span: Int64, view: CurrentView)] = [:]
    private var chunk = Chunk()

    package init(_ reader: BookReader) throws {
        onward = try RawStatement(
            reader.db,
            """
            SELECT span_start, payload FROM chunks WHERE series_id = ? AND span_start >= ? AND span_start < ?
            ORDER BY span_start
            """)
        backward = try RawStatement(
            reader.db, "SELECT span_start, payload FROM chunks WHERE series_id = ? ORDER BY span_start DESC")
        hidden = try reader.unsettledSequences(at: nil)
    }

    /// The last row of a series, of whatever value; `nil` when nothing of it is whole.
    package func lastStart(_ record: SeriesRecord) throws -> Instant? {
        var found: Instant?
        backward.bind(1, record.id)
        try backward.rows { span, payload in
            found = try view(record, span, payload).start.last.map { Instant(milliseconds: $0) }
            return found == nil
        }
        return found
    }

    /// The first row of a series at or after `instant`, of whatever value.
    package func firstStart(_ record: SeriesRecord, from instant: Instant) throws -> Instant? {
        var found: Instant?
        bind(record, from: instant, until: Int64.max)
        try onward.rows { span, payload in
            found = try view(record, span, payload).start.first { $0 >= instant.milliseconds }
                .map { Instant(milliseconds: $0) }
            return found == nil
        }
        return found
    }

    /// What a series says over an interval, and over the rest of the chunks that hold it.
    package func view(_ record: SeriesRecord, over interval: Interval) throws -> CurrentView {
        var found = CurrentView()
        guard interval.start < interval.end else { return found }
        bind(record, from: interval.start, until: interval.end.milliseconds)
        try onward.rows { span, payload in
            found.append(try view(record, span, payload))
            return true
        }
        return found
    }

    private func bind(_ record: SeriesRecord, from instant: Instant, until end: Int64) {
        let bounds = Chunk.startRange
        let first = min(max(instant.milliseconds, bounds.lowerBound), bounds.upperBound)
        onward.bind(1, record.id)
        onward.bind(2, record.span.interval(holding: Instant(milliseconds: first)).start.milliseconds)
        onward.bind(3, end)
    }

    private func view(
        _ record: SeriesRecord, _ span: Int64, _ payload: UnsafeRawBufferPointer
    ) throws -> CurrentView {
        if let known = held[record.id], known.span == span { return known.view }
        do throws(ChunkProblem) { try chunk.decode(payload) } catch {
            throw damagedChunk(record.key.canonicalText, span, error)
        }
        var view = CurrentView()
        let isWhole = hidden.isEmpty || !chunk.sequence.contains(where: hidden.contains)
        view.append(isWhole ? chunk : chunk.without(hidden))
        held[record.id] = (span, view)
        return view
    }
}

extension BookReader {
    /// The series of one station, by key text.
    package func series(of station: StationID) throws -> [SeriesRecord] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT id, parameter, statistic, window_ms, origin, span, cadence_ms, revises, key FROM series
                WHERE station = ? ORDER BY key
                """)
        let rows = try Row.fetchCursor(statement, arguments: [station.rawValue])
        var records: [SeriesRecord] = []
        while let row = try rows.next() { records.append(try SeriesRecord(row, of: station)) }
        return records
    }
}

extension SeriesRecord {
    /// A row in the order of columns that `BookReader.series(of:)` asks for.
    fileprivate init(_ row: Row, of station: StationID) throws {
        guard let statistic = SeriesStatistic(rawValue: row[2]), let span = ChunkSpan(rawValue: row[5]),
            let origin = SeriesOrigin(rawValue: row[4])
        else {
            throw BookProblem(
                .newerSchema, place: "series", message: "series \(row[8] as String) is of a kind unknown here.",
                remedy: "Open this folder with the program that wrote it.")
        }
        let cadence: Int64? = row[6]
        self.init(
            key: SeriesKey(
                station: station, parameter: ParameterID(row[1]), statistic: statistic,
                window: Duration64(milliseconds: row[3]), origin: origin),
            id: row[0], span: span,
            traits: SeriesTraits(cadence: cadence.map { Duration64(milliseconds: $0) }, revises: row[7]))
    }
}
