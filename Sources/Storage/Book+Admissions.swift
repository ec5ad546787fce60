// Admissions (隔离行准入) into the book: small ones in one transaction, large ones in slices, as batches are.

import Exact
import Formats
import Foundation
import GRDB
package import Monitoring

extension BookWriter {
    /// Opens the admission of rows of a batch that were not taken; filled and finished as a batch is.
    ///
    /// - Parameter reading: how far the batch is read again, where rejected rows are taken up too.
    package func begin(_ act: AdmissionAct, of batch: BatchRecord, reading: BatchState?) throws -> OpenBatch {
        precondition(pending.last.map { $0.ending != nil } ?? true, "A batch is finished before the next begins.")
        let open = OpenBatch(
            batch.incoming, sequence: state.head.sequence + Int64(pending.count) + 1, place: batch.place,
            admission: OpenAdmission(act: act, batchSequence: batch.sequence, reading: reading))
        pending.append(open)
        return open
    }

    /// Logs a finished admission and writes its row; the counts as the receipt of its batch would say them.
    func settle(_ batch: OpenBatch, _ admission: OpenAdmission, _ ending: BatchEnding) throws -> Receipt {
        let act = admission.act
        let position = try chain(
            kind: "admission",
            payload: admission.payload(
                batch.incoming.digest, batch.counts, ending.documents, begun: batch.isSliced ? batch.sequence : nil,
                zone: ending.zone), at: act.at)
        try db.cachedStatement(
            sql: """
                INSERT INTO admissions (seq, settled_seq, batch_seq, station, person, reason, admitted_at,
                accepted_count, duplicate_count, conflict_count, rejected_count, quarantined_count, reading)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            batch.sequence, position.sequence, admission.batchSequence, act.station?.rawValue, act.person, act.reason,
            act.at.milliseconds, batch.counts.accepted, batch.counts.duplicate, batch.counts.conflict,
            batch.counts.rejected, batch.counts.quarantined, admission.reading?.rawValue,
        ])
        if !ending.documents.isEmpty { try insertDocuments(batch, ending) }
        try insertKept(batch)
        return Receipt(
            digest: batch.incoming.digest, name: batch.incoming.name, state: ending.state,
            receivedAt: batch.incoming.receivedAt, rowCount: ending.rowCount, counts: batch.counts, position: position)
    }

    /// Logs the beginning of a large admission.
    fileprivate func beginSliced(
        _ act: AdmissionAct, of batch: BatchRecord, reading: BatchState?
    ) throws -> OpenBatch {
        let position = try appendLog(
            kind: "admission-begun",
            payload: CanonicalJSON.object([
                "batch": .string(batch.receipt.digest.description), "by": .string(act.person),
                "reason": .string(act.reason),
            ]).text(), at: act.at)
        try db.cachedStatement(
            sql: """
                INSERT INTO admissions_begun (seq, batch_seq, station, person, reason, admitted_at, reading)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            position.sequence, batch.sequence, act.station?.rawValue, act.person, act.reason, act.at.milliseconds,
            reading?.rawValue,
        ])
        return OpenBatch(
            batch.incoming, sequence: position.sequence, place: batch.place, isSliced: true,
            admission: OpenAdmission(act: act, batchSequence: batch.sequence, reading: reading))
    }

    func removeBegunAdmission(_ sequence: Int64) throws {
        try db.cachedStatement(sql: "DELETE FROM admissions_begun WHERE seq = ?").execute(arguments: [sequence])
    }
}

extension Book {
    /// Opens a large admission; its rows are in no view until `finish`.
    package func beginSliced(
        _ act: AdmissionAct, of batch: BatchRecord, reading: BatchState?
    ) throws -> SlicedBatch {
        let open = try write { try $0.beginSliced(act, of: batch, reading: reading) }
        pool.writeWithoutTransaction { _ in state.unsettled[open.sequence] = open.incoming.sentOrder }
        return SlicedBatch(open)
    }

