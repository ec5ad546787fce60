// What goes into the book of a batch, and what comes out: the batch, its receipt, what it touched.

package import Formats
package import Monitoring

/// A batch at the door: everything known of it besides its bytes.
package struct IncomingBatch: Hashable, Sendable {
    package var digest: Digest256
    /// The file's name, as sent.
    package var name: String
    /// Who sent it: a station's id, a person, `folder`.
    package var sender: String
    package var receivedAt: Instant
    /// When the source says it sent it; `nil` counts as received.
    package var sentAt: Instant?

    package init(digest: Digest256, name: String, sender: String, receivedAt: Instant, sentAt: Instant? = nil) {
        self.digest = digest
        self.name = name
        self.sender = sender
        self.receivedAt = receivedAt
        self.sentAt = sentAt
    }
}

/// What a series takes over from its source when it is first stored.
package struct SeriesTraits: Hashable, Sendable {
    /// Step between observations; `nil` when it is not declared.
    package var cadence: Duration64?
    /// A later sent value replaces an earlier one.
    package var revises: Bool

    package init(cadence: Duration64?, revises: Bool) {
        self.cadence = cadence
        self.revises = revises
    }

    package init(_ profile: SourceProfile) {
        self.init(cadence: profile.cadence, revises: profile.revises)
    }
}

/// What the reader said when the batch ended.
package struct BatchEnding: Sendable {
    package var state: BatchState
    package var format: FormatID?
    /// The source profile's id.
    package var profile: String?
    /// The named zone with its table, where the profile has one: a time without an offset depends on it.
    package var zone: String?
    /// Data rows met, rejected ones among them.
    package var rowCount: Int
    /// Rejections that were only counted.
    package var unkeptRejections: Int
    /// The documents that the rows stand on; empty for stations' own batches.
    package var documents: [EvidenceDocument]
    /// Rows that are no observations and are filed by an act of their own, and those of them that were on record.
    package var filedCount = 0
    package var filedBeforeCount = 0

    package init(
        state: BatchState, format: FormatID? = nil, profile: String? = nil, rowCount: Int = 0,
        unkeptRejections: Int = 0, documents: [EvidenceDocument] = []
    ) {
        self.state = state
        self.format = format
        self.profile = profile
        self.rowCount = rowCount
        self.unkeptRejections = unkeptRejections
        self.documents = documents
    }

    package init(_ summary: DecodedSummary) {
        self.init(
            state: .complete, format: summary.format, profile: summary.profile.id, rowCount: summary.rowCount,
            unkeptRejections: summary.unkeptRejections, documents: summary.documents)
        zone = summary.zoneText
    }
}

/// What the station gets back once its batch is in the book (回执); `signed(by:)` makes the form that is handed out.
package struct Receipt: Hashable, Sendable {
    package let digest: Digest256
    package let name: String
    package let state: BatchState
    package let receivedAt: Instant
    /// Data rows of the batch; for wide formats rows of the file, whereas the counts are of values.
    package let rowCount: Int
    package let counts: ReceiptCounts
    /// The batch's place in the log, and the hash that binds it to all before it.
    package let position: LogHead
    /// The documents that the rows stand on, in order of appearance; empty for stations' own batches.
    package var documents: [EvidenceDocument] = []

    /// The receipt as JSON text, unsigned: `members` in the order of their names, without building them.
    package var body: String {
        var members = OrderedMembers()
        members.add("accepted", counts.accepted)
        members.add("batch", digest)
        members.add("chain_hash", position.hash)
        members.add("conflict", counts.conflict)
        if !documents.isEmpty { members.add("documents", documents.json) }
        members.add("duplicate", counts.duplicate)
        members.add("log_sequence", position.sequence)
        members.add("name", name)
        members.add("quarantined", counts.quarantined)
        members.add("received_at", receivedAt.milliseconds)
        members.add("rejected", counts.rejected)
        members.add("rows", rowCount)
        members.add("state", state.rawValue)
        return members.text()
    }

    /// What the receipt says, as JSON.
    package var members: [String: CanonicalJSON] {
        var members: [String: CanonicalJSON] = [
            "batch": .string(digest.description), "name": .string(name), "state": .string(state.rawValue),
            "received_at": .integer(receivedAt.milliseconds), "rows": .integer(rowCount),
            "accepted": .integer(counts.accepted), "duplicate": .integer(counts.duplicate),
            "conflict": .integer(counts.conflict), "rejected": .integer(counts.rejected),
            "quarantined": .integer(counts.quarantined), "log_sequence": .integer(position.sequence),
            "chain_hash": .string(position.hash.description),
        ]
        if !documents.isEmpty { members["documents"] = documents.json }
        return members
    }
}

extension [EvidenceDocument] {
    /// As receipts and the log hold them.
    var json: CanonicalJSON {
        .array(
            map {
                .object([
                    "issuer": .string($0.issuer), "number": .string($0.number), "rows": .integer($0.rowCount),
                ])
            })
    }
}

/// A series to which a commit brought something new, and from when to when.
package struct TouchedSeries: Sendable {
    package let series: SeriesKey
    /// First and last start at which something new was said.
    package let firstStart: Instant
    package let lastStart: Instant
}

/// A batch as the book lists it.
package struct BatchRecord: Hashable, Sendable {
    package let receipt: Receipt
    /// The log position that the batch's versions carry.
    package let sequence: Int64
    package let sender: String
    package let sentAt: Instant?
    package let format: String?
    package let profile: String?
    package let place: ArchivePlace

    /// The batch as it stood at the door.
    package var incoming: IncomingBatch {
        IncomingBatch(
            digest: receipt.digest, name: receipt.name, sender: sender, receivedAt: receipt.receivedAt, sentAt: sentAt)
    }
}

/// A row kept aside until somebody decides (隔离); the reading is there where the row could be read.
package struct QuarantinedRow: Hashable, Sendable {
    /// `RejectionReason` raw value, or `span-full`.
    package let reason: String
    package let row: Int
    package let field: String
    package let excerpt: String
    package let remedy: String
    package let reading: Reading?

    package init(_ rejection: Rejection, reading: Reading? = nil) {
        self.init(
            reason: rejection.reason.rawValue, row: rejection.row, field: rejection.field, excerpt: rejection.excerpt,
            remedy: rejection.remedy, reading: reading)
    }

    init(reason: String, row: Int, field: String, excerpt: String, remedy: String, reading: Reading?) {
        self.reason = reason
        self.row = row
        self.field = field
        self.excerpt = excerpt
        self.remedy = remedy
        self.reading = reading
    }
}

/// A version of an observation with the batch that brought it: the answer to "where does this figure come from".
package struct Provenance: Hashable, Sendable {
    package let version: ChunkVersion
    package let batchDigest: Digest256
    package let batchName: String
    package let sender: String
    package let receivedAt: Instant
    package let place: ArchivePlace
    /// The act that took the row after it was kept aside; `nil` where it was taken with its batch.
    package let admission: AdmissionRecord?
}
