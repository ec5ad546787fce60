// The observation path of the node: read and admit, archive and merge in one commit, and only then receipts and alerts.

import Formats
import Foundation
import Monitoring
import Pipeline
import Storage
import Web

extension Node {
    /// Takes files and opens the alerts that follow from them. Outcomes come in the order of the files.
    func ingest(_ files: [IngestFile], commitEach: Bool) async throws -> [IngestOutcome] {
        let (outcomes, touched) = try await commit(files, commitEach: commitEach)
        try updateAlerts(touched: touched)
        return outcomes
    }

    /// Takes files, small ones in commit groups (or each in its own) and large ones by the history lane; what became of
    /// each, and the stations whose alerts are to be looked at.
    func commit(
        _ files: [IngestFile], commitEach: Bool
    ) async throws -> (outcomes: [IngestOutcome], touched: Set<StationID>) {
        var outcomes = [IngestOutcome?](repeating: nil, count: files.count)
        var touched: Set<StationID> = []
        var large: [Int] = []
        var group = LiveGroup()
        let preparation = livePreparation()
        for (index, file) in files.enumerated() {
            switch try preparation.prepare(file, received: Node.clock()) {
            case .unreadable(let failure): throw failure
            case .large: large.append(index)
            case .ready(let batch):
                group.add(batch, index: index)
                if commitEach || group.isFull { touched.formUnion(try commit(&group, &outcomes)) }
            }
        }
        touched.formUnion(try commit(&group, &outcomes))
        for index in large {
            let taken = try await history.take(files[index], rules: rules, received: Node.clock())
            outcomes[index] = taken.outcome
            touched.formUnion(taken.stations)
        }
        let all = outcomes.map { outcome in
            guard let outcome else { preconditionFailure("Every file has an outcome.") }
            return outcome
        }
        return (all, touched)
    }

    /// Batches that share one commit.
    private struct LiveGroup {
        /// Batches of one group: one fsync serves them all, and a slow group delays no receipt for long.
        static let batchLimit = 256
        /// Rows of one group: about 50 ms of the writer's time.
        static let rowLimit = 400_000

        var batches: [PreparedBatch] = []
        /// The place of each batch among the files.
        var indexes: [Int] = []
        private var rows = 0

        var isFull: Bool { batches.count >= Self.batchLimit || rows >= Self.rowLimit }

        mutating func add(_ batch: PreparedBatch, index: Int) {
            batches.append(batch)
            indexes.append(index)
            rows += batch.rowCount
        }
    }

    /// Commits a group and empties it; the stations it brought something new of.
    private func commit(_ group: inout LiveGroup, _ outcomes: inout [IngestOutcome?]) throws -> Set<StationID> {
        if group.batches.isEmpty { return [] }
        let batches = group.batches
        let indexes = group.indexes
        group = LiveGroup()
        let known: [Receipt?]
        var settled: ArraySlice<Receipt>
        let touched: [TouchedSeries]
        do {
            (known, settled, touched) = try book.write { writer in
                let known = try batches.map { try take($0, writer) }
                return (known, try writer.settleBatches()[...], writer.touched)
            }
        } catch {
            // The stations that the memory has told of were not noted.
            forgetPreparation()
            throw error
        }
        for (position, batch) in batches.enumerated() {
            if let receipt = known[position] {
                outcomes[indexes[position]] = IngestOutcome(
                    receipt: receipt, isRepeat: true, refusal: try book.storedRefusal(of: receipt))
                continue
            }
            guard let receipt = settled.popFirst() else { preconditionFailure("Every opened batch has a receipt.") }
            var outcome = IngestOutcome(
                receipt: receipt, isRepeat: false, refusal: batch.admitted.stopped.map { Book.refusal($0, receipt) })
            outcome.valueCount = batch.admitted.valueCount
            outcome.valueSum = batch.admitted.valueSum
            outcomes[indexes[position]] = outcome
        }
        return Set(touched.lazy.map(\.series.station))
    }

    /// Puts a prepared batch into the transaction; its receipt when the book has it already.
    private func take(_ batch: PreparedBatch, _ writer: BookWriter) throws -> Receipt? {
        switch try batch.bytes.withUnsafeBytes({ try writer.begin(batch.incoming, bytes: $0) }) {
        case .known(let receipt): return receipt
        case .open(let open):
            for (slice, traits) in batch.slices {
                for rejection in slice.rejections { writer.reject(rejection, in: open) }
                for kept in slice.quarantined {
                    writer.quarantine(QuarantinedRow(kept.cause, reading: kept.reading), in: open)
                }
                for station in slice.adoptedStations.sorted() {
                    writer.adopt(station, name: station.rawValue, in: open)
                }
                try writer.add(slice.block, numbers: slice.numbers, to: open, traits: traits)
            }
            if let stopped = batch.admitted.stopped { writer.reject(stopped, in: open) }
            writer.finish(open, batch.admitted.ending)
            return nil
        }
    }

    func performIngest(
        _ paths: [String], stations: String?, commitEach: Bool, _ format: OutputFormat
    ) async throws -> CommandReply {
        if let stations { try useRegistry(stations) }
        let files = try FileList.files(under: paths)
        var total = IngestTotal()
        var lines = format == .csv ? IngestOutcome.csvHeader : ""
        for group in CommitGroup.cut(files, byteCount: { _ in 0 }) {
            let members = group.map { IngestFile(path: $0.path, name: $0.name, sender: "ingest") }
            for outcome in try await ingest(members, commitEach: commitEach) {
                total.add(outcome)
                // A file alone is answered as at a door; a group is not signed file by file.
                lines += outcome.line(format, signedBy: commitEach ? nodeKey : nil)
            }
        }
        try updateAllAlerts()
        lines += total.line(format)
        return .done(lines, status: total.refused == 0 ? ExitStatus.done : ExitStatus.needsAttention)
    }
}
