// The observation path of the node: archive, decode, admit, merge, commit, and only then receipts and alerts.

import Exact
import Formats
import Foundation
import Monitoring
import Pipeline
import Storage
import Web

/// A file at the door.
struct IngestFile: Sendable {
    let path: String
    /// The name the batch keeps; it may carry the date that a feed leaves out.
    let name: String
    let sender: String
    /// The file's bytes where the door has read them already.
    var contents: Data?
}

/// What became of one file.
struct IngestOutcome: Sendable {
    let receipt: Receipt
    /// The same bytes were in the book: nothing changed.
    let isRepeat: Bool
    /// Why nothing of the batch, or not all of it, could be read.
    let refusal: CanonicalJSON?
    /// Values read, before admission; 0 for a repeated batch, which is not read again.
    var valueCount = 0
    var valueSum = ExactSum()

    var digest: Digest256 { receipt.digest }
}

extension Node {
    /// Takes files in one commit group, or each in its own, and opens the alerts that follow from them.
    func ingest(_ files: [IngestFile], commitEach: Bool) throws -> [IngestOutcome] {
        var outcomes: [IngestOutcome] = []
        var touched: [TouchedSeries] = []
        for group in commitEach ? files.map({ [$0] }) : [files] {
            let (taken, news) = try commit(group)
            outcomes += taken
            touched += news
        }
        try updateAlerts(touched: Set(touched.map(\.series.station)))
        return outcomes
    }

    /// Rows of a batch whose checksum failed after some of them were handed on: the transaction starts again without
    /// them.
    private struct DamagedBatch: Error {
        let path: String
        let fault: Rejection
    }

    private func commit(_ group: [IngestFile]) throws -> ([IngestOutcome], [TouchedSeries]) {
        let received = Node.clock()
        var damaged: [String: Rejection] = [:]
        var drafts: [BatchDraft] = []
        var results: [BatchResult]?
        while results == nil {
            drafts = []
            do {
                results = try book.write { writer in
                    for file in group {
                        drafts.append(try take(file, received: received, damaged: damaged[file.path], writer))
                    }
                    return try writer.settleBatches()
                }
            } catch let batch as DamagedBatch {
                damaged[batch.path] = batch.fault
            }
        }
        // Adoption is remembered only once it is in the book.
        for draft in drafts { adopted.formUnion(draft.adopted) }
        var unread = (results ?? [])[...]
        let outcomes = try drafts.map { draft in
            if let known = draft.known {
                return IngestOutcome(receipt: known, isRepeat: true, refusal: try storedRefusal(known))
            }
            guard let result = unread.popFirst() else { preconditionFailure("Every opened batch has a result.") }
            var outcome = IngestOutcome(
                receipt: result.receipt, isRepeat: false, refusal: draft.stopped.map { refusal($0, result.receipt) })
            outcome.valueCount = draft.valueCount
            outcome.valueSum = draft.valueSum
            return outcome
        }
        return (outcomes, (results ?? []).flatMap(\.touched))
    }

    /// One batch on its way through the transaction.
    private struct BatchDraft {
        var known: Receipt?
        var stopped: Rejection?
        var adopted: Set<StationID> = []
        var valueCount = 0
        var valueSum = ExactSum()
    }

