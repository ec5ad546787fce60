// The history lane: one large batch at a time, committed in slices, while live batches pass between the slices.

import Formats
import Foundation
import Glibc
import Ingest
import Monitoring
import Pipeline
import Storage

/// Takes large batches on a thread of its own.
actor HistoryLane {
    private let executor = QueueExecutor(label: "tributary.history")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    let book: Book

    init(book: Book) { self.book = book }

    /// Takes a file: copied into the archive, decoded from there, committed in slices.
    ///
    /// - Parameter progress: called with the rows of each slice, and the bytes of the file that were read by then.
    func take(
        _ file: IngestFile, rules: IntakeRules, received: Instant,
        progress: @escaping @Sendable (_ rows: Int, _ consumed: Int) -> Void
    ) throws -> IngestOutcome {
        guard let open = file.opened() else { throw CommandFailure.reading(file.path) }
        let member = try archive(file, open, received: received)
        let incoming = IncomingBatch(
            digest: member.digest, name: file.name, sender: file.sender, receivedAt: received,
            sentAt: file.sent.instant(modified: open.modified, received: received))
        switch try book.beginSliced(incoming, member) {
        case .known(let receipt):
            let isNew = try book.write { try $0.noteRepeat(incoming) }
            return IngestOutcome(
                receipt: receipt, isRepeat: true, refusal: try book.storedRefusal(of: receipt, name: file.name),
                newSender: isNew ? file.sender : nil)
        case .open(let sliced) where sliced.incoming.sender != file.sender:
            // Another sender's, which a failure left in part: it is taken up again for both.
            try book.write { _ = try $0.noteRepeat(incoming) }
            let entitled = try book.entitlement(sender: sliced.incoming.sender, batchAt: sliced.sequence)
            return try fill(sliced, rules: rules, entitled: entitled, progress: progress)
        case .open(let sliced): return try fill(sliced, rules: rules, entitled: file.entitled, progress: progress)
        }
    }

    /// Copies the open file into the archive. One that is too large, or changes meanwhile, fails alone.
    private func archive(_ file: IngestFile, _ open: OpenFile, received: Instant) throws -> LargeMember {
        var offset = 0
        do {
            return try book.archiveLarge(name: file.name, byteCount: open.byteCount, receivedAt: received) { room in
                let count = open.read(into: room, at: offset)
                if count < 0 { throw CommandFailure.reading(file.path) }
                offset += count
                // Written over in place, it would be half of one state and half of another.
                guard count > 0 || open.isUnwritten else {
                    throw CommandFailure(
                        status: ExitStatus.inputUnusable,
                        message: "\(file.path) cannot be read: it changed while it was read: try again.")
                }
                return count
            }
        } catch let problem as BookProblem where problem.code == .input {
            throw CommandFailure(status: ExitStatus.inputUnusable, message: problem.description)
        }
    }

    /// Takes up again what a crash left in part.
    ///
    /// - Parameter entitled: the stations its sender may speak for now; `nil`: any.
    func resume(_ begun: UnfinishedBatch, rules: IntakeRules, entitled: Set<StationID>?) throws -> IngestOutcome {
        try fill(try book.restart(begun), rules: rules, entitled: entitled) { _, _ in }
    }

    private func fill(
        _ sliced: SlicedBatch, rules: IntakeRules, entitled: Set<StationID>?,
        progress: @escaping (_ rows: Int, _ consumed: Int) -> Void
    ) throws -> IngestOutcome {
        let admitted = try book.withRawBytes(sliced.place) { raw in
            let admission = BatchAdmission(rules: rules.giving(back: raw))
            return try admission.admit(
                raw.bytes, name: sliced.incoming.name, received: sliced.incoming.receivedAt, entitled: entitled,
                to: SliceTaker(
                    book: book, sliced: sliced, raw: raw, progress: { progress($0, admission.consumedByteCount) }))
        }
        let receipt: Receipt
        if let stopped = admitted.stopped, admitted.isDamaged {
            receipt = try book.refuse(sliced, because: stopped)
        } else {
            if let stopped = admitted.stopped { sliced.reject(stopped) }
            receipt = try book.finish(sliced, admitted.ending)
        }
        var outcome = IngestOutcome(
            receipt: receipt, isRepeat: false,
            refusal: admitted.stopped.map { Book.refusal($0, receipt, name: receipt.name) })
        outcome.valueCount = admitted.valueCount
        outcome.valueSum = admitted.valueSum
        return outcome
    }

    /// Puts the admitted rows of a large batch into the book, slice by slice.
    struct SliceTaker: AdmittedRowTaker {
        let book: Book
        let sliced: SlicedBatch
        let raw: MappedBatch
        let progress: (Int) -> Void

        func take(_ slice: AdmittedSlice, traits: SeriesTraits) throws {
            for rejection in slice.rejections { sliced.reject(rejection) }
            for (count, kept) in slice.quarantined.enumerated() {
                sliced.quarantine(QuarantinedRow(kept.cause, reading: kept.reading))
                // A row kept aside takes ten times the memory of one that is taken: they go into the book as they come.
                if count % 4_096 == 4_095 { try book.add(ObservationBlock(), to: sliced, traits: traits) }
            }
            for station in slice.adoptedStations.sorted() { sliced.adopt(station, name: station.rawValue) }
            try book.add(slice.block, numbers: slice.numbers, to: sliced, traits: traits)
            raw.letGo()
            progress(slice.block.count)
        }
    }
}

extension CommandFailure {
    /// A call on `path` failed with `code`, the last call's if not given.
    static func reading(_ path: String, _ code: Int32 = errno) -> CommandFailure {
        CommandFailure(
            status: ExitStatus.inputUnusable, message: "\(path) cannot be read: \(UnreadableFile.words(code))")
    }
}
