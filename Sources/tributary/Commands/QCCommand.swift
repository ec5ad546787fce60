// `tributary qc`: every observation of some files with its roll-up and the verdict of each check; and what a check set
// would have said of stored history.

import ArgumentParser
import Formats
import Foundation
import Monitoring
import Quality
import Standards

struct QCCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "qc",
        abstract: "Print the quality checks' verdicts on the observations of files, or on stored history (--backtest).",
        discussion: """
            Columns: station, parameter, statistic, time (start, ISO 8601), value, flag, rollup, and one column a check. A \
            cell is valid, suspect, invalid, or not-tested: and the reason why the check could not run. A value that a \
            required check did not test is never called valid in `rollup`.

            --checks FILE is a check set (as under stations/checks) for all stations; without it --stations DIR says \
            which set holds where, and a station without a set has nothing configured. Series whose cadence neither \
            the registry nor the feed's profile tells are judged by their most frequent step, which standard error says.

            --backtest --data DIR judges stored history by --checks FILE and by the set in force, and prints counts by \
            station, parameter, check and verdict, the share not tested, and the difference between the two.

            --records FILE gives the records of instrument checks (zero, span, drift …) beside files; stored history \
            takes those filed with `tributary instrument file`.

            docs/quality-checks.md says what each check does. Exit code 1 when a file could not be read to its end.
            """)

    @Argument(help: ArgumentHelp("Files, or folders to take every file of.", valueName: "path"))
    var paths: [String] = []
    @OptionGroup var stations: StationsOption
    @Option(name: .long, help: ArgumentHelp("A check set that holds at all stations.", valueName: "file"))
    var checks: String?
    @Option(
        name: .long,
        help: ArgumentHelp("Records of instrument checks, beside files; repeatable.", valueName: "file.csv"))
    var records: [String] = []
    @Flag(name: .long, help: "Judge stored history instead of files.")
    var backtest = false
    @Option(name: .long, help: ArgumentHelp("The data folder of --backtest.", valueName: "dir"))
    var data: String?
    @Option(name: .long, help: ArgumentHelp("First civil date or time (+08:00) of --backtest.", valueName: "date"))
    var from: String?
    @Option(
        name: .long, help: ArgumentHelp("First civil date or time after the last of --backtest.", valueName: "date"))
    var to: String?
    @OptionGroup var output: FormatOption

    func validate() throws {
        if backtest {
            guard data != nil, checks != nil else {
                throw ValidationError("--backtest needs --data DIR and --checks FILE.")
            }
            guard records.isEmpty else {
                throw ValidationError("--backtest takes the records on file: see `tributary instrument list`.")
            }
            guard paths.isEmpty else { throw ValidationError("--backtest reads stored history: give no paths.") }
        } else {
            guard !paths.isEmpty else { throw ValidationError("Give files or folders, or --backtest --data DIR.") }
            guard data == nil, from == nil, to == nil else {
                throw ValidationError("--data, --from and --to belong to --backtest.")
            }
        }
    }

    func run() async throws {
        try await reportingFailures {
            if backtest {
                guard let checks, let data else { return ExitStatus.usage }
                let request = BacktestRequest(
                    checks: RegistryFile(path: checks, text: try Self.text(checks)), from: from, until: to)
                return try await NodeGateway.perform(
                    .backtest(request, format: output.format), folder: absolutePath(data))
            }
            return try judgeFiles()
        }
    }

    private func judgeFiles() throws -> Int32 {
        let folder = try stations.folder.map { try RegistryFolder.load($0) }
        if let folder, !folder.problems.isEmpty {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: folder.problems.map(\.description).joined(separator: "\n")
                    + "\n\(stations.stations ?? "") has \(folder.problems.count) problems.")
        }
        let registry = folder?.registry ?? Registry()
        let given = try checks.map { try CheckSets.everywhere(Self.checkSet($0, Self.text($0), folder?.registry)) }
        var gathered = GatheredSeries(registry: registry)
        for file in try FileList.files(under: paths.map(absolutePath)) { gathered.read(file) }
        var listing = QualityListing(format: output.format)
        let instruments = try records.flatMap { try Self.instrumentRecords($0, registry) }
        listing.list(gathered, checks: given ?? folder?.checkSets ?? CheckSets(), records: instruments)
        return gathered.isWhole ? ExitStatus.done : ExitStatus.needsAttention
    }

    /// The records of a table, stations by their ids in the registry.
    private static func instrumentRecords(_ path: String, _ registry: Registry) throws -> [InstrumentRecord] {
        let (table, problems) = readInstrumentRecords(try text(path), file: path, parameters: .standard)
        guard let table else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable, message: problems.map(\.description).joined(separator: "\n"))
        }
        return table.records.map { $0.of(registry.stationNames[$0.station.rawValue] ?? $0.station) }
    }

    private static func text(_ path: String) throws -> String {
        guard let bytes = FileManager.default.contents(atPath: absolutePath(path)),
            bytes.count <= RegistryFolder.fileByteLimit, let text = String(bytes: bytes, encoding: .utf8)
        else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "\(path) cannot be read: give a check set, UTF-8 text of at most 4 MiB.")
        }
        return text
    }

    /// The one check set of a file.
    static func checkSet(_ path: String, _ text: String, _ registry: Registry?) throws -> CheckSet {
        let read = CheckSetReader.read([(path, text)], registry: registry)
        guard read.problems.isEmpty, let set = read.sets.sets.first?.set else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: read.problems.map(\.description).joined(separator: "\n")
                    + "\n\(path) has \(read.problems.count) problems.")
        }
        return set
    }
}
