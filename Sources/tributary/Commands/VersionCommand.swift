// `tributary version`: what runs here.

import ArgumentParser

struct VersionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version of this program.")

    func run() async throws { Terminal.output("tributary \(Release.version)\n") }
}
