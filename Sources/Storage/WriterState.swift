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
    var staged = StagedRows()

    init(_ db: Database, archiveFolder: String, segmentLimit: Int) throws {
        let end = try Self.archiveEnd(db)
        head = try Self.logHead(db)
        catalogue = try SeriesCatalogue(db)
        archive = try Archive(
            folder: archiveFolder, segment: end.number, byteCount: end.byteCount, segmentLimit: segmentLimit)
    }

    /// Back to what is committed.
    func revert(_ db: Database) throws {
        let end = try Self.archiveEnd(db)
        head = try Self.logHead(db)
        catalogue = try SeriesCatalogue(db)
        staged = StagedRows()
        try archive.revert(segment: end.number, byteCount: end.byteCount)
    }

    private static func archiveEnd(_ db: Database) throws -> (number: Int, byteCount: Int) {
        let sql = "SELECT number, byte_count, is_sealed FROM segments ORDER BY number DESC LIMIT 1"
        guard let row = try Row.fetchOne(db, sql: sql) else { return (1, 0) }
        let number: Int = row["number"]
        return row["is_sealed"] ? (number + 1, 0) : (number, row["byte_count"])
    }

    private static func logHead(_ db: Database) throws -> LogHead {
        guard let row = try Row.fetchOne(db, sql: "SELECT seq, hash FROM log ORDER BY seq DESC LIMIT 1") else {
            return .empty
        }
        return LogHead(sequence: row["seq"], hash: Digest256(row["hash"]))
    }
}
