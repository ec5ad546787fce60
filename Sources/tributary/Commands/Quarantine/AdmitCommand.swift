// `tributary admit`: rows that were kept aside are taken after all, once what kept them aside is mended.

import ArgumentParser

struct AdmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admit",
        abstract: "Admit quarantined or rejected rows (隔离行准入) by the registry and rules of now.",
        discussion: """
            A row is quarantined (隔离) when its station or parameter is not registered, its sender may not speak for \
            the station, or its time cannot be; it is rejected (拒收), or its whole batch is, when it cannot be read. \
            Mend the cause, then admit: the batch is read again from the archive, rows that may be taken now are, and \
            the others stay as they are, each with its reason; what was read before is not read anew. The batch's \
            receipt stays as it was released; the admission has a signed receipt of its own, with who and why, in the log.

            Choose batches by digest (`tributary dump batches` lists them), the rows of one station, or all that \
            was not taken. --dry-run says what would be admitted and changes nothing. Doing it again changes nothing. \
            Exit code 1 when chosen rows still wait, or a batch named by its digest has rows rejected still.
            """)

    @Argument(help: ArgumentHelp("Batches, by digest or its first 8 digits or more.", valueName: "digest"))
    var digests: [String] = []
    @Option(name: .long, help: "Only rows of this station, by its id or an alias, in whatever batch.")
    var station: String?
    @Flag(name: .long, help: "All that was not taken.")
    var all = false
    @OptionGroup var data: DataOption
    @OptionGroup var stations: StationsOption
    @Flag(name: .long, help: "Say what would be admitted, and change nothing.")
    var dryRun = false
    @Option(name: .long, help: ArgumentHelp("Who admits them.", valueName: "person"))
    var by: String?
    @Option(name: .long, help: "Why, in a sentence.")
    var reason: String?
    @OptionGroup var output: FormatOption

    func validate() throws {
        if all ? !digests.isEmpty || station != nil : digests.isEmpty && station == nil {
            throw ValidationError("Give digests of batches, --station ID or both, or --all alone.")
        }
        if !dryRun, by == nil || reason == nil {
            throw ValidationError("An admission is on record for ever: give --by and --reason, or --dry-run.")
        }
    }

    func run() async throws {
        let request = AdmitRequest(
            digests: digests, station: station, stations: stations.folder, isDryRun: dryRun, person: by ?? "",
            reason: reason ?? "")
        try await reportingFailures {
            try await NodeGateway.perform(.admit(request, format: output.format), folder: data.folder)
        }
    }
}
