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
    func performSettle(
        _ name: String, document: String?, period periodText: String, kind kindText: String,
        exclusions: RegistryFile?, _ format: OutputFormat
    ) throws -> CommandReply {
        let agreement = try agreement(name, document: document)
        guard let period = SettlementPeriod(parsing: periodText) else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "--period \(periodText) is none of 2025, 2025-Q1, 2025-03 or 2025-01-01/2026-01-01.")
        }
        guard let kind = RunKind(kindText) else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "--kind \(kindText) is none of provisional, initial, revised-1, final, special.")
        }
        guard period.interval(at: agreement.offset).end <= Node.clock() else {
            throw CommandFailure(
                status: ExitStatus.needsAttention,
                message: "The period \(period) has not closed: settle it once its last day is over.")
        }
        let isExample = agreement.boundary.flatMap { registry.registry.boundaries[$0]?.isExample } ?? false
        let source = try BookSource(book)
        let records = try exclusions.map(PeriodAssessmentRequest.exclusionRecords) ?? []
        func settled(excluding records: [Exclusion]) -> SettlementRun {
            settle(
                agreement, period: period, kind: kind,
                inputs: SettlementInputs(
                    source, registry: registry.registry, checks: registry.checkSets, exclusions: records),
                program: Release.version, isExampleBoundary: isExample)
        }
        let run = settled(excluding: records)
        if case .notSettled = run.outcome {
            return .done(
                format == .text ? run.refusalText : try refusal(run, format), status: ExitStatus.needsAttention)
        }
        let issued = try issue(try Statement(run), frozenAt: source.asKnownAt)
        if exclusions == nil { return .done(try issued.rendered(format)) }
        let measured = settled(excluding: [])
        return .done(try issued.rendered(format) + asMeasured(measured, frozenAt: source.asKnownAt, format))
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

    /// The agreement of an id, or of a file's text that a caller sends along.
    private func agreement(_ name: String, document: String?) throws -> Agreement {
        if let document { return try checked(document, file: name) }
        for file in registry.agreementFiles {
            let read = readAgreement(file.text, file: file.path)
            if read.agreement?.id == name { return try checked(file.text, file: file.path) }
        }
        let known = registry.agreementFiles.compactMap { readAgreement($0.text, file: $0.path).agreement?.id }
        throw CommandFailure(
            status: ExitStatus.inputUnusable,
            message: known.isEmpty
                ? "This node knows no agreement: start it with --stations, or give an agreement's file."
                : "There is no agreement \(name); known are \(known.sorted().joined(separator: ", ")).")
    }

    private func checked(_ text: String, file: String) throws -> Agreement {
        let check = checkAgreement(text, file: file, registry: registry.registry)
        guard check.problems.isEmpty, let agreement = check.agreement else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: check.problems.map(\.description).joined(separator: "\n")
                    + "\nThe agreement \(file) has \(check.problems.count) problems and cannot settle.")
        }
        return agreement
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
