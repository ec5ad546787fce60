// One write transaction of the book: batches in, log entries out, all or nothing.

package import Formats
import GRDB
package import Monitoring

/// A batch whose rows are being handed over.
package final class OpenBatch {
    package let incoming: IncomingBatch
    /// The batch's place in the log, and the provenance of its versions.
    package let sequence: Int64
    let place: ArchivePlace
    var ending: BatchEnding?
    var counts = ReceiptCounts()
    var rejections: [Rejection] = []
    var quarantined: [QuarantinedRow] = []
    var stations: [(station: StationID, name: String)] = []
    /// Committed in slices, under a log entry of its own at the beginning.
    let isSliced: Bool
    /// Of an admission: the act that it is. Its batch is in the book already.
    let admission: OpenAdmission?
    /// Rows of each kind that earlier slices wrote.
    private(set) var keptRejections = 0
    private(set) var keptQuarantined = 0

    init(
        _ incoming: IncomingBatch, sequence: Int64, place: ArchivePlace, isSliced: Bool = false,
        admission: OpenAdmission? = nil
    ) {
        self.incoming = incoming
        self.sequence = sequence
        self.place = place
        self.isSliced = isSliced
        self.admission = admission
    }

    /// Forgets the rows that are written.
    func letGo(atMost limit: Int = .max) {
        let (rejected, kept) = (min(limit, rejections.count), min(limit, quarantined.count))
        keptRejections += rejected
        keptQuarantined += kept
        rejections.removeFirst(rejected)
        quarantined.removeFirst(kept)
        stations.removeAll()
    }

    /// Whether rows that were not taken wait to be written.
    var hasKept: Bool { !rejections.isEmpty || !quarantined.isEmpty }
}

extension OpenBatch {
    /// Counts and keeps one row that could not be taken; quarantined by its reason, else rejected.
    package func reject(_ rejection: Rejection) {
        if rejection.reason.isQuarantine {
            quarantine(QuarantinedRow(rejection))
        } else {
            counts.rejected += 1
            rejections.append(rejection)
        }
    }

    /// Keeps one row aside.
    package func quarantine(_ row: QuarantinedRow) {
        counts.quarantined += 1
        quarantined.append(row)
    }
}

/// Whether a batch is new to the book.
package enum BatchOpening {
    /// The same bytes are in the book: nothing changes, this is the receipt.
    case known(Receipt)
    case open(OpenBatch)
}

