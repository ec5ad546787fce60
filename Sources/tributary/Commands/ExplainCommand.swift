// `tributary explain`: from a yuan, an alert or a value back to the bytes a station sent.

import ArgumentParser

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show where a figure came from, down to the batch bytes.",
        discussion: """
            REFERENCE is a run's id (or `latest`), an alert's id, a batch's digest, or an observation as \
            STATION/PARAMETER@TIME with an ISO 8601 time.
            """)

    @Argument(help: ArgumentHelp("What to explain.", valueName: "reference"))
    var reference: String
    @OptionGroup var data: DataOption
    @OptionGroup var output: FormatOption
    @Option(
        name: .long,
        help: "For a run: steps in their order (text), or from each amount down to the batch bytes (tree, html, json).")
    var derivation: DerivationForm?

    func run() async throws {
        try await reportingFailures {
            try await NodeGateway.perform(
                .explain(reference: reference, derivation: derivation, format: output.format), folder: data.folder)
        }
    }
}
