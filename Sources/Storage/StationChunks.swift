// The readings of one station for its detectors: each chunk is unfolded once, and no further than it is asked for.

package import Formats
import GRDB
package import Monitoring

/// Reads the series of a station within one transaction; of each series the chunk read last is held.
package final class StationChunks {
    /// A chunk of one series, and what was unfolded of it.
    private final class Held {
        let span: Int64
        let payload: [UInt8]
        /// The series has no other.
        var isOnly = false
        var starts: [Int64]?
        var view: CurrentView?

        init(span: Int64, payload: [UInt8]) { (self.span, self.payload) = (span, payload) }
    }

    private let onward: RawStatement
    private let backward: RawStatement
    /// Batches that are not whole: nobody sees their rows.
    private let hidden: Set<Int64>
    private var held: [Int64: Held] = [:]
    private var chunk = Chunk()
    private var times = UnfoldedTimes()
    /// Parameters whose values are asked for after their times: their chunks are unfolded whole at once.
    package var viewed: Set<ParameterID> = []

    package init(_ reader: BookReader) throws {
        onward = try RawStatement(
            reader.db, "SELECT span_start, payload FROM chunks WHERE id >= ? AND id < ? ORDER BY id")
        backward = try RawStatement(
            reader.db, "SELECT span_start, payload FROM chunks WHERE id >= ? AND id < ? ORDER BY id DESC")
        hidden = try reader.unsettledSequences(at: nil)
    }

    /// Lets go of what is held, before the series of another station.
    package func forget() { held.removeAll(keepingCapacity: true) }

    /// The last row of a series, of whatever value; `nil` when nothing of it is whole.
    package func lastStart(_ record: SeriesRecord) throws -> Instant? {
        var found: Instant?
        var chunkCount = 0
        let ids = ChunkRow.ids(of: record.id)
        backward.bind(1, ids.lowerBound)
        backward.bind(2, ids.upperBound)
        try backward.rows { span, payload in
            chunkCount += 1
            // One more is looked for, so that it is known when there is no other.
            if found != nil { return false }
            found = try starts(record, span, payload).last.map { Instant(milliseconds: $0) }
            return true
        }
        if chunkCount == 1 { held[record.id]?.isOnly = true }
        return found
    }

    /// The first row of a series at or after `instant`, of whatever value.
    package func firstStart(_ record: SeriesRecord, from instant: Instant) throws -> Instant? {
        var found: Instant?
        try chunks(of: record, from: instant, until: Int64.max) { span, payload in
            found = try starts(record, span, payload).first { $0 >= instant.milliseconds }
                .map { Instant(milliseconds: $0) }
            return found == nil
        }
        return found
    }

    /// What a series says over an interval, and over the rest of the chunks that hold it.
    package func view(_ record: SeriesRecord, over interval: Interval) throws -> CurrentView {
        var found = CurrentView()
        guard interval.start < interval.end else { return found }
        try chunks(of: record, from: interval.start, until: interval.end.milliseconds) { span, payload in
            found.append(try view(record, span, payload))
            return true
        }
        return found
    }

    /// The starts of `view(_:over:)`, for which no value is unfolded.
    package func starts(_ record: SeriesRecord, over interval: Interval) throws -> [Int64] {
        var found: [Int64] = []
        guard interval.start < interval.end else { return found }
        try chunks(of: record, from: interval.start, until: interval.end.milliseconds) { span, payload in
            found += try starts(record, span, payload)
            return true
        }
        return found
    }

    /// Hands on the chunks of a series from the one that holds `instant` to the last that begins before `end`.
    private func chunks(
        of record: SeriesRecord, from instant: Instant, until end: Int64,
        _ body: (Int64, UnsafeRawBufferPointer) throws -> Bool
    ) throws {
        let bounds = Chunk.startRange
        let first = min(max(instant.milliseconds, bounds.lowerBound), bounds.upperBound)
        let begin = record.span.interval(holding: Instant(milliseconds: first)).start.milliseconds
        if let only = held[record.id], only.isOnly {
            guard begin <= only.span, only.span < end else { return }
            return try only.payload.withUnsafeBytes { _ = try body(only.span, $0) }
        }
        onward.bind(1, ChunkRow.id(record.id, begin))
        onward.bind(2, ChunkRow.id(record.id, notBefore: end))
        try onward.rows(body)
    }

    /// Holds a chunk, in place of the one of its series that was held.
    private func hold(_ record: SeriesRecord, _ span: Int64, _ payload: UnsafeRawBufferPointer) -> Held {
        if let known = held[record.id], known.span == span { return known }
        let new = Held(span: span, payload: Array(payload))
        held[record.id] = new
        return new
    }

    private func starts(
        _ record: SeriesRecord, _ span: Int64, _ payload: UnsafeRawBufferPointer
    ) throws -> [Int64] {
        // Which rows a batch brought that is not whole, the times alone do not say.
        guard hidden.isEmpty, !viewed.contains(record.key.parameter) else {
            return try view(record, span, payload).start
        }
        let found = hold(record, span, payload)
        if let known = found.starts ?? found.view?.start { return known }
        do throws(ChunkProblem) { try chunk.decodeTimes(payload, &times) } catch {
            throw damagedChunk(record.key.canonicalText, span, error)
        }
        let starts = chunk.distinctStarts
        found.starts = starts
        return starts
    }

    private func view(
        _ record: SeriesRecord, _ span: Int64, _ payload: UnsafeRawBufferPointer
    ) throws -> CurrentView {
        let found = hold(record, span, payload)
        if let known = found.view { return known }
        do throws(ChunkProblem) { try chunk.decode(payload, &times) } catch {
            throw damagedChunk(record.key.canonicalText, span, error)
        }
        var view = CurrentView()
        let isWhole = hidden.isEmpty || !chunk.sequence.contains(where: hidden.contains)
        view.append(isWhole ? chunk : chunk.without(hidden))
        found.view = view
        return view
    }
}

extension Chunk {
    /// Each start once.
    fileprivate var distinctStarts: [Int64] {
        var last: Int64?
        // The everyday case: each start has one version, and the column itself is handed on.
        let isDistinct = start.allSatisfy { next in
            defer { last = next }
            return next != last
        }
        if isDistinct { return start }
        var starts: [Int64] = []
        starts.reserveCapacity(count)
        for next in start where next != starts.last { starts.append(next) }
        return starts
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
