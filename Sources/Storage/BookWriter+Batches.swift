// The end of a commit group: log entries, batch rows and receipts, in the order the batches were begun.

import Exact
import Formats
import Foundation
import GRDB
import Monitoring

extension BookWriter {
    func settlePending() throws -> [BatchResult] {
        if pending.isEmpty { return [] }
        try mergeStaged()
        try recordSegments()
        var results: [BatchResult] = []
        results.reserveCapacity(pending.count)
        for batch in pending {
            guard let ending = batch.ending else {
                preconditionFailure("Every begun batch is finished before the group is settled.")
            }
            let position = try chain(kind: "batch", payload: batch.logPayload(ending), at: batch.incoming.receivedAt)
            precondition(position.sequence == batch.sequence, "A batch gets the log position it was promised.")
            let receipt = Receipt(
                digest: batch.incoming.digest, name: batch.incoming.name, state: ending.state,
                receivedAt: batch.incoming.receivedAt, rowCount: ending.rowCount, counts: batch.counts,
                position: position, documents: ending.documents)
            try insert(batch, ending, receipt)
            results.append(BatchResult(receipt: receipt, touched: batch.touched))
        }
        pending.removeAll()
        return results
    }

    private func insert(_ batch: OpenBatch, _ ending: BatchEnding, _ receipt: Receipt) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO batches (seq, digest, name, sender, received_at, sent_at, byte_count, format, profile, state,
                segment, data_offset, row_count, accepted_count, duplicate_count, conflict_count, rejected_count,
                quarantined_count) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        let incoming = batch.incoming
        try statement.execute(arguments: [
            batch.sequence, incoming.digest.data, incoming.name, incoming.sender, incoming.receivedAt.milliseconds,
            incoming.sentAt?.milliseconds, batch.place.byteCount, ending.format?.rawValue, ending.profile,
            ending.state.rawValue, batch.place.segment, batch.place.offset, ending.rowCount, batch.counts.accepted,
            batch.counts.duplicate, batch.counts.conflict, batch.counts.rejected, batch.counts.quarantined,
        ])
        try db.cachedStatement(sql: "INSERT INTO receipts (batch_seq, body) VALUES (?, ?)")
            .execute(arguments: [batch.sequence, receipt.body])
        try insertDocuments(batch, ending)
        try insertRejections(batch)
        try insertQuarantined(batch)
        for station in batch.stations {
            try db.cachedStatement(
                sql: """
                    INSERT INTO stations_provisional (station, name, batch_seq) VALUES (?, ?, ?)
                    ON CONFLICT (station) DO NOTHING
                    """
            ).execute(arguments: [station.station.rawValue, station.name, batch.sequence])
        }
    }

    private func insertDocuments(_ batch: OpenBatch, _ ending: BatchEnding) throws {
        for (ordinal, document) in ending.documents.enumerated() {
            try db.cachedStatement(
                sql: """
                    INSERT INTO batch_documents (batch_seq, ordinal, issuer, number, row_count) VALUES (?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [batch.sequence, ordinal, document.issuer, document.number, document.rowCount])
        }
    }

    private func insertRejections(_ batch: OpenBatch) throws {
        for (ordinal, rejection) in batch.rejections.enumerated() {
            try db.cachedStatement(
                sql: """
                    INSERT INTO rejections (batch_seq, ordinal, row, field, reason, excerpt, remedy)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [
                batch.sequence, ordinal, rejection.row, rejection.field, rejection.reason.rawValue, rejection.excerpt,
                rejection.remedy,
            ])
        }
    }

    private func insertQuarantined(_ batch: OpenBatch) throws {
        for (ordinal, row) in batch.quarantined.enumerated() {
            let reading = row.reading
            try db.cachedStatement(
                sql: """
                    INSERT INTO quarantine (batch_seq, ordinal, row, field, reason, excerpt, remedy, series_key, start,
                    mantissa, exponent, qualifier, flag) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [
                batch.sequence, ordinal, row.row, row.field, row.reason, row.excerpt, row.remedy,
                reading?.series.canonicalText, reading?.start.milliseconds, reading?.value?.mantissa,
                reading?.value?.exponent, reading?.qualifier.rawValue, reading?.flag,
            ])
        }
    }
}

extension OpenBatch {
    /// What the log binds of a batch.
    fileprivate func logPayload(_ ending: BatchEnding) -> String {
        var members: [String: CanonicalJSON] = [
            "batch": .string(incoming.digest.description), "name": .string(incoming.name),
            "sender": .string(incoming.sender), "received_at": .integer(incoming.receivedAt.milliseconds),
            "sent_at": incoming.sentAt.map { .integer($0.milliseconds) } ?? .null,
            "byte_count": .integer(place.byteCount),
            "format": .optional(ending.format?.rawValue), "profile": .optional(ending.profile),
            "state": .string(ending.state.rawValue), "rows": .integer(ending.rowCount),
            "accepted": .integer(counts.accepted), "duplicate": .integer(counts.duplicate),
            "conflict": .integer(counts.conflict), "rejected": .integer(counts.rejected),
            "quarantined": .integer(counts.quarantined),
        ]
        if !ending.documents.isEmpty { members["documents"] = ending.documents.json }
        return CanonicalJSON.object(members).text()
    }
}

extension Digest256 {
    /// The digest as SQLite stores it.
    var data: Data { Data(bytes) }

    init(_ data: Data) { self.init(bytes: Array(data)) }
}
