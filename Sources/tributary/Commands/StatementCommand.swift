// `tributary statement`: an issued run again, byte for byte.

import ArgumentParser

struct StatementCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "statement",
        abstract: "Print the statement of a run; without an id, list the runs.")

    @Argument(help: ArgumentHelp("A run's id, or `latest`.", valueName: "run"))
    var runID: String?
    @OptionGroup var data: DataOption
    @OptionGroup var output: FormatOption

    func run() async throws {
        try await reportingFailures {
            try await NodeGateway.perform(.statement(run: runID, format: output.format), folder: data.folder)
        }
    }
}
