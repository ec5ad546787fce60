// The observation path of the node: read and admit, archive and merge in one commit, and only then receipts and alerts.

import Formats
import Foundation
import Monitoring
import Pipeline
import Storage
import Web

extension Node {
    /// Takes the files of a door and opens the alerts that follow from them; what large batches and large groups bring is
    /// left to `finishDetection`, for which no live batch waits. Outcomes come in the order of the files.
    ///
    /// - Throws: the failure of the first file that could not be read; the others are in the book.
    func commit(_ files: [IngestFile], commitEach: Bool) async throws -> [IngestOutcome] {
        var outcomes: [IngestOutcome] = []
        try await commit(
            count: files.count, commitEach: commitEach, timing: .withCommit, file: { files[$0] }
        ) { results in
            outcomes += try results.map { result in
                switch result {
                case .taken(let outcome): return outcome
                case .unreadable(let failure): throw failure
                }
            }
        }
        return outcomes
    }

    /// When detectors look at what a commit brings.
    private enum DetectionTiming {
        /// Within its transaction: an alert is there with the receipt.
        case withCommit
        /// After many commits: each station is then gone through once, however many files tell of it.
        case afterMany
    }

    /// Takes `count` files, small ones in commit groups (or each in its own) and large ones by the history lane. A file
    /// that cannot be read stops no other.
    ///
    /// - Parameters:
    ///   - progress: called while large batches are taken.
    ///   - report: called with the results of at most `CommitGroup.fileLimit` files at a time, in order.
    private func commit(
        count: Int, commitEach: Bool, timing: DetectionTiming, file: @escaping @Sendable (Int) -> IngestFile,
        progress: @escaping @Sendable (LargeBatchProgress) -> Void = { _ in },
        report: ([FileResult]) throws -> Void
    ) async throws {
        var next = 0
        while next < count {
            let version = rulesVersion
            let line = openLine(next..<count, file: file)
            defer { end(line, version: version) }
            do {
                // The registry may change while a large batch has the history lane: the rest is admitted by the new one.
                while next < count, version == rulesVersion {
                    let members = next..<min(next + CommitGroup.fileLimit, count)
                    try report(
                        await take(
                            members, from: line, file, commitEach: commitEach, timing: timing, progress: progress))
                    next = members.upperBound
                }
            } catch {
                forgetPreparations()
                throw error
            }
        }
    }

    /// Takes the next files of a line.
    private func take(
        _ members: Range<Int>, from line: PreparationLine, _ file: @Sendable (Int) -> IngestFile, commitEach: Bool,
        timing: DetectionTiming, progress: @escaping @Sendable (LargeBatchProgress) -> Void
    ) async throws -> [FileResult] {
        var results = [FileResult?](repeating: nil, count: members.count)
        var large: [Int] = []
        var group = LiveGroup()
        var hasFiled = false
        for index in results.indices {
            switch try line.next() {
            case .unreadable(let failure): results[index] = .unreadable(failure)
            case .large: large.append(index)
            case .ready(let batch):
                group.add(batch, index: index)
                if commitEach || group.isFull { hasFiled = try commit(&group, &results, timing) || hasFiled }
            }
        }
        hasFiled = try commit(&group, &results, timing) || hasFiled
        // Readings of long ago may have become suspect, or are no longer.
        if hasFiled { try await updateAllAlerts() }
        for index in large {
            do {
                let taken = try await history.take(
                    file(members.lowerBound + index), rules: rules, received: Node.clock(),
                    progress: { progress(.admitted(rows: $0, consumed: $1)) })
                progress(.whole(place: members.lowerBound + index))
                results[index] = .taken(taken)
            } catch let failure as CommandFailure where failure.status == ExitStatus.inputUnusable {
                results[index] = .unreadable(failure)
            }
        }
        let whole = results.map { result in
            guard let result else { preconditionFailure("Every file has a result.") }
            return result
        }
        for case .taken(let outcome) in whole {
            if let sender = outcome.newSender { await admitRepeat(outcome.digest, from: sender) }
        }
        return whole
    }

    /// Batches that share one commit.
    private struct LiveGroup {
        /// Rows of one group: about 50 ms of the writer's time. Its files are at most `CommitGroup.fileLimit`.
        static let rowLimit = 400_000

        var batches: [PreparedBatch] = []
        /// The place of each batch among the files.
        var indexes: [Int] = []
        private var rows = 0

        var isFull: Bool { rows >= Self.rowLimit }

