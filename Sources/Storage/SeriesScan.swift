// Whole histories as columns: every series in turn, chunk by chunk, in readings that end in time.

package import Formats
import GRDB
package import Monitoring

/// What a scan reads: some series, over an interval, as known at one log position.
package struct SeriesScan: Sendable {
    /// In the order in which they are handed on.
    package var series: [SeriesRecord]
    package var interval: Interval
    /// Later batches are not seen, however long the scan takes and however many threads share it.
    package var asKnownAt: Int64

    package init(series: [SeriesRecord], interval: Interval, asKnownAt: Int64) {
        self.series = series
        self.interval = interval
        self.asKnownAt = asKnownAt
    }

    /// The scan of a part of the series.
    package func part(_ range: Range<Int>) -> SeriesScan {
        SeriesScan(series: Array(series[range]), interval: interval, asKnownAt: asKnownAt)
    }

    /// All of time that a chunk can hold.
    package static let wholeTime = Interval(
        start: Instant(milliseconds: Chunk.startRange.lowerBound),
        end: Instant(milliseconds: Chunk.startRange.upperBound + 1))
}

extension Book {
    /// Hands on the rows of each series as blocks: series in order, a series' blocks in order of time, each start once,
    /// disputes without a value, rows of unfinished batches not at all (`CurrentView` in columns).
    ///
    /// One block is one chunk, or a part of one; its memory is used again for the next. A series without rows has no
    /// block. The book is read in short readings at one log position, so a scan may take as long as it likes and does
    /// not hold up the write-ahead log.
    ///
    /// - Parameter body: gets the place of the series, the block, and the flags that its codes stand for.
    /// - Complexity: O(rows); memory: one chunk.
    package func scan(
        _ scan: SeriesScan, _ body: (Int, inout SeriesBlock, FlagNames) throws -> Void
    ) throws {
        guard scan.interval.start < scan.interval.end,
            scan.interval.start.milliseconds <= Chunk.startRange.upperBound
        else { return }
        var run = ScanRun(scan)
        while !run.isDone { try read { try $0.advance(&run, body) } }
    }
}

/// How far a scan has come, and the memory it uses again.
struct ScanRun {
    let scan: SeriesScan
    var place = 0
    /// The span to go on with in the series at `place`; `nil` at its beginning.
    var nextSpan: Int64?
    var reader = SeriesBlockReader()
    var block = SeriesBlock()

    init(_ scan: SeriesScan) { self.scan = scan }

    var isDone: Bool { place >= scan.series.count }

    /// How long one reading goes on: well below `BookLimits.reading`, which ends a reading with an error.
    static let readingTime = Duration.seconds(1)
    /// Chunks between two looks at the clock.
    static let clockStride = 64
}

extension BookReader {
    /// Goes on with a scan until it is done or the reading has lasted long enough.
    fileprivate func advance(
        _ run: inout ScanRun, _ body: (Int, inout SeriesBlock, FlagNames) throws -> Void
    ) throws {
        let end = ContinuousClock.now + ScanRun.readingTime
        let filter = VersionFilter(
            asKnownAt: run.scan.asKnownAt, hidden: try unsettledSequences(at: run.scan.asKnownAt))
        let statement = try RawStatement(
            db, "SELECT span_start, payload FROM chunks WHERE id >= ? AND id < ? ORDER BY id")
        let bounds = run.scan.interval
        let first = Instant(milliseconds: max(bounds.start.milliseconds, Chunk.startRange.lowerBound))
        var chunks = 0
        while !run.isDone {
            let record = run.scan.series[run.place]
            let begin = run.nextSpan ?? record.span.interval(holding: first).start.milliseconds
            statement.bind(1, ChunkRow.id(record.id, begin))
            statement.bind(2, ChunkRow.id(record.id, notBefore: bounds.end.milliseconds))
            var isStopped = false
            try statement.rows { span, bytes in
                if chunks % ScanRun.clockStride == ScanRun.clockStride - 1, ContinuousClock.now >= end {
                    run.nextSpan = span
                    isStopped = true
                    return false
                }
                chunks += 1
                try run.read(bytes, span, record, filter, body)
                return true
            }
            if isStopped { return }
            run.place += 1
            run.nextSpan = nil
        }
    }
}

extension ScanRun {
    /// Reads one chunk and hands on what of it lies in the interval.
    fileprivate mutating func read(
        _ bytes: UnsafeRawBufferPointer, _ span: Int64, _ record: SeriesRecord, _ filter: VersionFilter,
        _ body: (Int, inout SeriesBlock, FlagNames) throws -> Void
    ) throws {
        let interval = scan.interval
        if reader.read(bytes, filter: filter, into: &block) {
            return try Self.give(&block, interval, place, reader.flags, body)
        }
        let blocks: [SeriesBlock]
        do throws(ChunkProblem) { blocks = try reader.blocks(bytes, filter: filter) } catch {
            throw damagedChunk(record.key.canonicalText, span, error)
        }
        for var block in blocks { try Self.give(&block, interval, place, reader.flags, body) }
    }

    private static func give(
        _ block: inout SeriesBlock, _ interval: Interval, _ place: Int, _ flags: FlagNames,
        _ body: (Int, inout SeriesBlock, FlagNames) throws -> Void
    ) throws {
        if block.isEmpty { return }
        let (start, end) = (interval.start.milliseconds, interval.end.milliseconds)
        if start > block.start(0) || end <= block.start(block.count - 1) {
            let rows = block.firstRow(from: start)..<block.firstRow(from: end)
            if rows.isEmpty { return }
            block = block.part(rows)
        }
        try body(place, &block, flags)
    }
}
