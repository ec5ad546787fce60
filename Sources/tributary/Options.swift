// Options several commands share, each with one spelling and one meaning.

import ArgumentParser
import Foundation

/// How a result is written: for people, for programs, or for a spreadsheet.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Codable, Sendable {
    case text, json, csv
}

struct FormatOption: ParsableArguments {
    @Option(name: .long, help: "How the result is written: text, json or csv.")
    var format: OutputFormat = .text
}

struct DataOption: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The data folder.", valueName: "dir"))
    var data: String

    /// The folder's absolute path: a daemon has another working directory.
    var folder: String { absolutePath(data) }
}

struct StationsOption: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("The registry folder: regions, boundaries, stations, agreements.", valueName: "dir"))
    var stations: String?

    var folder: String? { stations.map(absolutePath) }
}

/// `path` from the root, with `.` and `..` resolved.
func absolutePath(_ path: String) -> String {
    URL(filePath: path).standardizedFileURL.path(percentEncoded: false)
}
