// Rows that were kept aside, taken after all: the batch is read again from the archive by the rules of now.

import Formats
import Monitoring
import Pipeline
import Storage

/// What became of the waiting rows of one batch, or would become of them.
struct AdmissionOutcome: Sendable {
    let waiting: WaitingBatch
    /// Rows the admission was about.
    let selectedCount: Int
    /// Values that may be taken by the present rules; some of them may be in the book from another batch.
    var admissible = 0
    /// Values that are no longer kept aside but rejected.
    var rejected = 0
    /// Rows that are kept aside by the present rules too, by reason.
    var stillWaiting: [String: Int] = [:]
    /// Why the batch cannot be read to its end; `nil` when it can.
    var stopped: Rejection?
    /// Once it is in the book; `nil` where nothing changes.
    var record: AdmissionRecord?

    var changesNothing: Bool { admissible + rejected == 0 }
}

extension HistoryLane {
    /// Admits the waiting rows of one batch as far as the rules of now let them; twice changes nothing.
    ///
    /// - Parameters:
    ///   - act: who and why; `nil` looks and changes nothing.
    ///   - station: only rows of this station; `nil`: of all.
    ///   - entitled: the stations its sender may speak for now; `nil`: any.
    func admit(
        _ digest: Digest256, act: AdmissionAct?, station: StationID?, rules: IntakeRules, entitled: Set<StationID>?
    ) throws -> AdmissionOutcome? {
        guard let waiting = try book.read({ try $0.waitingBatch(digest) }) else { return nil }
        if act != nil { try clearUnfinished(waiting) }
        var rows = try WaitingRows(waiting, station: station, names: rules.registry.stationNames, book)
        if rows.count == 0 { return AdmissionOutcome(waiting: waiting, selectedCount: 0) }
        return try book.withRawBytes(waiting.batch.place) { raw in
            guard sha256(raw.bytes) == digest else {
                throw BookProblem(
                    .archiveDamaged, place: "\(book.folder)/\(waiting.batch.place.path)",
                    message: "the bytes at \(waiting.batch.place.offset) are not those of batch \(digest).",
                    remedy: "Restore this file from a backup; nothing was admitted.")
            }
            let reading = WaitingReading(
                raw: raw, batch: waiting.batch.incoming, rules: rules, entitled: entitled)
            try rows.note(reading.look(at: rows))
            let plan = PlannedAdmission()
            var outcome = AdmissionOutcome(waiting: waiting, selectedCount: rows.count)
            let read = try reading.read(rows, to: plan)
            outcome.stopped = read.stopped
            (outcome.admissible, outcome.rejected) = (plan.admissible, plan.rejected)
            outcome.stillWaiting = plan.stillWaiting
            // A row that the rules of now do not even reach waits as before.
            let work = AdmissionWork(
                waiting: waiting, rows: rows, met: plan.met, isReadToEnd: outcome.stopped == nil,
                zone: read.ending.zone,
                reading: reading)
            try work.forEachUntouched(book) { entry in
                if rows.isSelected(entry) { outcome.stillWaiting[entry.reason, default: 0] += 1 }
            }
            guard let act, !outcome.changesNothing else { return outcome }
            let isSmall =
                waiting.batch.place.byteCount <= LiveLane.byteLimit
                && outcome.admissible + rows.count + rows.unselectedCount <= LiveLane.rowLimit
            let position = isSmall ? try work.admitAtOnce(act, book) : try work.admitInSlices(act, book)
            outcome.record = try book.read { reader in
                try reader.admissions(of: waiting.batch).first { $0.position == position }
            }
            return outcome
        }
    }

    /// What an earlier attempt left after a failure: nobody saw it, and it goes.
    private func clearUnfinished(_ waiting: WaitingBatch) throws {
        for begun in try book.unfinishedAdmissions() where begun.batchSequence == waiting.batch.sequence {
            try book.abandon(begun)
        }
    }
}

/// The parts of one admission.
private struct AdmissionWork {
    let waiting: WaitingBatch
    let rows: WaitingRows
    /// Rows that the rules of now reach.
    let met: RowSet
    let isReadToEnd: Bool
    /// The named zone that its times were read in now.
    let zone: String?
    let reading: WaitingReading

    var ending: BatchEnding {
        var ending = BatchEnding(state: waiting.batch.receipt.state)
        ending.zone = zone
        return ending
    }

