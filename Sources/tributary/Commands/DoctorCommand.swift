// `tributary doctor`: is the folder sound, and what runs it.

import ArgumentParser

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check the data folder: log chain, chunk digests, archive, library versions.",
        discussion: "Exit code 1 when something is wrong; each finding says what it means and what to do.")

    @OptionGroup var data: DataOption
    @OptionGroup var output: FormatOption

    func run() async throws {
        try await reportingFailures {
            try await NodeGateway.perform(.doctor(format: output.format), folder: data.folder)
        }
    }
}