    private func take(
        _ file: IngestFile, received: Instant, damaged: Rejection?, _ writer: BookWriter
    ) throws -> BatchDraft {
        // Read at once: a file replaced while it is read must not become two batches.
        guard let bytes = file.contents ?? FileManager.default.contents(atPath: file.path) else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable, message: "\(file.path) cannot be read: check that it exists.")
        }
        return try bytes.withUnsafeBytes { raw in
            var draft = BatchDraft()
            let incoming = IncomingBatch(
                digest: sha256(raw), name: file.name, sender: file.sender, receivedAt: received)
            switch try writer.begin(incoming, bytes: raw) {
            case .known(let receipt): draft.known = receipt
            case .open(let batch):
                if let damaged {
                    writer.reject(damaged, in: batch)
                    draft.stopped = damaged
                    writer.finish(batch, BatchEnding(state: .rejected))
                } else {
                    try read(raw, file, into: batch, &draft, writer)
                }
            }
            return draft
        }
    }

    private func read(
        _ raw: UnsafeRawBufferPointer, _ file: IngestFile, into batch: OpenBatch, _ draft: inout BatchDraft,
        _ writer: BookWriter
    ) throws {
        let context = readContext(raw, name: file.name, received: batch.incoming.receivedAt)
        let adoptsAll = registry.registry.isEmpty
        let outcome = try decodeBatch(raw, context: context) { slice in
            draft.valueCount += draft.valueSum.add(slice.block)
            guard let format = slice.format, let profile = context.profiles[format] else {
                preconditionFailure("A decoded slice names its format, and every format has a profile.")
            }
            let admission = Admission(
                registry: registry.registry, catalogue: catalogue, profile: profile,
                received: batch.incoming.receivedAt, adoptsAll: adoptsAll)
            let admitted = admission.admit(slice)
            for rejection in admitted.rejections { writer.reject(rejection, in: batch) }
            for kept in admitted.quarantined {
                writer.quarantine(QuarantinedRow(kept.cause, reading: kept.reading), in: batch)
            }
            for station in admitted.adoptedStations.subtracting(adopted).subtracting(draft.adopted).sorted() {
                writer.adopt(station, name: station.rawValue, in: batch)
                draft.adopted.insert(station)
            }
            try writer.add(admitted.block, to: batch, traits: SeriesTraits(profile))
        }
        switch outcome {
        case .read(let summary): writer.finish(batch, BatchEnding(summary))
        case .stopped(let rejection, let summary):
            if rejection.reason == .damagedCompression, draft.valueCount > 0 {
                throw DamagedBatch(path: file.path, fault: rejection)
            }
            writer.reject(rejection, in: batch)
            draft.stopped = rejection
            var ending = summary.map { BatchEnding($0) } ?? BatchEnding(state: .rejected)
            ending.state = draft.valueCount == 0 ? .rejected : .partial
            writer.finish(batch, ending)
        }
    }

    /// The reading context of a batch: the built-in profiles, and a registered station's own for our own formats.
    private func readContext(_ raw: UnsafeRawBufferPointer, name: String, received: Instant) -> ReadContext {
        var context = ReadContext(
            profiles: BuiltInProfiles.all, parameters: catalogue,
            nameHints: name.split(separator: "/").map(String.init), received: received)
        if registry.registry.profiles.isEmpty { return context }
        guard let station = firstStation(raw, context), let known = registry.registry.stationNames[station.rawValue],
            let own = registry.registry.stations[known].flatMap({ registry.registry.profiles[$0.profile] })
        else { return context }
        context.profiles[.tributaryCSV] = own
        context.profiles[.tributaryNDJSON] = own
        return context
    }

    /// The station of a batch's first observation, without reading on.
    private func firstStation(_ raw: UnsafeRawBufferPointer, _ context: ReadContext) -> StationID? {
        struct Found: Error { let station: StationID? }
        var first = context
        first.limits.blockRows = 1
        do {
            _ = try decodeBatch(raw, context: first) { slice in
                if !slice.block.isEmpty { throw Found(station: slice.block.seriesTable.first?.station) }
            }
        } catch let found as Found {
            return found.station
        } catch {
            return nil
        }
        return nil
    }

    func performIngest(
        _ paths: [String], stations: String?, commitEach: Bool, _ format: OutputFormat
    ) throws -> CommandReply {
        if let stations { try useRegistry(stations) }
        let files = try FileList.files(under: paths)
        var total = IngestTotal()
        var lines = format == .csv ? IngestOutcome.csvHeader : ""
        for group in CommitGroup.cut(files, byteCount: { byteCount($0.path) }) {
            let members = group.map { IngestFile(path: $0.path, name: $0.name, sender: "ingest") }
            for outcome in try ingest(members, commitEach: commitEach) {
                total.add(outcome)
                lines += outcome.line(format)
            }
        }
        try updateAllAlerts()
        lines += total.line(format)
        return .done(lines, status: total.refused == 0 ? ExitStatus.done : ExitStatus.needsAttention)
    }

    private func byteCount(_ path: String) -> Int {
        let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        return size ?? 0
    }

    /// Why a batch that came before could not be read whole: it goes the same way when it comes again.
    private func storedRefusal(_ receipt: Receipt) throws -> CanonicalJSON? {
        // A whole batch may carry faults of its header under row 0 as well: those refuse a column, not the batch.
        guard receipt.state == .rejected || receipt.state == .partial else { return nil }
        let rejections = try book.read { try $0.rejections(ofBatchAt: receipt.position.sequence) }
        return rejections.last { $0.row == 0 }.map { refusal($0, receipt) }
    }

    private func refusal(_ rejection: Rejection, _ receipt: Receipt) -> CanonicalJSON {
        .object([
            "batch": .string(receipt.digest.description), "name": .string(receipt.name),
            "reason": .string(rejection.reason.rawValue), "row": .integer(rejection.row),
            "excerpt": .string(rejection.excerpt), "remedy": .string(rejection.remedy),
            "observations_kept": .integer(receipt.counts.accepted),
        ])
    }
}
