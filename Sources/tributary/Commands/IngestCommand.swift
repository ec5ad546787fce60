// `tributary ingest`: files and folders into a data folder, by hand or by script.

import ArgumentParser

struct IngestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Take batches from files or folders; the files stay where they are.",
        discussion: """
            Every batch gets a receipt. A batch sent again changes nothing. Without a registry, unknown stations are \
            adopted as provisional: they belong to no boundary and never settle.

            With --format json the last line is one object: files, rows, nonnull, value_sum, accepted, duplicate, \
            conflict, rejected, quarantined. rows counts data rows of the files; the last five count observations \
            and rows that could not become one. Exit code 1 when a whole batch was refused.
            """)

    @Argument(help: ArgumentHelp("Files, or folders to take every file of.", valueName: "path"))
    var paths: [String]
    @OptionGroup var data: DataOption
    @OptionGroup var stations: StationsOption
    @Flag(name: .long, help: "One durable commit for each file, as if each had been pushed alone.")
    var commitEach = false
    @OptionGroup var output: FormatOption

    func run() async throws {
        try await reportingFailures {
            try await NodeGateway.perform(
                .ingest(
                    paths: paths.map(absolutePath), stations: stations.folder, commitEach: commitEach,
                    format: output.format),
                folder: data.folder, create: true)
        }
    }
}