    /// In one transaction.
    func admitAtOnce(_ act: AdmissionAct, _ book: Book) throws -> LogHead {
        let slices = CollectedSlices()
        try reading.read(rows, to: slices)
        var kept: [QuarantinedRow] = []
        try forEachUntouched(book) { kept.append($0) }
        return try book.write { writer in
            let open = try writer.begin(act, of: waiting.batch)
            for row in kept { writer.quarantine(row, in: open) }
            for (slice, traits) in slices.slices {
                for rejection in slice.rejections { writer.reject(rejection, in: open) }
                for row in slice.quarantined {
                    writer.quarantine(QuarantinedRow(row.cause, reading: row.reading), in: open)
                }
                for station in slice.adoptedStations.sorted() {
                    writer.adopt(station, name: station.rawValue, in: open)
                }
                try writer.add(slice.block, to: open, traits: traits)
            }
            writer.finish(open, ending)
            let receipts = try writer.settleBatches()
            // As of any late data: the detectors are told in the same transaction.
            for series in writer.touched {
                try writer.add(
                    DetectorWork(
                        station: series.series.station, first: series.firstStart, last: series.lastStart))
            }
            guard let receipt = receipts.last else { preconditionFailure("An admission that was begun is settled.") }
            return receipt.position
        }
    }

    /// In slices, seen when all are there.
    func admitInSlices(_ act: AdmissionAct, _ book: Book) throws -> LogHead {
        let sliced = try book.beginSliced(act, of: waiting.batch)
        try forEachUntouched(book) { row in
            sliced.quarantine(row)
            // An empty block lets the rows kept so far be written when they are many.
            try book.add(ObservationBlock(), to: sliced, traits: SeriesTraits(cadence: nil, revises: false))
        }
        try reading.read(
            rows, to: HistoryLane.SliceTaker(book: book, sliced: sliced, raw: reading.raw, progress: { _ in }))
        return try book.finish(sliced, ending).position
    }

    /// The waiting rows that this admission leaves as they are.
    func forEachUntouched(_ book: Book, _ body: (QuarantinedRow) throws -> Void) throws {
        try WaitingRows.forEach(waiting, book) { entry in
            let isMet = rows.isSelected(entry) && rows.isReached(entry, met: met, isReadToEnd: isReadToEnd)
            if !isMet { try body(entry) }
        }
    }
}

/// A batch of the archive, to be read by the rules of now.
private struct WaitingReading {
    let raw: MappedBatch
    let batch: IncomingBatch
    let rules: IntakeRules
    let entitled: Set<StationID>?

    /// Reads the waiting rows.
    @discardableResult
    func read(_ rows: WaitingRows, to taker: some AdmittedRowTaker) throws -> AdmittedBatch {
        try BatchAdmission(rules: rules).admit(
            raw.bytes, name: batch.name, received: batch.receivedAt, entitled: entitled, selecting: rows.waitingPart,
            to: taker)
    }

    /// What the batch has in its waiting rows, before any of it is taken.
    func look(at rows: WaitingRows) throws -> WaitingRows.Sight {
        var sight = WaitingRows.Sight()
        _ = try BatchAdmission(rules: rules).admit(
            raw.bytes, name: batch.name, received: batch.receivedAt, entitled: entitled,
            selecting: { slice in
                rows.look(at: slice, &sight)
                return nil
            }, to: CollectedSlices())
        return sight
    }
}

/// Counts what an admission would do.
private final class PlannedAdmission: AdmittedRowTaker {
    private(set) var admissible = 0
    private(set) var rejected = 0
    private(set) var stillWaiting: [String: Int] = [:]
    private(set) var met = RowSet()

    func take(_ slice: AdmittedSlice, traits: SeriesTraits) throws {
        admissible += slice.block.count
        for row in slice.block.row { met.insert(Int(row)) }
        for kept in slice.quarantined { keep(kept.cause) }
        for rejection in slice.rejections {
            if rejection.reason.isQuarantine {
                keep(rejection)
            } else {
                // Of the reader's own rejections none comes here: they were counted when the batch came.
                rejected += 1
                met.insert(rejection.row)
            }
        }
    }

    private func keep(_ cause: Rejection) {
        stillWaiting[cause.reason.rawValue, default: 0] += 1
        met.insert(cause.row)
    }
}

/// Keeps the slices of a small admission.
private final class CollectedSlices: AdmittedRowTaker {
    private(set) var slices: [(slice: AdmittedSlice, traits: SeriesTraits)] = []

    func take(_ slice: AdmittedSlice, traits: SeriesTraits) throws { slices.append((slice, traits)) }
}
