// What `tributary settle` asks of a node, and the agreements and given figures it names.

import Compensation
import Exact
import Foundation
import Monitoring

/// A settlement of one period, or a draft compared over many.
struct SettleRequest: Codable, Sendable {
    /// An id of the registry, or the path of the text in `document`; `nil` takes what is in force where the draft is.
    var agreement: String?
    var document: String?
    var period: String
    var kind: String
    var exclusions: RegistryFile?
    /// A table of figures that nobody measures.
    var given: RegistryFile?
    /// What happened around the period, and the day its windows are judged by.
    var events: RegistryFile?
    var asOf: String?
    /// A second text to compare with; then nothing is issued.
    var draft: RegistryFile?
    var derivation: DerivationForm?
    var sensitivity: Bool
    /// The relative standard error of `--uncertainty`.
    var relativeError: String?
    var seed: UInt64
    var format: OutputFormat

    var settledPeriod: SettlementPeriod {
        get throws {
            guard let found = SettlementPeriod(parsing: period) else {
                throw CommandFailure(
                    status: ExitStatus.inputUnusable,
                    message: "--period \(period) is none of 2025, 2025-H1, 2025-Q1, 2025-03 or 2025-01-01/2026-01-01.")
            }
            return found
        }
    }
}

/// Stored observations for what is measured, a person's table for what is given, runs on record for what is taken over.
struct GivenAndMeasured: InputSource {
    let given: TableInputSource?
    let measured: any InputSource
    /// What was settled for the period before.
    var earlier: EarlierResults?

    func value(for request: InputRequest) -> InputResult {
        if request.carries != nil { return carried(request) }
        if request.measure == .given, let given { return given.value(for: request) }
        return measured.value(for: request)
    }

    /// The result of the run on record; the table's where there is none. Two that differ are for a person to decide.
    private func carried(_ request: InputRequest) -> InputResult {
        let (typed, known) = (given?.value(for: request), earlier?.value(for: request) ?? measured.value(for: request))
        guard case .value(let value)? = typed else { return known }
        switch known {
        case .missing: return .value(value)
        case .value(let settled) where settled.value * settled.unit.factor != value.value * value.unit.factor:
            return .disputed(
                "\(settled.evidence.series.first ?? "The run on record") says \(settled.value) \(settled.unit), "
                    + "the table \(value.value) \(value.unit).")
        default: return known
        }
    }
}

/// The rows of a table that are of `period`; measured figures come from the book and from nowhere else.
///
/// - Parameter skipsOthers: whether rows another text asks for are passed over.
func givenFigures(
    _ table: RegistryFile, for agreement: Agreement, _ period: SettlementPeriod, skipsOthers: Bool = false
) throws -> TableInputSource {
    let rows = InputTable.rows(table.text, of: period, for: agreement)
    let read = InputTable.read(rows, file: table.path, for: agreement, period: period, skipsOthers: skipsOthers)
    guard let source = read.source else {
        throw CommandFailure(
            status: ExitStatus.inputUnusable,
            message: read.problems.map(\.description).joined(separator: "\n")
                + "\n\(table.path) has \(read.problems.count) problems and cannot be settled from.")
    }
    let measured = Set(agreement.inputs.filter(\.measure.isMeasurement).map(\.name))
    let named = InputTable.figures(rows, file: table.path, for: agreement, period: period).keys.map(\.name)
    if !skipsOthers, let clash = named.first(where: measured.contains) {
        throw CommandFailure(
            status: ExitStatus.inputUnusable,
            message: "\(table.path) gives “\(clash)”, which the agreement takes from stored observations. "
                + "Leave it out, or settle by hand without --data.")
    }
    return source
}

extension RegistryFolder {
    /// The texts of the folder by id; what cannot be read is told of by their check.
    var agreementSeries: [AgreementSeries] {
        AgreementSeries.series(of: agreementFiles.compactMap { readAgreement($0.text, file: $0.path).agreement })
    }

    /// The agreement of an id that is in force over `period`, or of a file's text that a caller sends along.
    func agreement(_ name: String, document: String?, period: SettlementPeriod?) throws -> Agreement {
        if let document { return try checked(document, file: name) }
        // Most files are of other agreements; only those that name this one are read.
        let named = agreementFiles.filter { $0.text.contains(name) }
        let series = AgreementSeries.series(of: named.compactMap { readAgreement($0.text, file: $0.path).agreement })
        if let found = series.first(where: { $0.id == name }) { return try checked(version(of: found, period)) }
        // A file with faults has no terms, but its id is on a line of its own.
        for file in named where file.text.contains("agreement: \(name)\n") {
            _ = try checked(file.text, file: file.path)
        }
        let known = agreementSeries.map(\.id)
        throw CommandFailure(
            status: ExitStatus.inputUnusable,
            message: known.isEmpty
                ? "This node knows no agreement: start it with --stations, or give an agreement's file."
                : "There is no agreement \(name); known are \(known.joined(separator: ", ")).")
    }

    /// The one text of a series that holds over a period; a series of one text is refused by the settlement itself.
    private func version(of series: AgreementSeries, _ period: SettlementPeriod?) throws -> Agreement {
        guard series.versions.count > 1, let period else { return series.versions[0] }
        let found = series.inForce(over: period)
        guard found.count == 1 else {
            let texts = series.versions.map {
                "\($0.file) (\($0.validity.from?.description ?? "…")/\($0.validity.until?.description ?? "…"))"
            }
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: (found.isEmpty
                    ? "No text of \(series.id) is in force on all of \(period): "
                    : "\(found.count) texts of \(series.id) are in force over \(period): ")
                    + texts.joined(separator: ", ") + ". Correct their validity (tributary check), "
                    + "or name the file that counts with --agreement FILE.")
        }
        return found[0]
    }

    private func checked(_ agreement: Agreement) throws -> Agreement {
        guard let file = agreementFiles.first(where: { $0.path == agreement.file }) else { return agreement }
        return try checked(file.text, file: file.path)
    }

    func checked(_ text: String, file: String) throws -> Agreement {
        let check = checkAgreement(text, file: file, registry: registry)
        guard check.problems.isEmpty, let agreement = check.agreement else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: check.problems.map(\.description).joined(separator: "\n")
                    + "\nThe agreement \(file) has \(check.problems.count) problems and cannot settle.")
        }
        return agreement
    }
}