        mutating func add(_ batch: PreparedBatch, index: Int) {
            batches.append(batch)
            indexes.append(index)
            rows += batch.rowCount
        }
    }

    /// Commits a group and empties it.
    ///
    /// - Returns: whether it filed records of instruments' checks.
    private func commit(
        _ group: inout LiveGroup, _ results: inout [FileResult?], _ timing: DetectionTiming
    ) throws -> Bool {
        if group.batches.isEmpty { return false }
        let batches = group.batches
        let indexes = group.indexes
        group = LiveGroup()
        let known: [TakenBatch]
        var settled: ArraySlice<Receipt>
        let news: LiveNews
        (known, settled, news) = try book.write { writer in
            let known = try batches.map { try take($0, writer) }
            let settled = try writer.settleBatches()[...]
            switch timing {
            case .withCommit: return (known, settled, try detect(writer.touched, in: writer))
            case .afterMany:
                try leaveForLater(writer.touched, in: writer)
                return (known, settled, LiveNews(budget: 0))
            }
        }
        take(news)
        let hasFiled = known.contains(where: \.hasFiled)
        if hasFiled { live.forgetInstruments() }
        for (position, batch) in batches.enumerated() {
            if let known = known[position].known {
                let name = batch.incoming.name
                results[indexes[position]] = .taken(
                    IngestOutcome(
                        receipt: known.receipt, isRepeat: true,
                        refusal: try book.storedRefusal(of: known.receipt, name: name),
                        newSender: known.isNewSender ? batch.incoming.sender : nil))
                continue
            }
            guard let receipt = settled.popFirst() else { preconditionFailure("Every opened batch has a receipt.") }
            var outcome = IngestOutcome(
                receipt: receipt, isRepeat: false,
                refusal: known[position].refusal.map { Book.refusal($0, receipt, name: receipt.name) })
            outcome.valueCount = batch.admitted.valueCount
            outcome.valueSum = batch.admitted.valueSum
            results[indexes[position]] = .taken(outcome)
        }
        return hasFiled
    }

    /// A batch that the book had.
    private struct KnownBatch {
        let receipt: Receipt
        /// Its bytes come from this sender for the first time.
        let isNewSender: Bool
    }

    /// What the transaction made of a batch.
    private struct TakenBatch {
        /// The book has it already.
        var known: KnownBatch?
        /// Why nothing of it, or not all, could be read.
        var refusal: Rejection?
        /// It filed records of instruments' checks.
        var hasFiled = false
    }

    /// Puts a prepared batch into the transaction.
    private func take(_ batch: PreparedBatch, _ writer: BookWriter) throws -> TakenBatch {
        switch try batch.bytes.withUnsafeBytes({ try writer.begin(batch.incoming, bytes: $0) }) {
        case .known(let receipt):
            return TakenBatch(
                known: KnownBatch(receipt: receipt, isNewSender: try writer.noteRepeat(batch.incoming)))
        case .open(let open):
            switch try takeInstruments(batch, open, writer) {
            case .filed: return TakenBatch(hasFiled: true)
            case .refused(let rejection): return TakenBatch(refusal: rejection)
            case nil: break
            }
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
            return TakenBatch(refusal: batch.admitted.stopped)
        }
    }

    /// Takes the files of `tributary ingest` and tells what became of them, some hundred files at a time.
    ///
    /// - Parameter isLast: after these files the command is at its end.
    func ingest(
        count: Int, commitEach: Bool, _ format: OutputFormat, stations: String?, isLast: Bool,
        file: @escaping @Sendable (Int) -> IngestFile, telling listener: some IngestListener
    ) async throws {
        if let stations { try useRegistry(stations) }
        // A file alone is answered as at a door; a group is not signed file by file.
        let key = commitEach ? nodeKey : nil
        try await commit(
            count: count, commitEach: commitEach, timing: commitEach ? .withCommit : .afterMany, file: file,
            progress: { listener.sees($0) },
            report: { listener.took(IngestNews($0, format, signedBy: key)) })
        if isLast { try await updateAllAlerts() } else { try await finishDetection() }
    }

    func performIngest(_ request: IngestRequest) async throws -> CommandReply {
        let news = CollectedNews()
        let files = request.files
        try await ingest(
            count: files.count, commitEach: request.commitEach, request.format, stations: request.stations,
            isLast: request.isLast,
            file: { files[$0].file }, telling: news)
        return .done(try news.encoded)
    }
}
