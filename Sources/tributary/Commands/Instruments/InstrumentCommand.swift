// `tributary instrument`: records of checks of instruments, filed as people or instruments send them.

import ArgumentParser
import Monitoring

struct InstrumentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "instrument",
        abstract: "Records of instrument checks (质控记录): zero, span, drift, linearity, samples, recovery, comparison.",
        discussion: """
            A record that fails makes the values from the last pass to the next pass suspect, in `qc` and wherever the \
            book's verdicts are used; a kind without a limit, in the record or in the check set, tests nothing and says \
            so. Records are on record for ever, in the log. docs/quality-checks.md has the columns of the table.
            """,
        subcommands: [File.self, List.self])

    struct File: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "file", abstract: "File the records of a table, all or none.")

        @Argument(help: ArgumentHelp("A CSV table of records.", valueName: "file.csv"))
        var path: String
        @OptionGroup var data: DataOption
        @Option(name: .long, help: ArgumentHelp("Who files it.", valueName: "person"))
        var by: String
        @OptionGroup var output: FormatOption

        func run() async throws {
            try await reportingFailures {
                let filing = InstrumentTableFiling(table: try RegistryFile(reading: path), person: by)
                return try await NodeGateway.perform(
                    .fileInstruments(filing, format: output.format), folder: data.folder)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List records with what they came to under the check set in force.")

        @OptionGroup var data: DataOption
        @Option(name: .long, help: "Only this station.")
        var station: String?
        @OptionGroup var output: FormatOption

        func run() async throws {
            try await reportingFailures {
                try await NodeGateway.perform(
                    .instruments(station: station, format: output.format), folder: data.folder)
            }
        }
    }
}
