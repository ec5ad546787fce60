// `tributary notice`: operators report stops, maintenance and reasons; bureaus confirm or refuse them.

import ArgumentParser
import Monitoring

extension NoticeKind: ExpressibleByArgument {}

struct NoticeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notice",
        abstract: "Notices (报备) of operators: outages, maintenance, calibration, instrument changes, reasons.",
        discussion: """
            A notice changes no value and no verdict; it is shown beside the holes it lies over, and counts as their \
            reason once a bureau of either side confirmed it. Notices and decisions are on record for ever, in the log.
            """,
        subcommands: [File.self, Confirm.self, Refuse.self, List.self])

    struct File: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "file", abstract: "File a notice about a station over an interval.")

        @OptionGroup var data: DataOption
        @Option(name: .long, help: "The station's id or an alias of it.")
        var station: String
        @Option(name: .long, help: "A parameter concerned; may be repeated. Without it: all of the station.")
        var parameter: [String] = []
        @Option(
            name: .long,
            help: ArgumentHelp("\(NoticeKind.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "kind"))
        var kind: NoticeKind
        @Option(name: .long, help: ArgumentHelp("When it begins: a date or time (+08:00).", valueName: "time"))
        var from: String
        @Option(name: .long, help: ArgumentHelp("When it has ended: a date or time (+08:00).", valueName: "time"))
        var until: String
        @Option(name: .long, help: ArgumentHelp("Who files it.", valueName: "person"))
        var by: String
        @Option(name: .long, help: "Why, in a sentence.")
        var reason: String
        @Option(name: .long, help: "What supports it: a text or a document number.")
        var evidence: String
        @OptionGroup var output: FormatOption

        func run() async throws {
            let filing = NoticeFiling(
                station: station, parameters: parameter, kind: kind.rawValue, from: from, until: until, person: by,
                reason: reason, evidence: evidence)
            try await reportingFailures {
                try await NodeGateway.perform(.fileNotice(filing, format: output.format), folder: data.folder)
            }
        }
    }

    struct Confirm: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "confirm", abstract: "Confirm a notice for one side; a side decides once.")

        @Argument(help: ArgumentHelp("The notice's id.", valueName: "notice"))
        var notice: String
        @OptionGroup var data: DataOption
        @OptionGroup var bureau: BureauOptions
        @Option(name: .long, help: "A remark.")
        var reason = ""
        @OptionGroup var output: FormatOption

        func run() async throws {
            let deciding = NoticeDeciding(
                notice: notice, verdict: NoticeDecision.Verdict.confirmed.rawValue, region: bureau.region,
                person: bureau.by, reason: reason)
            try await reportingFailures {
                try await NodeGateway.perform(.decideNotice(deciding, format: output.format), folder: data.folder)
            }
        }
    }

    struct Refuse: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "refuse", abstract: "Refuse a notice for one side; a side decides once.")

        @Argument(help: ArgumentHelp("The notice's id.", valueName: "notice"))
        var notice: String
        @OptionGroup var data: DataOption
        @OptionGroup var bureau: BureauOptions
        @Option(name: .long, help: "Why.")
        var reason: String
        @OptionGroup var output: FormatOption

        func run() async throws {
            let deciding = NoticeDeciding(
                notice: notice, verdict: NoticeDecision.Verdict.refused.rawValue, region: bureau.region,
                person: bureau.by, reason: reason)
            try await reportingFailures {
                try await NodeGateway.perform(.decideNotice(deciding, format: output.format), folder: data.folder)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List notices with what bureaus said to them.")

        @OptionGroup var data: DataOption
        @Option(name: .long, help: "Only this station.")
        var station: String?
        @Flag(name: .long, help: "Only notices that no bureau has decided on.")
        var undecided = false
        @OptionGroup var output: FormatOption

        func run() async throws {
            let query = NoticeQuery(station: station, onlyUndecided: undecided)
            try await reportingFailures {
                try await NodeGateway.perform(.notices(query, format: output.format), folder: data.folder)
            }
        }
    }
}
