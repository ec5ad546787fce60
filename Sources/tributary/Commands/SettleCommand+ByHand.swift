// Settling from a table alone: what an auditor does with a published notice, and what a draft would have moved.

import Assessment
import Compensation
import Exact
import Foundation
import Monitoring

extension SettleCommand {
    /// Settles the table at `path`; 1 when anything is missing, 65 when a file cannot be used.
    func settleByHand(_ path: String) throws -> Int32 {
        let inForce = try readByHand(try namedAgreement)
        let table = try text(of: path)
        if let draft { return try compare(inForce, try readByHand(draft), table: table, path) }
        let settled = try periodByHand(table, inForce)
        guard let kind = RunKind(kind) else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "--kind \(kind) is none of provisional, initial, revised-1, final, special.")
        }
        let (source, problems) = InputTable.read(
            table, file: path, for: inForce, period: settled, statement: try reviewStatement)
        guard let source else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: problems.map(\.description).joined(separator: "\n")
                    + "\n\(path) has \(problems.count) problems and cannot be settled from.")
        }
        let times = try SettlementTimes(
            try events.map(RegistryFile.init(reading:)), asOf: asOf, for: inForce)
        let run = settle(
            inForce, period: settled, kind: kind, inputs: source, program: Release.version, events: times.events,
            asOf: times.asOf)
        let status = try show(run)
        let figures = InputTable.figures(table, file: path, for: inForce, period: settled)
        let isText = status == ExitStatus.done && output.format == .text && derivation == nil
        Terminal.output(
            besideText(
                inForce, settled, figures, times, isText: isText,
                sensitivity: sensitivity, relativeError: try relativeError, seed: seed))
        return status
    }

    private func show(_ run: SettlementRun) throws -> Int32 {
        guard let statement = try? Statement(run) else {
            Terminal.output(output.format == .json ? run.json : run.refusalText)
            return ExitStatus.needsAttention
        }
        switch (derivation, output.format) {
        case (.text, _): Terminal.output(run.derivationText)
        case (.tree, _): Terminal.output(run.derivationTreeText)
        case (.html, _): Terminal.output(run.derivationHTML)
        case (.json, _): Terminal.output(run.derivationJSON)
        case (nil, .text): Terminal.output(statement.text + "\n" + run.derivationText)
        case (nil, .json): Terminal.output(run.json)
        case (nil, .csv): Terminal.output(statement.csv)
        }
        return ExitStatus.done
    }

    /// The agreement in a file, checked as one in the registry is, save for what it refers to there: a table brings its
    /// own figures.
    private func readByHand(_ path: String) throws -> Agreement {
        let check = checkAgreement(try text(of: path), file: path, registry: nil)
        guard let agreement = check.agreement, check.problems.isEmpty else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: check.problems.map(\.description).joined(separator: "\n")
                    + "\nThe agreement \(path) has \(check.problems.count) problems and cannot settle.")
        }
        return agreement
    }

    /// `--reviewed` and `--document`, which stand together.
    private var reviewStatement: ReviewStatement? {
        get throws {
            guard reviewed != nil || document != nil else { return nil }
            guard let reviewed, let document, !document.isEmpty else {
                throw CommandFailure(
                    status: ExitStatus.usage,
                    message: "--reviewed STATE and --document TEXT stand together: who states the review, and where.")
            }
            guard let state = ReviewState(rawValue: reviewed) else {
                throw CommandFailure(
                    status: ExitStatus.usage,
                    message: "--reviewed \(reviewed) is none of "
                        + ReviewState.allCases.map(\.rawValue).joined(separator: ", ") + ".")
            }
            return ReviewStatement(state: state, document: document)
        }
    }

    /// The period given, that of the table's rows, or the first whole one in which the agreement is in force.
    private func periodByHand(_ table: String, _ agreement: Agreement) throws -> SettlementPeriod {
        if let period {
            guard let found = SettlementPeriod(parsing: period) else {
                throw CommandFailure(
                    status: ExitStatus.inputUnusable,
                    message: "--period \(period) is none of 2025, 2025-H1, 2025-Q1, 2025-03 or 2025-01-01/2026-01-01.")
            }
            return found
        }
        if let found = InputTable.period(of: table), found.kind == agreement.periodKind { return found }
        guard let first = agreement.firstPeriod else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "The agreement is not in force for one whole \(agreement.periodKind.rawValue): give --period.")
        }
        Terminal.note("tributary: no period given; the first the agreement is in force for is settled: \(first)")
        return first
    }

    /// Two texts over the rows of a table.
    private func compare(_ inForce: Agreement, _ draft: Agreement, table: String, _ path: String) throws -> Int32 {
        guard let text = period, let span = SettlementPeriod(parsing: text) else {
            throw CommandFailure(
                status: ExitStatus.usage, message: "--draft needs --period FROM/TO, such as 2020-01-01/2025-01-01.")
        }
        let periods = span.parts(of: inForce.periodKind)
        guard !periods.isEmpty else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "\(span) holds no whole \(inForce.periodKind.rawValue): give whole ones.")
        }
        var problems: [Problem] = []
        let found = whatIf(inForce, draft, over: periods) { agreement, period in
            let rows = InputTable.rows(table, of: period, for: agreement)
            // A row the other text alone asks for is no fault here.
            let read = InputTable.read(rows, file: path, for: agreement, period: period, skipsOthers: true)
            problems += read.problems
            return read.source ?? TableInputSource([:])
        }
        if let first = problems.first {
            throw CommandFailure(status: ExitStatus.inputUnusable, message: first.description)
        }
        Terminal.output(output.format == .text ? found.text : Node.render(found.records, output.format))
        return found.gaps.isEmpty ? ExitStatus.done : ExitStatus.needsAttention
    }
}

/// What stands beside the exact sum, never instead of it: what a change in the baselines would move, and sensitivity and
/// the odds of branches as asked for.
func besideText(
    _ agreement: Agreement, _ period: SettlementPeriod, _ figures: [InputKey: (value: Fraction, unit: UnitOfMeasure)],
    _ times: SettlementTimes, isText: Bool, sensitivity: Bool, relativeError: String?, seed: UInt64
) -> String {
    var text = ""
    if sensitivity {
        text +=
            "\n"
            + sensitivityText(
                sensitivities(
                    of: agreement, period: period, inputs: figures, events: times.events, asOf: times.asOf))
    } else if isText, !agreement.baselines.isEmpty {
        text +=
            "\n"
            + baselineText(
                baselineSensitivities(
                    of: agreement, period: period, inputs: figures, events: times.events, asOf: times.asOf))
    }
    if let error = relativeError.flatMap({ Fraction($0) }) {
        let draws = 2_000
        let odds = branchOdds(
            of: agreement, period: period, inputs: figures, relativeError: error, draws: draws, seed: seed,
            events: times.events, asOf: times.asOf)
        text +=
            "\n"
            + branchOddsText(
                odds, relativeError: error, draws: draws, seed: seed, fixed: fixedInputs(of: agreement, figures))
    }
    return text
}
