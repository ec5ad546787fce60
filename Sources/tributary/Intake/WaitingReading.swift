// A batch read again for an admission: what of it may be taken now, counted first and then kept.

import Formats
import Monitoring
import Pipeline
import Storage

/// A batch of the archive, to be read by the rules of now.
struct WaitingReading {
    let raw: MappedBatch
    let batch: IncomingBatch
    let rules: IntakeRules
    let entitled: Set<StationID>?

    /// Reads the waiting rows.
    @discardableResult
    func read(_ rows: WaitingRows, to taker: some AdmittedRowTaker) throws -> AdmittedBatch {
        try BatchAdmission(rules: rules.giving(back: raw)).admit(
            raw.bytes, name: batch.name, received: batch.receivedAt, entitled: entitled, selecting: rows.waitingPart,
            to: taker)
    }

    /// What the batch has in its waiting rows, before any of it is taken.
    func look(at rows: WaitingRows) throws -> WaitingRows.Sight {
        var sight = WaitingRows.Sight()
        _ = try BatchAdmission(rules: rules.giving(back: raw)).admit(
            raw.bytes, name: batch.name, received: batch.receivedAt, entitled: entitled,
            selecting: { slice in
                rows.look(at: slice, &sight)
                return nil
            }, to: CollectedSlices())
        return sight
    }
}

/// A batch with rejected rows of which the rules of now read something.
struct RereadBatch {
    let before: ValuesReadBefore
    let read: AdmittedBatch

    var state: BatchState { read.stopped == nil ? .complete : .partial }
}

extension WaitingReading {
    /// Looks what of the batch was not read before, and counts it; `nil` where that is nothing.
    func again(
        besides readings: [RulesThen], _ station: StationID?, _ outcome: inout AdmissionOutcome
    ) throws -> RereadBatch? {
        let before = ValuesReadBefore()
        for then in readings { try before.add(then, raw, batch) }
        let plan = PlannedAdmission()
        let unread = UnreadRows(besides: before, station: station, to: plan)
        let read = try unread.read(raw, batch, rules: rules, entitled: entitled)
        outcome.stopped = outcome.stopped ?? read.stopped
        outcome.stillRejected = unread.stillRejected
        // Rows of damaged bytes may be anything.
        if read.isDamaged { return nil }
        let kept = plan.stillWaiting.values.reduce(0, +)
        outcome.readAgain = plan.admissible + kept
        if outcome.readAgain == 0 { return nil }
        outcome.admissible += plan.admissible
        outcome.stillWaiting.merge(plan.stillWaiting, uniquingKeysWith: +)
        return RereadBatch(before: before, read: read)
    }
}

/// Counts what an admission would do.
final class PlannedAdmission: AdmittedRowTaker {
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
final class CollectedSlices: AdmittedRowTaker {
    private(set) var slices: [(slice: AdmittedSlice, traits: SeriesTraits)] = []

    func take(_ slice: AdmittedSlice, traits: SeriesTraits) throws { slices.append((slice, traits)) }
}