/// The writing half of the book, for the length of one `Book.write`.
///
/// Batches are begun, filled and finished one after another; `settleBatches` merges them and gives their results.
/// Nothing may be told to the outside before `Book.write` has returned.
package final class BookWriter {
    let db: Database
    let state: WriterState
    let statements: HotStatements
    let now: @Sendable () -> Instant
    var pending: [OpenBatch] = []
    private var pendingDigests: Set<Digest256> = []
    /// The series that this transaction brought something new to; a series may stand here more than once.
    package internal(set) var touched: [TouchedSeries] = []

    init(
        _ db: Database, state: WriterState, statements: HotStatements, now: @escaping @Sendable () -> Instant
    ) {
        self.db = db
        self.state = state
        self.statements = statements
        self.now = now
    }

    /// Reads the book as this transaction sees it. Batches count from `settleBatches` on.
    package var reader: BookReader { BookReader(db) }

    /// Appends the raw bytes to the archive and opens the batch, unless the book has it.
    package func begin(_ incoming: IncomingBatch, bytes: UnsafeRawBufferPointer) throws -> BatchOpening {
        precondition(pending.last.map { $0.ending != nil } ?? true, "A batch is finished before the next begins.")
        if !pendingDigests.insert(incoming.digest).inserted { settledEarly += try settlePending() }
        if let known = try known(incoming.digest) { return .known(known) }
        let member = SegmentMember(
            digest: incoming.digest.description, fileName: incoming.name, byteCount: bytes.count,
            modified: incoming.receivedAt.milliseconds / 1_000)
        let batch = OpenBatch(
            incoming, sequence: state.head.sequence + Int64(pending.count) + 1,
            place: try state.archive.append(member, bytes: bytes))
        pending.append(batch)
        return .open(batch)
    }

    /// Takes a slice of admitted observations, and the rejections met while reading it.
    ///
    /// - Parameter traits: what a series that is new takes over from its source.
    package func add(_ slice: DecodedSlice, to batch: OpenBatch, traits: SeriesTraits) throws {
        for rejection in slice.rejections { reject(rejection, in: batch) }
        try add(slice.block, numbers: slice.numbers, to: batch, traits: traits)
    }

    /// Takes a block of admitted observations.
    ///
    /// - Parameter numbers: the numbers of the block's series in the reader's directory, where it has one.
    package func add(
        _ block: ObservationBlock, numbers: SeriesNumbers? = nil, to batch: OpenBatch, traits: SeriesTraits
    ) throws {
        precondition(batch.ending == nil, "A finished batch takes no more rows.")
        if block.isEmpty { return }
        if !state.staged.hasRoom(for: block) { try mergeStaged() }
        state.stage(block, numbers: numbers, of: batch, traits: traits, in: state.staged)
        if state.staged.count >= StagedRows.limit { try mergeStaged() }
    }

    /// Counts and keeps one row that could not be taken; quarantined by its reason, else rejected.
    package func reject(_ rejection: Rejection, in batch: OpenBatch) { batch.reject(rejection) }

    /// Keeps one row aside.
    package func quarantine(_ row: QuarantinedRow, in batch: OpenBatch) { batch.quarantine(row) }

    /// Notes a station that nobody registered and whose rows were taken all the same.
    package func adopt(_ station: StationID, name: String, in batch: OpenBatch) {
        batch.stations.append((station, name))
    }

    /// Ends a batch; its receipt comes with `settleBatches`.
    package func finish(_ batch: OpenBatch, _ ending: BatchEnding) {
        precondition(batch.ending == nil, "A batch is finished once.")
        batch.ending = ending
        batch.counts.rejected += ending.unkeptRejections
        batch.counts.accepted += ending.filedCount
        batch.counts.duplicate += ending.filedBeforeCount
    }

    /// Merges everything begun so far and writes batches and log entries; receipts in order of beginning.
    package func settleBatches() throws -> [Receipt] {
        defer { settledEarly.removeAll() }
        return settledEarly + (try settlePending())
    }

    private var settledEarly: [Receipt] = []

    /// All pending batches are settled.
    func forgetPending() {
        pending.removeAll()
        pendingDigests.removeAll()
    }

    /// Appends an act to the log; unsettled batches come first.
    @discardableResult
    func appendLog(kind: String, payload: String, at: Instant? = nil) throws -> LogHead {
        if !pending.isEmpty { settledEarly += try settlePending() }
        return try chain(kind: kind, payload: payload, at: at ?? now())
    }

    /// The last step before the commit: rows merged, the archive's end recorded, its bytes durable by themselves or with
    /// the commit.
    func prepareCommit() throws {
        if !pending.isEmpty { settledEarly += try settlePending() }
        try recordSegments()
        do { try state.archive.keep(in: statements.archiveTail) } catch {
            state.mustReopen = true
            throw error
        }
    }

    /// Segments are recorded before the batches that refer to them; an open one once, a sealed one with its length.
    func recordSegments() throws {
        let archive = state.archive
        for segment in archive.sealed { try record(segment.number, segment.byteCount, isSealed: true) }
        if state.hasUnrecordedSegment { try record(archive.segment, archive.byteCount, isSealed: false) }
    }

    func record(_ number: Int, _ byteCount: Int, isSealed: Bool) throws {
        let statement = statements.recordSegment
        statement.bind(1, number)
        statement.bind(2, byteCount)
        statement.bind(3, isSealed ? 1 : 0)
        try statement.run()
    }

    func chain(kind: String, payload: String, at: Instant) throws -> LogHead {
        var text = payload
        let payloadDigest = text.withUTF8 { sha256(UnsafeRawBufferPointer($0)) }
        let previous = state.head
        let sequence = previous.sequence + 1
        let hash = LogChain.hash(
            after: previous.hash, sequence: sequence, at: at, kind: kind, payloadDigest: payloadDigest)
        let statement = statements.insertLog
        statement.bind(1, sequence)
        statement.bind(2, at.milliseconds)
        statement.bind(3, kind)
        statement.bind(4, text)
        statement.bind(5, payloadDigest)
        statement.bind(6, previous.hash)
        statement.bind(7, hash)
        try statement.run()
        state.head = LogHead(sequence: sequence, hash: hash)
        return state.head
    }

    /// The receipt of a batch that the book has.
    private func known(_ digest: Digest256) throws -> Receipt? {
        let statement = statements.knownBatch
        statement.bind(1, digest)
        return try statement.hasRow() ? reader.batch(digest)?.receipt : nil
    }
}
