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
            """)

    @Option(name: .long, help: ArgumentHelp("The data folder.", valueName: "dir"))
    var data: String?
    @Option(
        name: .long, help: ArgumentHelp("An agreement's id in the registry, or its file.", valueName: "id|file.yaml"))
    var agreement: String
    @Option(
        name: .long,
        help: ArgumentHelp("2025, 2025-Q1, 2025-03, or FROM/TO as half-open civil dates.", valueName: "period"))
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
        help: ArgumentHelp("A table of inputs to settle from, without a data folder.", valueName: "file.csv"))
    var inputs: String?
    @Option(
        name: .long, help: ArgumentHelp("With --inputs: a draft to compare with the agreement.", valueName: "file.yaml")
    )
    var draft: String?
    @Option(name: .long, help: "With --inputs: the derivation as text, tree, html or json instead of the statement.")
    var derivation: DerivationForm?
    @Flag(name: .long, help: "With --inputs: what each figure moves, and where a branch turns.")
    var sensitivity = false
    @Option(
        name: .long,
        help: ArgumentHelp(
            "With --inputs: the probability of each branch at this relative standard error.", valueName: "0.05"))
    var uncertainty: String?
    @Option(name: .long, help: "The seed of --uncertainty.")
    var seed: UInt64 = 1

    func run() async throws {
        try await reportingFailures {
            if let inputs { return try settleByHand(inputs) }
            if draft != nil || sensitivity || uncertainty != nil || derivation != nil {
                throw CommandFailure(
                    status: ExitStatus.usage,
                    message:
                        "--draft, --sensitivity, --uncertainty and --derivation need a table: give --inputs FILE.csv.")
            }
            guard let data, let period else {
                throw CommandFailure(
                    status: ExitStatus.usage,
                    message: "Give --data DIR and --period, or --inputs FILE.csv to settle from a table by hand.")
            }
            let document = Self.isFile(agreement) ? try text(of: agreement) : nil
            return try await NodeGateway.perform(
                .settle(
                    agreement: agreement, document: document, period: period, kind: kind,
                    exclusions: try exclusions.map(RegistryFile.init(reading:)), format: output.format),
                folder: absolutePath(data))
        }
    }

    static func isFile(_ name: String) -> Bool { name.hasSuffix(".yaml") || name.hasSuffix(".yml") }

    func text(of path: String) throws -> String {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable, message: "\(path) cannot be read as UTF-8 text: check the path.")
        }
        return text
    }
}

/// How a derivation is written.
enum DerivationForm: String, ExpressibleByArgument, CaseIterable { case text, tree, html, json }
