// What goes into the book of an admission (隔离行准入), and what comes out: the act, its record, what waits.

package import Formats
package import Monitoring

/// A person's act: rows of a batch that were kept aside, or rejected, are taken after all.
package struct AdmissionAct: Hashable, Sendable {
    /// Only rows of this station; `nil`: of all.
    package var station: StationID?
    package var person: String
    package var reason: String
    package var at: Instant

    package init(station: StationID?, person: String, reason: String, at: Instant) {
        self.station = station
        self.person = person
        self.reason = reason
        self.at = at
    }
}

/// An admission that is in the book.
package struct AdmissionRecord: Hashable, Sendable {
    package let act: AdmissionAct
    /// The receipt of the batch, as it was released.
    package let batch: Receipt
    /// The log position that the admission's versions carry.
    package let sequence: Int64
    /// What became of the rows that had waited; `quarantined` ones still wait.
    package let counts: ReceiptCounts
    /// How far the batch was read again, where rejected rows were taken up too; `nil`: waiting rows alone were.
    package let reading: BatchState?
    /// The documents that the rows of the batch stand on as it was read again; empty where it was not.
    package let documents: [EvidenceDocument]
    /// The admission's place in the log, and the hash that binds it to all before it.
    package let position: LogHead

    /// What the receipt of the admission says; the batch's own receipt stays as it is.
    package var members: [String: CanonicalJSON] {
        var members: [String: CanonicalJSON] = [
            "batch": .string(batch.digest.description), "batch_log_sequence": .integer(batch.position.sequence),
            "name": .string(batch.name), "state": .string(batch.state.rawValue), "by": .string(act.person),
            "reason": .string(act.reason), "station": .optional(act.station?.rawValue),
            "admitted_at": .integer(act.at.milliseconds), "accepted": .integer(counts.accepted),
            "duplicate": .integer(counts.duplicate), "conflict": .integer(counts.conflict),
            "rejected": .integer(counts.rejected), "quarantined": .integer(counts.quarantined),
            "log_sequence": .integer(position.sequence), "chain_hash": .string(position.hash.description),
        ]
        if let reading { members["read_again"] = .string(reading.rawValue) }
        if !documents.isEmpty { members["documents"] = documents.json }
        return members
    }

    /// The admission's receipt as it is handed out.
    package func signed(by key: NodeKey) -> SignedReceipt {
        SignedReceipt(signing: members, as: .admission, with: key)
    }
}

/// An admission that was begun in slices and is not whole.
package struct UnfinishedAdmission: Hashable, Sendable {
    package let act: AdmissionAct
    package let sequence: Int64
    /// The log position of the batch's versions.
    package let batchSequence: Int64
    /// As `AdmissionRecord.reading`.
    package let reading: BatchState?
}

/// A batch with what an admission may be about: rows that are kept aside still, or rows that were rejected.
package struct WaitingBatch: Hashable, Sendable {
    package let batch: BatchRecord
    /// The act under which its waiting rows are on record: the batch itself, or its newest admission.
    let keptUnder: Int64
    package let waitingCount: Int

    /// Not all of it was read when it came.
    package var hasRejections: Bool { batch.hasRejections }
}

extension BatchRecord {
    /// Not all of it was read when it came.
    var hasRejections: Bool { receipt.counts.rejected > 0 || receipt.state != .complete }

    /// Rows of it may have been taken later.
    package var mayHaveAdmissions: Bool { receipt.counts.quarantined > 0 || hasRejections }
}

extension ReceiptCounts {
    /// Of an admission: rows that are in the book now.
    package var admitted: Int { accepted + duplicate + conflict }
}

/// How many rows were kept aside and what became of them.
package struct QuarantineTotals: Hashable, Sendable {
    /// Batches of which rows still wait.
    package var waitingBatches = 0
    package var waitingRows = 0
    /// Rows that were admitted: accepted, duplicate or in conflict.
    package var admittedRows = 0

    package init() {}
}

/// An admission of a batch, as the transaction that writes it knows it.
struct OpenAdmission {
    let act: AdmissionAct
    let batchSequence: Int64
    /// As `AdmissionRecord.reading`.
    let reading: BatchState?

    /// What the log binds.
    func payload(
        _ batch: Digest256, _ counts: ReceiptCounts, _ documents: [EvidenceDocument], begun: Int64?, zone: String?
    ) -> String {
        var members: [String: CanonicalJSON] = [
            "batch": .string(batch.description), "station": .optional(act.station?.rawValue),
            "by": .string(act.person), "reason": .string(act.reason), "admitted_at": .integer(act.at.milliseconds),
            "accepted": .integer(counts.accepted), "duplicate": .integer(counts.duplicate),
            "conflict": .integer(counts.conflict), "rejected": .integer(counts.rejected),
            "quarantined": .integer(counts.quarantined),
        ]
        if let reading { members["read_again"] = .string(reading.rawValue) }
        if !documents.isEmpty { members["documents"] = documents.json }
        if let begun { members["begun"] = .integer(begun) }
        if let zone { members["zone"] = .string(zone) }
        return CanonicalJSON.object(members).text()
    }
}