    /// The large admissions that a crash or a failure left in part, oldest first.
    package func unfinishedAdmissions() throws -> [UnfinishedAdmission] { try read { try $0.unfinishedAdmissions() } }

    /// Takes back what there is of an unfinished admission: by the rules of now it is begun anew, or not at all.
    package func abandon(_ begun: UnfinishedAdmission) throws {
        try takeBack(begun.sequence)
        try write { try $0.removeBegunAdmission(begun.sequence) }
        pool.writeWithoutTransaction { _ in state.unsettled[begun.sequence] = nil }
    }
}

extension BookReader {
    package func unfinishedAdmissions() throws -> [UnfinishedAdmission] {
        try Row.fetchAll(db, sql: "SELECT * FROM admissions_begun ORDER BY seq").map { row in
            UnfinishedAdmission(
                act: AdmissionAct(row), sequence: row["seq"], batchSequence: row["batch_seq"], reading: reading(row))
        }
    }

    /// When the batches of unfinished admissions were sent, by the position that the admissions' versions carry.
    func unfinishedAdmissionOrders() throws -> [Int64: SentOrder] {
        try unfinishedAdmissions().reduce(into: [:]) { orders, begun in
            orders[begun.sequence] = try batch(at: begun.batchSequence)?.incoming.sentOrder
        }
    }

    /// The admissions of rows of a batch, oldest first.
    package func admissions(of batch: BatchRecord) throws -> [AdmissionRecord] {
        try Row.fetchAll(
            db, sql: Self.admissionSQL + " WHERE admissions.batch_seq = ? ORDER BY admissions.seq",
            arguments: [batch.sequence]
        ).map { try admissionRecord($0, of: batch) }
    }

    /// The admission whose versions carry a log position; `nil` where a batch itself brought them.
    package func admission(at sequence: Int64) throws -> AdmissionRecord? {
        let statement = try db.cachedStatement(sql: Self.admissionSQL + " WHERE admissions.seq = ?")
        guard let row = try Row.fetchOne(statement, arguments: [sequence]),
            let batch = try batch(at: row["batch_seq"])
        else { return nil }
        return try admissionRecord(row, of: batch)
    }

    private func admissionRecord(_ row: Row, of batch: BatchRecord) throws -> AdmissionRecord {
        let reading = reading(row)
        return AdmissionRecord(
            act: AdmissionAct(row), batch: batch.receipt, sequence: row["seq"], counts: ReceiptCounts(row),
            reading: reading, documents: reading == nil ? [] : try documents(ofBatchAt: row["seq"]),
            position: LogHead(sequence: row["settled_seq"], hash: Digest256(row["hash"])))
    }

    private func reading(_ row: Row) -> BatchState? {
        let reading: String? = row["reading"]
        return reading.flatMap(BatchState.init(rawValue:))
    }

    private static let admissionSQL = """
        SELECT admissions.*, log.hash AS hash FROM admissions JOIN log ON log.seq = admissions.settled_seq
        """

    // MARK: What waits

    /// The batches after a log position of which rows are kept aside still or were rejected, oldest first.
    package func waitingBatches(after sequence: Int64 = 0, limit: Int) throws -> [WaitingBatch] {
        try Row.fetchAll(
            db,
            sql: Self.waitingSQL
                + """
                 WHERE batches.seq > ? AND (batches.rejected_count > 0 OR batches.state <> 'complete'
                 OR (batches.quarantined_count > 0 AND waiting > 0)) ORDER BY batches.seq LIMIT ?
                """,
            arguments: [sequence, limit]
        ).map(waitingBatch)
    }

    /// Whether rows of a batch wait for this reason.
    package func isWaiting(_ waiting: WaitingBatch, for reason: RejectionReason) throws -> Bool {
        try Int.fetchOne(
            db, sql: "SELECT 1 FROM quarantine WHERE batch_seq = ? AND reason = ? LIMIT 1",
            arguments: [waiting.keptUnder, reason.rawValue]) != nil
    }

