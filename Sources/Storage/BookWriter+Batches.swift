// The end of a commit group: log entries, batch rows and receipts, in the order the batches were begun.

import Exact
import Formats
import Foundation
import GRDB
import Monitoring

extension BookWriter {
    func settlePending() throws -> [Receipt] {
        if pending.isEmpty { return [] }
        try mergeStaged()
        // Before the batches, which refer to it.
        try recordSegments()
        var receipts: [Receipt] = []
        receipts.reserveCapacity(pending.count)
        for batch in pending {
            let receipt = try settle(batch)
            precondition(receipt.position.sequence == batch.sequence, "A batch gets the log position it was promised.")
            receipts.append(receipt)
        }
        forgetPending()
        return receipts
    }

    /// Merges all staged rows and empties the stage.
    func mergeStaged() throws {
        guard state.staged.count > 0 else { return }
        var merging = try ChunkMerging(
            db: db, statements: statements, state: state, staged: state.staged, batches: MergedBatches(pending))
        for member in ChunkMerging.order(state.staged, state.catalogue) { try merging.merge(member: member) }
        touched += merging.touched
        state.staged.reset()
    }

    /// Logs a finished batch and writes its row.
    func settle(_ batch: OpenBatch) throws -> Receipt {
        guard let ending = batch.ending else {
            preconditionFailure("Every begun batch is finished before it is settled.")
        }
        if let admission = batch.admission { return try settle(batch, admission, ending) }
        let position = try chain(kind: "batch", payload: batch.logPayload(ending), at: batch.incoming.receivedAt)
        try insert(batch, ending, settledAt: position.sequence)
        return Receipt(
            digest: batch.incoming.digest, name: batch.incoming.name, state: ending.state,
            receivedAt: batch.incoming.receivedAt, rowCount: ending.rowCount, counts: batch.counts,
            position: position, documents: ending.documents)
    }

    private func insert(_ batch: OpenBatch, _ ending: BatchEnding, settledAt: Int64) throws {
        let statement = statements.insertBatch
        let incoming = batch.incoming
        statement.bind(1, batch.sequence)
        statement.bind(2, settledAt)
        statement.bind(3, incoming.digest)
        statement.bind(4, incoming.name)
        statement.bind(5, incoming.sender)
        statement.bind(6, incoming.receivedAt.milliseconds)
        if let sent = incoming.sentAt { statement.bind(7, sent.milliseconds) } else { statement.bindNull(7) }
        statement.bind(8, batch.place.byteCount)
        statement.bind(9, ending.format?.rawValue)
        statement.bind(10, ending.profile)
        statement.bind(11, ending.state.rawValue)
        statement.bind(12, batch.place.segment)
        statement.bind(13, batch.place.offset)
        statement.bind(14, ending.rowCount)
        statement.bind(15, batch.counts.accepted)
        statement.bind(16, batch.counts.duplicate)
        statement.bind(17, batch.counts.conflict)
        statement.bind(18, batch.counts.rejected)
        statement.bind(19, batch.counts.quarantined)
        try statement.run()
        if !ending.documents.isEmpty { try insertDocuments(batch, ending) }
        try insertKept(batch)
    }

    /// Writes the rows that were not taken, and the stations adopted, and lets go of them.
    ///
    /// - Parameter limit: at most so many rows of each kind; the rest waits for the next call.
    func insertKept(_ batch: OpenBatch, atMost limit: Int = .max) throws {
        if !batch.rejections.isEmpty { try insertRejections(batch, atMost: limit) }
        if !batch.quarantined.isEmpty { try insertQuarantined(batch, atMost: limit) }
        for station in batch.stations {
            try db.cachedStatement(
                sql: """
                    INSERT INTO stations_provisional (station, name, batch_seq) VALUES (?, ?, ?)
                    ON CONFLICT (station) DO NOTHING
                    """
            ).execute(arguments: [station.station.rawValue, station.name, batch.sequence])
        }
        batch.letGo(atMost: limit)
    }

    func insertDocuments(_ batch: OpenBatch, _ ending: BatchEnding) throws {
        for (ordinal, document) in ending.documents.enumerated() {
            try db.cachedStatement(
                sql: """
                    INSERT INTO batch_documents (batch_seq, ordinal, issuer, number, row_count) VALUES (?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [batch.sequence, ordinal, document.issuer, document.number, document.rowCount])
        }
    }

    private func insertRejections(_ batch: OpenBatch, atMost limit: Int) throws {
        // A batch that is read again after a crash meets the same faults in the same order.
        let statement = try RawStatement(
            db,
            """
            INSERT OR IGNORE INTO rejections (batch_seq, ordinal, row, field, reason, excerpt, remedy)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """)
        for (ordinal, rejection) in batch.rejections.prefix(limit).enumerated() {
            statement.bind(1, batch.sequence)
            statement.bind(2, batch.keptRejections + ordinal)
            statement.bind(3, rejection.row)
            statement.bind(4, rejection.field)
            statement.bind(5, rejection.reason.rawValue)
            statement.bind(6, rejection.excerpt)
            statement.bind(7, rejection.remedy)
            try statement.run()
        }
    }

    private func insertQuarantined(_ batch: OpenBatch, atMost limit: Int) throws {
        let statement = try RawStatement(
            db,
            """
            INSERT OR IGNORE INTO quarantine (batch_seq, ordinal, row, field, reason, excerpt, remedy, series_key, start,
            mantissa, exponent, qualifier, flag) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        for (ordinal, row) in batch.quarantined.prefix(limit).enumerated() {
            statement.bind(1, batch.sequence)
            statement.bind(2, batch.keptQuarantined + ordinal)
            statement.bind(3, row.row)
            statement.bind(4, row.field)
            statement.bind(5, row.reason)
            statement.bind(6, row.excerpt)
            statement.bind(7, row.remedy)
            statement.bind(8, row.reading?.series.canonicalText)
            statement.bind(9, row.reading?.start.milliseconds)
            statement.bind(10, row.reading?.value?.mantissa)
            statement.bind(11, (row.reading?.value?.exponent).map(Int64.init))
            statement.bind(12, (row.reading?.qualifier.rawValue).map(Int64.init))
            statement.bind(13, row.reading?.flag)
            try statement.run()
        }
    }
}

extension OpenBatch {
    /// What the log binds of a batch; the members of a JSON object in the order of their names.
    fileprivate func logPayload(_ ending: BatchEnding) -> String {
        var members = OrderedMembers()
        members.add("accepted", counts.accepted)
        members.add("batch", incoming.digest)
        if isSliced { members.add("begun", sequence) }
        members.add("byte_count", place.byteCount)
        members.add("conflict", counts.conflict)
        if !ending.documents.isEmpty { members.add("documents", ending.documents.json) }
        members.add("duplicate", counts.duplicate)
        members.add("format", .optional(ending.format?.rawValue))
        members.add("name", incoming.name)
        members.add("profile", .optional(ending.profile))
        members.add("quarantined", counts.quarantined)
        members.add("received_at", incoming.receivedAt.milliseconds)
        members.add("rejected", counts.rejected)
        members.add("rows", ending.rowCount)
        members.add("sender", incoming.sender)
        members.add("sent_at", incoming.sentAt.map { CanonicalJSON.integer($0.milliseconds) } ?? .null)
        members.add("state", ending.state.rawValue)
        if let zone = ending.zone { members.add("zone", zone) }
        return members.text()
    }
}

extension Digest256 {
    /// The digest as SQLite stores it.
    var data: Data { Data(bytes) }

    init(_ data: Data) { self.init(bytes: Array(data)) }
}
