// What the one writer keeps between transactions: the log's head, the archive's end, the series, scratch memory.

import Formats
import GRDB
import Monitoring

/// Owned by `Book`; handed to one `BookWriter` at a time.
final class WriterState {
    var head: LogHead
    var catalogue: SeriesCatalogue
    let archive: Archive
    /// The open segment that has its row in the book.
    private var recordedSegment: Int?
    private var preparedStatements: HotStatements?
    /// A failed write left memory and disk in doubt.
    var mustReopen = false
    /// It was for want of room: the book goes on by itself once there is some.
    var waitsForRoom = false
    let staged = StagedRows()
    /// Pages written since somebody looked at the size of the write-ahead log.
    var walPagesUnseen = 0
    /// Batches that are committed in part, by the log position their versions carry.
    var unsettled: [Int64: SentOrder] {
        didSet { unsettledSequences = Set(unsettled.keys) }
    }
    private(set) var unsettledSequences: Set<Int64>

    init(_ db: Database, archiveFolder: String, segmentLimit: Int) throws {
        let end = try Self.archiveEnd(db)
        head = try BookReader(db).logHead()
        catalogue = try SeriesCatalogue(db)
        unsettled = try BookReader(db).unfinishedBatches().reduce(into: BookReader(db).unfinishedAdmissionOrders()) {
            $0[$1.sequence] = $1.incoming.sentOrder
        }
        unsettledSequences = Set(unsettled.keys)
        archive = try Archive(
            folder: archiveFolder, segment: end.number, byteCount: end.byteCount, recorded: end.recorded,
            tail: ArchiveTail.pieces(db, of: end.number), segmentLimit: segmentLimit)
    }

    /// The transaction is on the disk.
    func commit() {
        catalogue.commit()
        archive.acknowledge()
        recordedSegment = archive.byteCount > 0 ? archive.segment : nil
    }

    /// Whether the open segment waits for its row: once it has one, its batches tell how far it is acknowledged.
    var hasUnrecordedSegment: Bool { archive.byteCount > 0 && recordedSegment != archive.segment }

    func statements(_ db: Database) throws -> HotStatements {
        if let preparedStatements { return preparedStatements }
        let made = try HotStatements(db)
        preparedStatements = made
        return made
    }

    /// Lets go of the statements, so that the connection can close.
    func end() { preparedStatements = nil }

    /// Makes the archive durable by itself, so that it needs the book's tail no longer.
    func settleArchive(_ db: Database) throws {
        guard !mustReopen, archive.hasTail else { return }
        try archive.sync()
        try ArchiveTail.empty(db)
        archive.forgetTail()
    }

    /// Puts a block's rows among the staged ones; rows whose start no chunk can hold are kept aside.
    func stage(
        _ block: ObservationBlock, numbers: SeriesNumbers?, of batch: OpenBatch, traits: SeriesTraits,
        in stage: StagedRows
    ) {
        let indexes = catalogue.indexes(of: block.seriesTable, numbers: numbers, traits: traits)
        let outside = stage.append(
            block, catalogueIndex: indexes, catalogueCount: catalogue.count, sequence: batch.sequence)
        for index in outside {
            batch.quarantine(
                QuarantinedRow(
                    Rejection(
                        .timeTooOld, row: Int(block.row[index]), field: "time",
                        excerpt: "\(block.start[index]) ms", remedy: "Send a time in the years 1 to 9999."),
                    reading: block[index]))
        }
    }

    /// Back to what is committed.
    func revert(_ db: Database) throws {
        let end = try Self.archiveEnd(db)
        head = try BookReader(db).logHead()
        recordedSegment = nil
        catalogue.revert()
        staged.reset()
        try archive.revert(segment: end.number, byteCount: end.byteCount)
    }

    /// The segment that is open, how far it is acknowledged, and the numbers of all segments on record.
    private static func archiveEnd(_ db: Database) throws -> (number: Int, byteCount: Int, recorded: Set<Int>) {
        let rows = try Row.fetchAll(db, sql: "SELECT number, is_sealed FROM segments ORDER BY number")
        let recorded = Set(rows.map { $0["number"] as Int })
        guard let open = rows.last(where: { !($0["is_sealed"] as Bool) }) else {
            return ((recorded.max() ?? 0) + 1, 0, recorded)
        }
        let number: Int = open["number"]
        // Batches are appended in the order of their log positions: the last one ends the segment.
        let sql = "SELECT data_offset, byte_count FROM batches WHERE segment = ? ORDER BY seq DESC LIMIT 1"
        let end = try Row.fetchOne(db, sql: sql, arguments: [number]).map { row in
            let byteCount: Int = row["byte_count"]
            return row["data_offset"] + byteCount + SegmentMember.padding(byteCount)
        }
        return (number, end ?? 0, recorded)
    }
}
