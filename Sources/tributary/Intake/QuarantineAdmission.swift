// Rows that were kept aside or rejected, taken after all: the batch is read again from the archive by the rules of now.

import Formats
import Monitoring
import Pipeline
import Storage

/// What an admission is about.
struct AdmissionScope: Sendable {
    /// Only rows of this station; `nil`: of all.
    var station: StationID?
    /// Only rows that wait for this reason; `nil`: for any.
    var reason: RejectionReason?
    /// The stations that the batch's senders may speak for now; `nil`: any.
    var entitled: Set<StationID>?
    /// By what the batch was read before; `nil`: its rejected rows are left alone.
    var readings: [RulesThen]?
}

/// What became of the rows of one batch that were not taken, or would become of them.
struct AdmissionOutcome: Sendable {
    let waiting: WaitingBatch
    /// Waiting rows the admission was about.
    let selectedCount: Int
    /// Values that may be taken by the present rules; some of them may be in the book from another batch.
    var admissible = 0
    /// Those among them, and those that would now be kept aside, that were not read before.
    var readAgain = 0
    /// What of the rows that were not read before is rejected by the present rules too.
    var stillRejected = 0
    /// Values that are no longer kept aside but rejected.
    var rejected = 0
    /// Rows that are kept aside by the present rules too, by reason.
    var stillWaiting: [String: Int] = [:]
    /// Why the batch cannot be read to its end; `nil` when it can.
    var stopped: Rejection?
    /// Once it is in the book; `nil` where nothing changes.
    var record: AdmissionRecord?

    var changesNothing: Bool { admissible + rejected + readAgain == 0 }
}

extension HistoryLane {
    /// Admits rows of one batch that were not taken, as far as the rules of now let them; twice changes nothing.
    ///
    /// - Parameter act: who and why; `nil` looks and changes nothing.
    func admit(
        _ digest: Digest256, act: AdmissionAct?, _ scope: AdmissionScope, rules: IntakeRules
    ) throws -> AdmissionOutcome? {
        guard let waiting = try book.read({ try $0.waitingBatch(digest) }) else { return nil }
        if act != nil { try clearUnfinished(waiting) }
        var rows = try WaitingRows(
            waiting, station: scope.station, reason: scope.reason, names: rules.registry.stationNames, book)
        if rows.count == 0, scope.readings == nil { return AdmissionOutcome(waiting: waiting, selectedCount: 0) }
        return try book.withRawBytes(waiting.batch.place) { raw in
            guard raw.digest() == digest else {
                throw BookProblem(
                    .archiveDamaged, place: "\(book.folder)/\(waiting.batch.place.path)",
                    message: "the bytes at \(waiting.batch.place.offset) are not those of batch \(digest).",
                    remedy: "Restore this file from a backup; nothing was admitted.")
            }
            let reading = WaitingReading(
                raw: raw, batch: waiting.batch.incoming, rules: rules, entitled: scope.entitled)
            var outcome = AdmissionOutcome(waiting: waiting, selectedCount: rows.count)
            let plan = PlannedAdmission()
            var read: AdmittedBatch?
            if rows.count > 0 {
                try rows.note(reading.look(at: rows))
                let waitingRead = try reading.read(rows, to: plan)
                outcome.stopped = waitingRead.stopped
                read = waitingRead
            }
            (outcome.admissible, outcome.rejected) = (plan.admissible, plan.rejected)
            outcome.stillWaiting = plan.stillWaiting
            let again = try scope.readings.flatMap { try reading.again(besides: $0, scope.station, &outcome) }
            // A row that the rules of now do not even reach waits as before.
            let work = AdmissionWork(
                waiting: waiting, rows: rows, met: plan.met, isReadToEnd: outcome.stopped == nil,
                zone: (read ?? again?.read)?.ending.zone, reading: reading, again: again, station: scope.station)
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
    /// Where rejected rows have something to take.
    let again: RereadBatch?
    let station: StationID?

    var ending: BatchEnding {
        var ending = BatchEnding(state: waiting.batch.receipt.state)
        ending.zone = zone
        if let again { ending.documents = again.read.ending.documents }
        return ending
    }

    /// Hands over every row that may be taken or is to be kept aside anew.
    private func read(to taker: some AdmittedRowTaker) throws {
        if rows.count > 0 { try reading.read(rows, to: taker) }
        guard let again else { return }
        _ = try UnreadRows(besides: again.before, station: station, to: taker).read(
            reading.raw, reading.batch, rules: reading.rules, entitled: reading.entitled)
    }

    /// In one transaction.
    func admitAtOnce(_ act: AdmissionAct, _ book: Book) throws -> LogHead {
        let slices = CollectedSlices()
        try read(to: slices)
        var kept: [QuarantinedRow] = []
        try forEachUntouched(book) { kept.append($0) }
        return try book.write { writer in
            let open = try writer.begin(act, of: waiting.batch, reading: again?.state)
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
        let sliced = try book.beginSliced(act, of: waiting.batch, reading: again?.state)
        try forEachUntouched(book) { row in
            sliced.quarantine(row)
            // An empty block lets the rows kept so far be written when they are many.
            try book.add(ObservationBlock(), to: sliced, traits: SeriesTraits(cadence: nil, revises: false))
        }
        try read(to: HistoryLane.SliceTaker(book: book, sliced: sliced, raw: reading.raw, progress: { _ in }))
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
