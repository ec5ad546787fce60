// `tributary holes`: what is missing, since when, and why.

import ArgumentParser

struct HolesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "holes",
        abstract: "List holes (缺测): readings that were due by the cadence and are missing, since when, and why.",
        discussion: """
            A hole is open until its readings come or a person says that they never will; a reason counts only once a \
            bureau confirmed the operator's notice. No hole listed does not mean that data are complete: what could \
            not be judged is said at the end (with json and csv on standard error).
            """)

    @OptionGroup var data: DataOption
    @Option(name: .long, help: "Only this station.")
    var station: String?
    @Option(name: .long, help: "Only this parameter.")
    var parameter: String?
    @Option(name: .long, help: ArgumentHelp("First civil date or time (+08:00).", valueName: "date"))
    var from: String?
    @Option(name: .long, help: ArgumentHelp("First civil date or time after the last (+08:00).", valueName: "date"))
    var until: String?
    @Flag(name: .long, help: "Only holes that nobody has closed: open and disputed ones.")
    var open = false
    @Flag(name: .long, help: "Holes of the past too, with the batch that refilled them.")
    var refilled = false
    @OptionGroup var output: FormatOption

    func validate() throws {
        if open && refilled { throw ValidationError("--open leaves out what --refilled asks for: give one of them.") }
    }

    func run() async throws {
        let query = HoleQuery(
            station: station, parameter: parameter, from: from, until: until, onlyOpen: open,
            includesRefilled: refilled)
        try await reportingFailures {
            try await NodeGateway.perform(.holes(query, format: output.format), folder: data.folder)
        }
    }
}