    /// What of a batch waits; `nil` when the book has no such batch.
    package func waitingBatch(_ digest: Digest256) throws -> WaitingBatch? {
        try Row.fetchOne(
            db, sql: Self.waitingSQL + " WHERE batches.digest = ?", arguments: [digest.data]
        ).map(waitingBatch)
    }

    private static let waitingSQL = """
        SELECT batches.*, log.hash AS hash, coalesce(newest.seq, batches.seq) AS kept_under,
        coalesce(newest.quarantined_count, batches.quarantined_count) AS waiting
        FROM batches JOIN log ON log.seq = batches.settled_seq LEFT JOIN admissions AS newest
        ON newest.seq = (SELECT max(seq) FROM admissions WHERE batch_seq = batches.seq)
        """

    private func waitingBatch(_ row: Row) throws -> WaitingBatch {
        WaitingBatch(batch: try batchRecord(row), keptUnder: row["kept_under"], waitingCount: row["waiting"])
    }

    package func quarantineTotals() throws -> QuarantineTotals {
        var totals = QuarantineTotals()
        if let row = try Row.fetchOne(
            db,
            sql: """
                SELECT count(*) AS batches, coalesce(sum(waiting), 0) AS waiting FROM (SELECT coalesce(
                (SELECT quarantined_count FROM admissions WHERE batch_seq = batches.seq ORDER BY seq DESC LIMIT 1),
                quarantined_count) AS waiting FROM batches WHERE quarantined_count > 0
                OR seq IN (SELECT batch_seq FROM admissions)) WHERE waiting > 0
                """)
        {
            totals.waitingBatches = row["batches"]
            totals.waitingRows = row["waiting"]
        }
        totals.admittedRows =
            try Int.fetchOne(
                db, sql: "SELECT coalesce(sum(accepted_count + duplicate_count + conflict_count), 0) FROM admissions")
            ?? 0
        return totals
    }

    /// A page of the waiting rows of a batch after an ordinal (−1 for the first page), whole.
    package func waitingRows(
        of waiting: WaitingBatch, after ordinal: Int, limit: Int
    ) throws -> [(ordinal: Int, row: QuarantinedRow)] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM quarantine WHERE batch_seq = ? AND ordinal > ? ORDER BY ordinal LIMIT ?",
            arguments: [waiting.keptUnder, ordinal, limit]
        ).map { ($0["ordinal"], QuarantinedRow(reading: $0)) }
    }
}

extension AdmissionAct {
    fileprivate init(_ row: Row) {
        let station: String? = row["station"]
        self.init(
            station: station.map { StationID($0) }, person: row["person"], reason: row["reason"],
            at: Instant(milliseconds: row["admitted_at"]))
    }
}

extension QuarantinedRow {
    /// The row with its reading, where it had one.
    fileprivate init(reading row: Row) {
        let key: String? = row["series_key"]
        let (mantissa, exponent): (Int64?, Int8?) = (row["mantissa"], row["exponent"])
        let qualifier: UInt8? = row["qualifier"]
        let number: Int = row["row"]
        var reading: Reading?
        if let series = key.flatMap({ SeriesKey(canonicalText: $0) }), let start: Int64 = row["start"],
            let qualifier = qualifier.flatMap({ Qualifier(rawValue: $0) })
        {
            let value = mantissa.flatMap { mantissa in exponent.map { (mantissa, $0) } }
            reading = Reading(
                series: series, start: Instant(milliseconds: start),
                value: value.map { ExactDecimal(mantissa: $0.0, exponent: $0.1) }, qualifier: qualifier,
                flag: row["flag"] ?? "", row: Int32(number))
        }
        self.init(
            reason: row["reason"], row: number, field: row["field"], excerpt: row["excerpt"], remedy: row["remedy"],
            reading: reading)
    }
}
