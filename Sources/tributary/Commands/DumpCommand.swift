// `tributary dump`: anything in the book as stable text.

import ArgumentParser

extension DumpSelection.Subject: ExpressibleByArgument {}

struct DumpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dump",
        abstract: "Print what the book holds as stable text, one record a line.",
        discussion: """
            observations: the current view, disputed keys marked · versions: every stored version with its batch · \
            series · batches · rejections · quarantine · admissions · alerts (events) · runs · postings · log
            """)

    @Argument(help: ArgumentHelp("What to print.", valueName: "subject"))
    var subject: DumpSelection.Subject = .observations
    @OptionGroup var data: DataOption
    @Option(name: .long, help: "Only this station.")
    var station: String?
    @Option(name: .long, help: "Only this parameter.")
    var parameter: String?
    @Option(name: .long, help: ArgumentHelp("First civil date (+08:00).", valueName: "date"))
    var from: String?
    @Option(name: .long, help: ArgumentHelp("First civil date after the last (+08:00).", valueName: "date"))
    var until: String?
    @OptionGroup var output: FormatOption

    func run() async throws {
        let selection = DumpSelection(
            subject: subject, station: station, parameter: parameter, from: from, until: until)
        try await reportingFailures {
            try await NodeGateway.perform(.dump(selection, format: output.format), folder: data.folder)
        }
    }
}
