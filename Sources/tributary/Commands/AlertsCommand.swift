// `tributary alerts`: what must be worked.

import ArgumentParser

struct AlertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts",
        abstract: "List alerts (报警): section, parameter, class against target, multiple, since when.",
        discussion: "Alerts rest on real-time, unreviewed readings. No alert does not mean that a target is met.")

    @OptionGroup var data: DataOption
    @Flag(name: .long, help: "Only alerts that have not ended.")
    var open = false
    @OptionGroup var output: FormatOption

    func run() async throws {
        try await reportingFailures {
            try await NodeGateway.perform(.alerts(onlyOpen: open, format: output.format), folder: data.folder)
        }
    }
}
