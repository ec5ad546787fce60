// `tributary station`: who may send over the network, for which stations, and by which tokens.

import ArgumentParser

struct StationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "station",
        abstract: "Let senders push batches over HTTP(S): add, token, retire, list.",
        discussion: """
            A sender is a station, or a gateway that speaks for several. Rows of stations that it may not speak for \
            are quarantined. A sender may have several tokens at once, so that they can be exchanged without a gap.
            """,
        subcommands: [Add.self, Token.self, Retire.self, List.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a sender, or state anew what a known one may speak for.")

        @Argument(help: ArgumentHelp("The sender's id: letters, digits, hyphens, dots.", valueName: "sender"))
        var sender: String
        @Option(
            name: .long, help: ArgumentHelp("Stations by id or name, with commas.", valueName: "station,…"))
        var speaksFor: String?
        @Flag(name: .long, help: "The sender may speak for any station.")
        var speaksForAll = false
        @OptionGroup var data: DataOption

        func validate() throws {
            if (speaksFor != nil) == speaksForAll {
                throw ValidationError("Give --speaks-for STATION[,STATION…] or --speaks-for-all.")
            }
        }

        func run() async throws {
            let stations = speaksFor.map { $0.split(separator: ",").map(String.init) }
            try await reportingFailures {
                try await NodeGateway.perform(
                    .sender(.add(sender: sender, stations: stations), format: .text), folder: data.folder, create: true)
            }
        }
    }

    struct Token: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Issue a token and print it, this once; the book keeps only its digest.")

        @Argument(help: ArgumentHelp("The sender's id.", valueName: "sender"))
        var sender: String
        @Option(name: .long, help: ArgumentHelp("The last day it is taken (+08:00).", valueName: "date"))
        var expires: String?
        @OptionGroup var data: DataOption

        func run() async throws {
            try await reportingFailures {
                try await NodeGateway.perform(
                    .sender(.token(sender: sender, expires: expires), format: .text), folder: data.folder)
            }
        }
    }

    struct Retire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a sender with all its tokens, or one token of it.")

        @Argument(help: ArgumentHelp("The sender's id.", valueName: "sender"))
        var sender: String
        @Option(name: .long, help: ArgumentHelp("Only this token, by its number.", valueName: "number"))
        var token: Int64?
        @OptionGroup var data: DataOption

        func run() async throws {
            try await reportingFailures {
                try await NodeGateway.perform(
                    .sender(.retire(sender: sender, token: token), format: .text), folder: data.folder)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List senders and their tokens.")

        @OptionGroup var data: DataOption
        @OptionGroup var output: FormatOption

        func run() async throws {
            try await reportingFailures {
                try await NodeGateway.perform(.sender(.list, format: output.format), folder: data.folder)
            }
        }
    }
}
