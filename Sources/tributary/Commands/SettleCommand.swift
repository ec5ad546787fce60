// `tributary settle`: one agreement, one closed period, one immutable run.

import ArgumentParser
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
            """)

    @OptionGroup var data: DataOption
    @Option(
        name: .long, help: ArgumentHelp("An agreement's id in the registry, or its file.", valueName: "id|file.yaml"))
    var agreement: String
    @Option(
        name: .long,
        help: ArgumentHelp("2025, 2025-Q1, 2025-03, or FROM/TO as half-open civil dates.", valueName: "period"))
    var period: String
    @Option(name: .long, help: "provisional (预核算), initial (初核), final (终核) or special (专项).")
    var kind = "provisional"
    @Option(
        name: .long,
        help: ArgumentHelp("Records of excluded values (断流, 冰封, 施工, 自然本底, 沙尘).", valueName: "file.yaml|csv"))
    var exclusions: String?
    @OptionGroup var output: FormatOption

    func run() async throws {
        try await reportingFailures {
            var document: String?
            if agreement.hasSuffix(".yaml") || agreement.hasSuffix(".yml") {
                guard let text = try? String(contentsOfFile: agreement, encoding: .utf8) else {
                    throw CommandFailure(
                        status: ExitStatus.inputUnusable,
                        message: "\(agreement) cannot be read as UTF-8 text: check the path.")
                }
                document = text
            }
            return try await NodeGateway.perform(
                .settle(
                    agreement: agreement, document: document, period: period, kind: kind,
                    exclusions: try exclusions.map(RegistryFile.init(reading:)), format: output.format),
                folder: data.folder)
        }
    }
}
