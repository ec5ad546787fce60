// `tributary settle`: one agreement, one closed period, one immutable run; or an agreement and a table, by hand.

import ArgumentParser
import Compensation
import Exact
import Foundation

struct SettleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settle",
        abstract: "Settle one period of an agreement and print the statement (补偿核算单).",
        discussion: """
            The run freezes its inputs at a log position and is never edited; settling again with the same inputs \
            gives the same run. When an input is missing, disputed or not assessable the period is not settled: the \
            command says what must be supplied, and exits with 1.

            With --exclusions the approved records take values out of the statistics of the places they name. The \
            statement names each record with the figure as measured, and the amounts without the records follow it.

            By hand, without a data folder: --agreement FILE --inputs FILE.csv settles from a table \
            (name,party,section,period,value,unit) alone and prints statement and derivation; `tributary check FILE \
            --inputs-template` prints the empty table. With --draft a second text is settled beside the first, period \
            by period (--period FROM/TO), party by party; --sensitivity and --uncertainty print beside the statement \
            what a figure moves and how probable each branch is.

            With --data they do the same over the stored observations: --draft FILE --period 2016/2026 replays the \
            draft beside the agreement in force in each period (--agreement where a boundary has several) and issues \
            nothing; --inputs then supplies the given figures that nobody measures.
            """)

    @Option(name: .long, help: ArgumentHelp("The data folder.", valueName: "dir"))
    var data: String?
    @Option(
        name: .long, help: ArgumentHelp("An agreement's id in the registry, or its file.", valueName: "id|file.yaml"))
    var agreement: String?
    @Option(
        name: .long,
        help: ArgumentHelp(
            "2025, 2025-H1, 2025-Q1, 2025-03, or FROM/TO as half-open civil dates; 2016/2026 with --draft.",
            valueName: "period")
    )
    var period: String?
    @Option(name: .long, help: "provisional (预核算), initial (初核), final (终核) or special (专项).")
    var kind = "provisional"
    @Option(
        name: .long,
        help: ArgumentHelp("Records of excluded values (断流, 冰封, 施工, 自然本底, 沙尘).", valueName: "file.yaml|csv"))
    var exclusions: String?
    @OptionGroup var output: FormatOption
    @Option(
        name: .long,
        help: ArgumentHelp(
            "A table of inputs to settle from; with --data, of the figures nobody measures.", valueName: "file.csv"))
    var inputs: String?
    @Option(
        name: .long,
        help: ArgumentHelp(
            "What happened: event,party,at,document. The agreement's windows run from it.", valueName: "file.csv"))
    var events: String?
    @Option(name: .long, help: ArgumentHelp("The day the windows are judged by.", valueName: "2026-03-31"))
    var asOf: String?
    @Option(
        name: .long, help: ArgumentHelp("A draft to compare with the agreement in force.", valueName: "file.yaml"))
    var draft: String?
    @Option(name: .long, help: "The derivation as text, tree, html or json instead of the statement.")
    var derivation: DerivationForm?
    @Flag(name: .long, help: "What each figure moves, and where a branch turns.")
    var sensitivity = false
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The probability of each branch at this relative standard error.", valueName: "0.05"))
    var uncertainty: String?
    @Option(
        name: .long,
        help: ArgumentHelp(
            "By hand: how far a person states the typed figures were reviewed, and that as much was measured as agreed.",
            valueName: "state"))
    var reviewed: String?
    @Option(name: .long, help: ArgumentHelp("The document --reviewed rests on.", valueName: "text"))
    var document: String?
    @Option(name: .long, help: "The seed of --uncertainty.")
    var seed: UInt64 = 1

    func run() async throws {
        try await reportingFailures {
            if data == nil, let inputs { return try settleByHand(inputs) }
            if draft == nil, agreement == nil { _ = try namedAgreement }
            guard let data, let period else {
                throw CommandFailure(
                    status: ExitStatus.usage,
                    message: "Give --data DIR and --period, or --inputs FILE.csv to settle from a table by hand.")
            }
            if reviewed != nil || document != nil {
                throw CommandFailure(
                    status: ExitStatus.usage,
                    message: "--reviewed and --document are for a table by hand: stored data show their own review.")
            }
            if derivation != nil, output.format != .text {
                throw CommandFailure(
                    status: ExitStatus.usage, message: "--derivation has forms of its own: leave out --format.")
            }
            let request = SettleRequest(
                agreement: agreement, document: try agreement.flatMap { Self.isFile($0) ? try text(of: $0) : nil },
                period: period, kind: kind, exclusions: try exclusions.map(RegistryFile.init(reading:)),
                given: try inputs.map(RegistryFile.init(reading:)),
                events: try events.map(RegistryFile.init(reading:)), asOf: asOf,
                draft: try draft.map(RegistryFile.init(reading:)),
                derivation: derivation, sensitivity: sensitivity, relativeError: try relativeError, seed: seed,
                format: output.format)
            return try await NodeGateway.perform(.settle(request), folder: absolutePath(data))
        }
    }

    /// The agreement where the command cannot do without one.
    var namedAgreement: String {
        get throws {
            guard let agreement else {
                throw CommandFailure(status: ExitStatus.usage, message: "Give --agreement ID or FILE.")
            }
            return agreement
        }
    }

    /// `--uncertainty` as a fraction, in text that reads back exactly.
    var relativeError: String? {
        get throws {
            guard let uncertainty else { return nil }
            guard let error = Fraction(uncertainty), error > .zero, error < .one else {
                throw CommandFailure(
                    status: ExitStatus.usage,
                    message: "--uncertainty \(uncertainty) is no relative standard error: write 0.05 for 5 %.")
            }
            return uncertainty
        }
    }

    static func isFile(_ name: String) -> Bool { name.hasSuffix(".yaml") || name.hasSuffix(".yml") }

    func text(of path: String) throws -> String { try RegistryFile(reading: path).text }
}

/// How a derivation is written.
enum DerivationForm: String, ExpressibleByArgument, CaseIterable, Codable, Sendable { case text, tree, html, json }
