// The reading half of the book, for the length of one read: batches, receipts, rejections, series.

import Foundation
import GRDB
package import Monitoring

/// One committed state of the book (or the writer's own), to be read and let go.
package struct BookReader {
    let db: Database

    init(_ db: Database) { self.db = db }

    /// The last entry of the log.
    package func logHead() throws -> LogHead {
        guard let row = try Row.fetchOne(db, sql: "SELECT seq, hash FROM log ORDER BY seq DESC LIMIT 1") else {
            return .empty
        }
        return LogHead(sequence: row["seq"], hash: Digest256(row["hash"]))
    }

    /// Log entries after a position, oldest first.
    package func logEntries(after sequence: Int64, limit: Int) throws -> [LogEntry] {
        try Row.fetchAll(
            db, sql: "SELECT seq, at, kind, payload, hash FROM log WHERE seq > ? ORDER BY seq LIMIT ?",
            arguments: [sequence, limit]
        ).map { row in
            LogEntry(
                sequence: row["seq"], at: Instant(milliseconds: row["at"]), kind: row["kind"], payload: row["payload"],
                hash: Digest256(row["hash"]))
        }
    }

    /// The batch with these bytes, if the book has it.
    package func batch(_ digest: Digest256) throws -> BatchRecord? {
        let statement = try db.cachedStatement(sql: Self.batchSQL + " WHERE batches.digest = ?")
        return try Row.fetchOne(statement, arguments: [digest.data]).map(batchRecord)
    }

    /// The batch whose rows carry a log position, its own or that of an admission of rows of it.
    package func batch(at sequence: Int64) throws -> BatchRecord? {
        let statement = try db.cachedStatement(
            sql: Self.batchSQL + " WHERE batches.seq = coalesce((SELECT batch_seq FROM admissions WHERE seq = ?1), ?1)")
        return try Row.fetchOne(statement, arguments: [sequence]).map(batchRecord)
    }

    /// Batches after a log position, oldest first.
    package func batches(after sequence: Int64 = 0, limit: Int) throws -> [BatchRecord] {
        try Row.fetchAll(
            db, sql: Self.batchSQL + " WHERE batches.seq > ? ORDER BY batches.seq LIMIT ?",
            arguments: [sequence, limit]
        ).map(batchRecord)
    }

    /// What all batches were received as, and how many are not whole.
    ///
    /// One statement: pages by `seq` that go on from a settled position pass over batches that came between the slices
    /// of a large one.
    package func receiptTotals() throws -> (counts: ReceiptCounts, notWhole: Int) {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT coalesce(sum(accepted_count), 0) AS accepted_count,
                coalesce(sum(duplicate_count), 0) AS duplicate_count,
                coalesce(sum(conflict_count), 0) AS conflict_count,
                coalesce(sum(rejected_count), 0) AS rejected_count,
                coalesce(sum(quarantined_count), 0) AS quarantined_count,
                coalesce(sum(state <> 'complete'), 0) AS not_whole FROM batches
                """)
        return row.map { (ReceiptCounts($0), $0["not_whole"]) } ?? (ReceiptCounts(), 0)
    }

    /// The receipt as it was sent, without a signature.
    package func receiptBody(_ digest: Digest256) throws -> String? { try batch(digest)?.receipt.body }

    /// The rows of a batch that were rejected, in the order they were met.
    package func rejections(ofBatchAt sequence: Int64, limit: Int = 10_000) throws -> [Rejection] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM rejections WHERE batch_seq = ? ORDER BY ordinal LIMIT ?",
            arguments: [sequence, limit]
        ).compactMap(rejection)
    }

    /// The last of them, where reading ended in a batch that was not read whole.
    package func lastRejection(ofBatchAt sequence: Int64) throws -> Rejection? {
        try Row.fetchOne(
            db, sql: "SELECT * FROM rejections WHERE batch_seq = ? ORDER BY ordinal DESC LIMIT 1",
            arguments: [sequence]
        ).flatMap(rejection)
    }

    private func rejection(_ row: Row) -> Rejection? {
        RejectionReason(rawValue: row["reason"]).map { reason in
            Rejection(reason, row: row["row"], field: row["field"], excerpt: row["excerpt"], remedy: row["remedy"])
        }
    }

    /// The rows of a batch that were kept aside, in the order they were met, without their readings.
    package func quarantined(ofBatchAt sequence: Int64, limit: Int = 10_000) throws -> [QuarantinedRow] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM quarantine WHERE batch_seq = ? ORDER BY ordinal LIMIT ?",
            arguments: [sequence, limit]
        ).map { row in
            QuarantinedRow(
                reason: row["reason"], row: row["row"], field: row["field"], excerpt: row["excerpt"],
                remedy: row["remedy"], reading: nil)
        }
    }

    /// Stations whose rows were taken although nobody registered them, by id.
    package func provisionalStations() throws -> [(station: StationID, name: String)] {
        try Row.fetchAll(db, sql: "SELECT station, name FROM stations_provisional ORDER BY station")
            .map { row in (StationID(row["station"]), row["name"]) }
    }

    private static let batchSQL = """
        SELECT batches.*, log.hash AS hash FROM batches JOIN log ON log.seq = batches.settled_seq
        """

    /// The documents that the rows of a batch stand on, in order of appearance.
    package func documents(ofBatchAt sequence: Int64) throws -> [EvidenceDocument] {
        let statement = try db.cachedStatement(
            sql: "SELECT issuer, number, row_count FROM batch_documents WHERE batch_seq = ? ORDER BY ordinal")
        return try Row.fetchAll(statement, arguments: [sequence]).map { row in
            EvidenceDocument(name: .init(issuer: row["issuer"], number: row["number"]), rowCount: row["row_count"])
        }
    }

    func batchRecord(_ row: Row) throws -> BatchRecord {
        let sent: Int64? = row["sent_at"]
        return BatchRecord(
            receipt: Receipt(
                digest: Digest256(row["digest"]), name: row["name"],
                state: BatchState(rawValue: row["state"]) ?? .incomplete,
                receivedAt: Instant(milliseconds: row["received_at"]), rowCount: row["row_count"],
                counts: ReceiptCounts(row),
                position: LogHead(sequence: row["settled_seq"], hash: Digest256(row["hash"])),
                documents: try documents(ofBatchAt: row["seq"])),
            sequence: row["seq"], sender: row["sender"], sentAt: sent.map { Instant(milliseconds: $0) },
            format: row["format"],
            profile: row["profile"],
            place: ArchivePlace(segment: row["segment"], offset: row["data_offset"], byteCount: row["byte_count"]))
    }
}

extension ReceiptCounts {
    /// The five counts of a batch or an admission.
    init(_ row: Row) {
        self.init()
        accepted = row["accepted_count"]
        duplicate = row["duplicate_count"]
        conflict = row["conflict_count"]
        rejected = row["rejected_count"]
        quarantined = row["quarantined_count"]
    }
}
