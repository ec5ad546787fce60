// Reading a batch and admitting its rows: the steps before a transaction, on whatever thread has time.

import Exact
import Formats
import Monitoring
import Pipeline
import Storage

/// Where the admitted rows of one batch go.
protocol AdmittedRowTaker {
    func take(_ slice: AdmittedSlice, traits: SeriesTraits) throws
}

/// What reading a batch came to.
struct AdmittedBatch: Sendable {
    var ending: BatchEnding
    /// `nil` where not even the format was recognised.
    var summary: DecodedSummary?
    /// Why reading stopped before the end.
    var stopped: Rejection?
    /// The checksum failed after rows were handed on: they may be anything.
    var isDamaged = false
    var valueCount = 0
    var valueSum = ExactSum()
}

/// Reads batches one after another and admits their rows; each thread that reads has its own.
final class BatchAdmission {
    private let rules: IntakeRules
    private let workspace = DecodeWorkspace()
    private let memory = AdmissionMemory()

    init(rules: IntakeRules) { self.rules = rules }

    /// Bytes of the batch, as sent, that were read so far.
    var consumedByteCount: Int { workspace.consumedByteCount }

    /// Reads `bytes` and hands every admitted slice to `taker`.
    ///
    /// - Parameters:
    ///   - sliceRows: the most rows of one slice, where they are to be fewer than a reader takes by itself.
    ///   - selecting: the part of a decoded slice to be looked at; `nil` from it passes the slice over.
    func admit(
        _ bytes: UnsafeRawBufferPointer, name: String, received: Instant, entitled: Set<StationID>?,
        sliceRows: Int? = nil, selecting: ((DecodedSlice) -> DecodedSlice?)? = nil, to taker: some AdmittedRowTaker
    ) throws -> AdmittedBatch {
        var context = rules.context(bytes, name: name, received: received)
        if let sliceRows { context.limits.blockRows = sliceRows }
        var batch = AdmittedBatch(ending: BatchEnding(state: .rejected))
        let outcome = try decodeBatch(bytes, context: context, workspace: workspace) { decoded in
            var slice = decoded
            if let selecting {
                guard let selected = selecting(decoded) else { return }
                slice = selected
            }
            batch.valueCount += batch.valueSum.add(slice.block)
            guard let profile = slice.profile else { preconditionFailure("A decoded slice names its profile.") }
            let admission = Admission(
                registry: rules.registry, catalogue: rules.catalogue, profile: profile, received: received,
                adoptsAll: rules.registry.isEmpty, entitled: entitled)
            try taker.take(admission.admit(slice, memory: memory), traits: SeriesTraits(profile))
        }
        switch outcome {
        case .read(let summary):
            batch.ending = BatchEnding(summary)
            batch.summary = summary
        case .stopped(let rejection, let summary):
            batch.summary = summary
            batch.stopped = rejection
            batch.isDamaged = rejection.reason == .damagedCompression && batch.valueCount > 0
            if batch.isDamaged { return batch }
            batch.ending = summary.map { BatchEnding($0) } ?? BatchEnding(state: .rejected)
            batch.ending.state = batch.valueCount == 0 ? .rejected : .partial
        }
        return batch
    }
}
