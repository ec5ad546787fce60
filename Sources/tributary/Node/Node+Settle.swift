// The settlement path of the node: freeze, ask, settle, issue; a run is written once and shown for ever.

import Accounting
import Compensation
import Formats
import Foundation
import Monitoring
import Pipeline
import Quality
import Storage
import Web

extension Node {
    func performSettle(_ request: SettleRequest) throws -> CommandReply {
        let (exclusions, format) = (request.exclusions, request.format)
        let period = try request.settledPeriod
        let agreement = try registry.agreement(request.agreement ?? "", document: request.document, period: period)
        guard let kind = RunKind(request.kind) else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "--kind \(request.kind) is none of provisional, initial, revised-1, final, special.")
        }
        guard period.interval(at: agreement.offset).end <= Node.clock() else {
            throw CommandFailure(
                status: ExitStatus.needsAttention,
                message: "The period \(period) has not closed: settle it once its last day is over.")
        }
        let isExample = agreement.boundary.flatMap { registry.registry.boundaries[$0]?.isExample } ?? false
        let source = try BookSource(book)
        let records = try exclusions.map(PeriodAssessmentRequest.exclusionRecords) ?? []
        let given = try request.given.map { try givenFigures($0, for: agreement, period) }
        let times = try SettlementTimes(request.events, asOf: request.asOf, for: agreement)
        let earlier = try EarlierResults(book, of: agreement, before: period, kind: kind)
        func settled(excluding records: [Exclusion]) -> SettlementRun {
            let measured = SettlementInputs(
                source, registry: registry.registry, checks: registry.checkSets, exclusions: records)
            return settle(
                agreement, period: period, kind: kind,
                inputs: GivenAndMeasured(given: given, measured: measured, earlier: earlier),
                program: Release.version, events: times.events, asOf: times.asOf, isExampleBoundary: isExample)
        }
        let run = settled(excluding: records)
        if case .notSettled = run.outcome {
            return .done(
                format == .text ? run.refusalText : try refusal(run, format), status: ExitStatus.needsAttention)
        }
        let issued = try issue(try Statement(run), frozenAt: source.asKnownAt)
        var text = try request.derivation.map { try derivationText(of: issued, $0) } ?? issued.rendered(format)
        if exclusions != nil { text += try asMeasured(settled(excluding: []), frozenAt: source.asKnownAt, format) }
        text += besideText(
            agreement, period, run.figures, times, isText: format == .text && request.derivation == nil,
            sensitivity: request.sensitivity, relativeError: request.relativeError, seed: request.seed)
        return .done(text)
    }

    /// The amounts as they would be without the exclusions: printed beside the run, never issued.
    private func asMeasured(_ run: SettlementRun, frozenAt: Int64, _ format: OutputFormat) throws -> String {
        let title = "\n不剔除时（仅供对照，不出具）  As measured, without the exclusions (to compare, not issued)\n"
        var records: [DumpRecord] = []
        if case .notSettled(let obstacles) = run.outcome {
            records = obstacles.map { obstacle in
                [
                    ("figure", "as-measured"), ("payer", ""), ("payee", ""), ("amount", ""),
                    ("why", "\(obstacle.item): \(obstacle.why)"),
                ]
            }
        } else {
            records = IssuedRun(try Statement(run), frozenAt: frozenAt).lines.map { line in
                [
                    ("figure", "as-measured"), ("payer", line.payer.joined(separator: " ")),
                    ("payee", line.payee.joined(separator: " ")), ("amount", line.amount), ("why", ""),
                ]
            }
        }
        return (format == .text ? title : "") + Self.render(records, format)
    }

    /// Writes the run into the book, unless the same run is there: same inputs, agreement and version, same bytes.
    private func issue(_ statement: Statement, frozenAt: Int64) throws -> IssuedRun {
        if let known = try book.read({ try $0.run(statement.run.id) }) { return try IssuedRun(bytes: known.payload) }
        let issued = IssuedRun(statement, frozenAt: frozenAt)
        let run = statement.run
        let record = RunRecord(
            id: run.id, agreement: run.agreement, period: run.period.interval(at: run.offset),
            kind: run.kind.description, createdAt: Node.clock(), digest: sha256(Array(issued.text.utf8)),
            inputsDigest: issued.inputsDigest, payload: issued.bytes)
        let postings = statement.settled.postings.flatMap { entry in
            entry.postings.enumerated().map { index, posting in
                PostingRecord(
                    entry: entry.id, line: index + 1, account: posting.account,
                    currency: posting.money.currency.code, minorUnits: posting.money.minorUnits)
            }
        }
        _ = try book.write { try $0.insert(record, postings: postings) }
        return issued
    }

    private func refusal(_ run: SettlementRun, _ format: OutputFormat) throws -> String {
        guard case .notSettled(let obstacles) = run.outcome else { return "" }
        return Self.render(
            obstacles.map { obstacle in
                [
                    ("agreement", run.agreement), ("period", run.period.description), ("outcome", "not-settled"),
                    ("kind", obstacle.kind.rawValue), ("item", obstacle.item), ("section", obstacle.section),
                    ("why", obstacle.why), ("needed", obstacle.needed),
                ]
            }, format)
    }

    func performStatement(_ id: String?, _ format: OutputFormat) throws -> CommandReply {
        guard let id else {
            let runs = try issuedRuns()
            let records: [DumpRecord] = runs.map { run in
                [
                    ("run", run.id), ("agreement", run.agreement), ("period", run.period), ("kind", run.kind),
                    ("lines", String(run.lines.count)),
                ]
            }
            return .done(Self.render(records, format))
        }
        return .done(try issuedRun(id).rendered(format))
    }

    func issuedRuns() throws -> [IssuedRun] {
        try book.read { try $0.runs() }.map { try IssuedRun(bytes: $0.payload) }
    }

    /// The run with this id, or the latest one.
    func issuedRun(_ id: String) throws -> IssuedRun {
        let record = try book.read { reader in
            id == "latest" ? try reader.runs().first : try reader.run(id)
        }
        guard let record else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "There is no run \(id): `tributary statement --data \(folder)` lists the runs.")
        }
        return try IssuedRun(bytes: record.payload)
    }
}

extension IssuedRun {
    func rendered(_ format: OutputFormat) throws -> String {
        switch format {
        case .text: text
        case .json: json
        case .csv: csv
        }
    }
}
