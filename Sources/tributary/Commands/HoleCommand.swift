// `tributary hole mark`: a person's word on whether a hole's readings can still be brought.

import ArgumentParser
import Monitoring

extension HoleMark.Kind: ExpressibleByArgument {}

struct HoleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hole", abstract: "Say of a hole that it cannot be refilled, or that it can.",
        subcommands: [Mark.self])

    struct Mark: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "mark",
            abstract: "Mark a hole as unrecoverable (无法补回), or contradict such a mark.",
            discussion: """
                The mark is on record for ever, in the log. A later word of the same side counts instead of its \
                earlier one; when the two sides disagree the hole is disputed. No value changes.
                """)

        @Argument(
            help: ArgumentHelp(
                "As `tributary holes` prints it: STATION@TIME, STATION/PARAMETER@TIME or the whole id.",
                valueName: "hole"))
        var hole: String
        @OptionGroup var data: DataOption
        @Option(name: .customLong("as"), help: "unrecoverable or recoverable.")
        var mark: HoleMark.Kind
        @OptionGroup var bureau: BureauOptions
        @Option(name: .long, help: "Why.")
        var reason: String
        @OptionGroup var output: FormatOption

        func run() async throws {
            let marking = HoleMarking(
                hole: hole, mark: mark.rawValue, region: bureau.region, person: bureau.by, reason: reason)
            try await reportingFailures {
                try await NodeGateway.perform(.markHole(marking, format: output.format), folder: data.folder)
            }
        }
    }
}

/// Who acts for which side.
struct BureauOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("Who does it.", valueName: "person"))
    var by: String
    @Option(name: .long, help: ArgumentHelp("The region whose bureau does it.", valueName: "region"))
    var region: String
}
