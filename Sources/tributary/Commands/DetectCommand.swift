// `tributary detect`: the whole stored history against class limits: classes, hour means, episodes.

import ArgumentParser

struct DetectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detect",
        abstract: "Judge the stored history against class limits: classes of readings, hour means, episodes (超标时段).",
        discussion: """
            With --stations, the folder's limit profile says which limits hold, which flags count and when readings over \
            a limit are an episode; nothing of that folder is taken over. Without it, the node's own limit profile, or, \
            when its registry has none, the standards' tables and the targets of the registered river sections.

            The class of a reading is real-time and unreviewed (实时·未经审核): no verdict on a period. Source flags are \
            heeded, no other quality check is run. csv and json give a row for each episode; the last line of json is \
            one object with the counts. Threads: TRIBUTARY_THREADS; any number gives the same bytes.
            """)

    @OptionGroup var data: DataOption
    @OptionGroup var stations: StationsOption
    @Option(name: .long, help: ArgumentHelp("The limit profile, when the folder has several.", valueName: "id"))
    var limits: String?
    @Option(name: .long, help: ArgumentHelp("First civil date or time (+08:00).", valueName: "date"))
    var from: String?
    @Option(name: .long, help: ArgumentHelp("First civil date or time after the last (+08:00).", valueName: "date"))
    var until: String?
    @OptionGroup var output: FormatOption

    func run() async throws {
        let query = DetectQuery(stations: stations.folder, limits: limits, from: from, until: until)
        try await reportingFailures {
            try await NodeGateway.perform(.detect(query, format: output.format), folder: data.folder)
        }
    }
}
