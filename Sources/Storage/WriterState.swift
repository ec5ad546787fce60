// What the one writer keeps between transactions: the log's head, the archive's end, the series, scratch memory.

import Formats
import GRDB
import Monitoring

/// Owned by `Book`; handed to one `BookWriter` at a time.
final class WriterState {
    var head: LogHead
    var catalogue: SeriesCatalogue
    let archive: Archive
    /// A failed write left memory and disk in doubt.
    var mustReopen = false
    let staged = StagedRows()
    /// Batches that are committed in part, by the log position their versions carry.
    var unsettled: [Int64: SentOrder] {
        didSet { unsettledSequences = Set(unsettled.keys) }
    }
    private(set) var unsettledSequences: Set<Int64>

    init(_ db: Database, archiveFolder: String, segmentLimit: Int) throws {
        let end = try Self.archiveEnd(db)
        head = try BookReader(db).logHead()
        catalogue = try SeriesCatalogue(db)
        unsettled = try BookReader(db).unfinishedBatches().reduce(into: [:]) { $0[$1.sequence] = $1.incoming.sentOrder }
        unsettledSequences = Set(unsettled.keys)
        archive = try Archive(
            folder: archiveFolder, segment: end.number, byteCount: end.byteCount, recorded: end.recorded,
            segmentLimit: segmentLimit)
    }

    /// The transaction is on the disk.
    func commit() {
        catalogue.commit()
        archive.acknowledge()
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
        catalogue.revert()
        staged.reset()
        try archive.revert(segment: end.number, byteCount: end.byteCount)
    }

    /// The segment that is open, how far it is acknowledged, and the numbers of all segments on record.
    private static func archiveEnd(_ db: Database) throws -> (number: Int, byteCount: Int, recorded: Set<Int>) {
        let rows = try Row.fetchAll(db, sql: "SELECT number, byte_count, is_sealed FROM segments ORDER BY number")
        let recorded = Set(rows.map { $0["number"] as Int })
        if let open = rows.last(where: { !($0["is_sealed"] as Bool) }) {
            return (open["number"], open["byte_count"], recorded)
        }
        return ((recorded.max() ?? 0) + 1, 0, recorded)
    }
}
