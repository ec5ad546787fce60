// The derivation of an issued run down to the batch bytes: the tree kept with it, and below each figure what it rests on.

import Compensation
import Formats
import Monitoring
import Storage

extension Node {
    /// A run's derivation in the form asked for.
    func derivationText(of run: IssuedRun, _ form: DerivationForm) throws -> String {
        if form == .text { return try explainRun(run, .text) }
        guard let tree = run.tree else {
            throw CommandFailure(
                status: ExitStatus.needsAttention,
                message: "\(run.id) was issued before trees were kept with runs: `tributary explain \(run.id)` has its "
                    + "steps in order.")
        }
        let derivation = Derivation(
            run: run.id, title: BilingualName(chinese: run.title[0], english: run.title[1]), period: run.period,
            isExample: run.isExample, lines: tree.resting(on: try evidence(of: run, depth: 0)))
        return switch form {
        case .text, .tree: derivation.text
        case .html: derivation.html
        case .json: derivation.json
        }
    }

    /// Periods whose trees are hung below each other; a longer chain goes on in the runs they name.
    private static let chainLimit = 12

    /// What each input of a run rests on: series and batches, or the result of the run it was taken over from.
    private func evidence(of run: IssuedRun, depth: Int) throws -> [String: [DerivationNode]] {
        var found: [String: [DerivationNode]] = [:]
        for input in run.inputs {
            found[input.name] =
                try input.carries.map { try earlierNodes($0, of: input, run.agreement, depth: depth) }
                ?? seriesNodes(of: input, frozenAt: run.frozenAt)
        }
        return found
    }

    /// The result in the earlier run's own tree, with what that rests on.
    private func earlierNodes(
        _ carries: String, of input: IssuedRun.Input, _ agreement: String, depth: Int
    ) throws -> [DerivationNode] {
        let known = try book.read { try $0.runs(ofAgreement: agreement) }.filter {
            $0.digest.description == input.digest
        }
        guard depth < Self.chainLimit, let record = known.first else { return [] }
        let earlier = try IssuedRun(bytes: record.payload)
        guard let node = (earlier.tree ?? []).first(where: { $0.name == carries }) else { return [] }
        return [node].resting(on: try evidence(of: earlier, depth: depth + 1))
    }

    /// The series of an input, each with the batches that brought its observations, as known when the run froze.
    private func seriesNodes(of input: IssuedRun.Input, frozenAt: Int64) throws -> [DerivationNode] {
        guard let from = input.from, let until = input.until else { return [] }
        let interval = Interval(start: Instant(milliseconds: from), end: Instant(milliseconds: until))
        return try input.series.compactMap { name in
            guard let key = try series(named: name) else { return nil }
            let view = try book.read { try $0.readings(key, over: interval, asKnownAt: frozenAt) }
            return DerivationNode(
                name: name, value: "\(view.count) 个观测 observations",
                notes: ["\(interval.start.iso8601(at: .china)) / \(interval.end.iso8601(at: .china))"],
                children: try batchNodes(of: view))
        }
    }

    /// One node for each batch, in the order of the log.
    private func batchNodes(of view: CurrentView) throws -> [DerivationNode] {
        var rows: [Int64: [Int]] = [:]
        for row in 0..<view.count { rows[view.sequence[row], default: []].append(row) }
        return try rows.sorted { $0.key < $1.key }.map { sequence, rows in
            guard let batch = try book.read({ try $0.batch(at: sequence) }) else {
                throw CommandFailure(
                    status: ExitStatus.ownFault,
                    message: "The book has no batch at log position \(sequence): run tributary doctor.")
            }
            func time(_ row: Int?) -> String {
                row.map { Instant(milliseconds: view.start[$0]).iso8601(at: .china) } ?? ""
            }
            return DerivationNode(
                name: batch.receipt.name, value: "\(rows.count) 个观测 observations",
                notes: [
                    "\(time(rows.first)) … \(time(rows.last))",
                    "收到 received \(batch.receipt.receivedAt.iso8601(at: .china)), \(batch.sender), log \(sequence)",
                ],
                bytes: BatchBytes(
                    digest: batch.receipt.digest.description, segment: batch.place.path,
                    offset: Int64(batch.place.offset), byteCount: Int64(batch.place.byteCount)))
        }
    }
}
