// The observation path of the node: read and admit, archive and merge in one commit, and only then receipts and alerts.

import Formats
import Foundation
import Monitoring
import Pipeline
import Storage
import Web

extension Node {
    /// Takes the files of a door and opens the alerts that follow from them. Outcomes come in the order of the files.
    ///
    /// - Throws: the failure of the first file that could not be read; the others are in the book.
    func ingest(_ files: [IngestFile], commitEach: Bool) async throws -> [IngestOutcome] {
        let (outcomes, touched) = try await commit(files, commitEach: commitEach)
        try updateAlerts(touched: touched)
        return outcomes
    }

    /// As `ingest`, and leaves the alerts to the caller: the stations to look at are given beside the outcomes.
    func commit(
        _ files: [IngestFile], commitEach: Bool
    ) async throws -> (outcomes: [IngestOutcome], touched: Set<StationID>) {
        var outcomes: [IngestOutcome] = []
        let touched = try await commit(count: files.count, commitEach: commitEach, file: { files[$0] }) { results, _ in
            outcomes += try results.map { result in
                switch result {
                case .taken(let outcome): return outcome
                case .unreadable(let failure): throw failure
                }
            }
        }
        return (outcomes, touched)
    }

    /// Takes `count` files, small ones in commit groups (or each in its own) and large ones by the history lane. A file
    /// that cannot be read stops no other.
    ///
    /// - Parameters:
    ///   - progress: called while large batches are taken.
    ///   - report: called with the results of at most `CommitGroup.fileLimit` files at a time, in order, and the stations
    ///     they brought something of.
    /// - Returns: all those stations.
    @discardableResult
    private func commit(
        count: Int, commitEach: Bool, file: @escaping @Sendable (Int) -> IngestFile,
        progress: @escaping @Sendable (LargeBatchProgress) -> Void = { _ in },
        report: ([FileResult], Set<StationID>) throws -> Void
    ) async throws -> Set<StationID> {
        var next = 0
        var all: Set<StationID> = []
        while next < count {
            let version = rulesVersion
            let line = openLine(next..<count, file: file)
            defer { end(line, version: version) }
            do {
                // The registry may change while a large batch has the history lane: the rest is admitted by the new one.
                while next < count, version == rulesVersion {
                    let members = next..<min(next + CommitGroup.fileLimit, count)
                    let (results, touched) = try await take(
                        members, from: line, file, commitEach: commitEach, progress: progress)
                    try report(results, touched)
                    all.formUnion(touched)
                    next = members.upperBound
                }
            } catch {
                forgetPreparations()
                throw error
            }
        }
        return all
    }

    /// Takes the next files of a line.
    private func take(
        _ members: Range<Int>, from line: PreparationLine, _ file: @Sendable (Int) -> IngestFile, commitEach: Bool,
        progress: @escaping @Sendable (LargeBatchProgress) -> Void
    ) async throws -> (results: [FileResult], touched: Set<StationID>) {
        var results = [FileResult?](repeating: nil, count: members.count)
        var touched: Set<StationID> = []
        var large: [Int] = []
        var group = LiveGroup()
        for index in results.indices {
            switch try line.next() {
            case .unreadable(let failure): results[index] = .unreadable(failure)
            case .large: large.append(index)
            case .ready(let batch):
                group.add(batch, index: index)
                if commitEach || group.isFull { touched.formUnion(try commit(&group, &results)) }
            }
        }
        touched.formUnion(try commit(&group, &results))
        for index in large {
            do {
                let taken = try await history.take(
                    file(members.lowerBound + index), rules: rules, received: Node.clock(),
                    progress: { progress(.admitted(rows: $0)) })
                progress(.whole(place: members.lowerBound + index))
                results[index] = .taken(taken.outcome)
                touched.formUnion(taken.stations)
            } catch let failure as CommandFailure where failure.status == ExitStatus.inputUnusable {
                results[index] = .unreadable(failure)
            }
        }
        let all = results.map { result in
            guard let result else { preconditionFailure("Every file has a result.") }
            return result
        }
        return (all, touched)
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

    /// Commits a group and empties it; the stations it brought something new of.
    private func commit(_ group: inout LiveGroup, _ results: inout [FileResult?]) throws -> Set<StationID> {
        if group.batches.isEmpty { return [] }
        let batches = group.batches
        let indexes = group.indexes
        group = LiveGroup()
        let known: [Receipt?]
        var settled: ArraySlice<Receipt>
        let touched: [TouchedSeries]
        (known, settled, touched) = try book.write { writer in
            let known = try batches.map { try take($0, writer) }
            return (known, try writer.settleBatches()[...], writer.touched)
        }
        for (position, batch) in batches.enumerated() {
            if let receipt = known[position] {
                results[indexes[position]] = .taken(
                    IngestOutcome(receipt: receipt, isRepeat: true, refusal: try book.storedRefusal(of: receipt)))
                continue
            }
            guard let receipt = settled.popFirst() else { preconditionFailure("Every opened batch has a receipt.") }
            var outcome = IngestOutcome(
                receipt: receipt, isRepeat: false, refusal: batch.admitted.stopped.map { Book.refusal($0, receipt) })
            outcome.valueCount = batch.admitted.valueCount
            outcome.valueSum = batch.admitted.valueSum
            results[indexes[position]] = .taken(outcome)
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
            count: count, commitEach: commitEach, file: file, progress: { listener.sees($0) },
            report: { results, touched in
                try updateAlerts(touched: touched)
                listener.took(IngestNews(results, format, signedBy: key))
            })
        if isLast { try updateAllAlerts() }
    }

    func performIngest(_ request: IngestRequest) async throws -> CommandReply {
        let news = CollectedNews()
        let files = request.files
        try await ingest(
            count: files.count, commitEach: request.commitEach, request.format, stations: request.stations,
            isLast: request.isLast,
            file: { IngestFile(path: files[$0].path, name: files[$0].name, sender: "ingest") }, telling: news)
        return .done(try news.encoded)
    }
}
