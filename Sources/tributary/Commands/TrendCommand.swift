// `tributary trend`: is a series rising or falling, and how fast? Whole histories, from files or from the book.

import ArgumentParser
import Formats
import Foundation
import Monitoring
import Statistics

extension TrendMethod: ExpressibleByArgument {}
extension TrendUnit: ExpressibleByArgument {}
extension SpearmanEdge: ExpressibleByArgument {}
extension TrendSeason: ExpressibleByArgument {
    var defaultValueDescription: String { description }
}

/// What `--summary` prints instead of rows.
enum SummaryFormat: String, ExpressibleByArgument, CaseIterable {
    case json
}

struct TrendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trend",
        abstract: "Test series for a monotonic trend and print its slope with confidence limits, a row a series.",
        discussion: """
            Paths are CSV files with the header series,time,value (plain or gzip), and every format the program reads, \
            one series a row; with --data they are ids of sections or stations of that data folder. Columns: series, \
            n, s, variance, z, p, slope, lower, upper, method, verdict (of spearman, by its table), left_out, quality, \
            review. Values that a flag calls suspect or invalid take no part (left_out counts them); with --data the \
            check sets in force there decide, instruments and notices included. The slope is a step of the series' own \
            cadence (--unit), of irregular times a year. A series without a result keeps its row, and `method` then \
            says why.

            Methods: mk (Mann–Kendall; `censored` where the series has < or >), hamed-rao, yue-wang, pre-whitening, \
            tfpw, seasonal, correlated-seasonal, regional, partial (--covariate), spearman, censored, wrtds \
            (--covariate: the series of discharge). See docs/trend.md for which to use when.

            With --sliding N each value is tested together with the N − 1 before it, as live detection would see it: a \
            row where the verdict becomes another (rising, falling, none), with its columns series, time, verdict, n, \
            s, z, p, review. Censored values take no part and are counted on standard error.

            Missing values are empty; NaN and infinite ones are missing too, and codes such as -999 only where \
            --missing names them. Rows that cannot be read go to standard error; exit code 1 then, and when a series \
            has no result.
            """)

    @Argument(help: ArgumentHelp("Files or folders; sections or stations with --data.", valueName: "path"))
    var paths: [String]
    @Option(name: .long, help: ArgumentHelp("The data folder to read sections or stations from.", valueName: "dir"))
    var data: String?
    @Option(name: .long, help: ArgumentHelp("The test (see above).", valueName: "method"))
    var method = TrendMethod.mk
    @Option(
        name: .long,
        help: ArgumentHelp("Seasons: month, quarter, hour, or a number of steps a cycle.", valueName: "season"))
    var season = TrendSeason.month
    @Option(name: .long, help: ArgumentHelp("Confidence of the limits, between 0 and 1.", valueName: "share"))
    var confidence = 0.95
    @Option(name: .long, help: ArgumentHelp("The slope's unit of time: step, day or year.", valueName: "unit"))
    var unit = TrendUnit.step
    @Option(name: .long, help: ArgumentHelp("Lags of hamed-rao (all without it) and yue-wang (1).", valueName: "n"))
    var lags: Int?
    @Option(
        name: .customLong("spearman-edge"),
        help: ArgumentHelp(
            "When spearman is significant: rs rounded to 3 decimals reaches Wp, or has to exceed it.",
            valueName: "reach|exceed"))
    var spearmanEdge = SpearmanEdge.reach
    @Option(name: .long, help: ArgumentHelp("The covariate's series, for partial and wrtds.", valueName: "series"))
    var covariate: String?
    @Option(
        name: .long,
        help: ArgumentHelp("Draws of the bootstrap of wrtds, for its limits and p; 0 for none.", valueName: "n"))
    var draws = TrendOptions().drawCount
    @Option(
        name: .long,
        help: ArgumentHelp("Test the newest N values after each one; a row when the verdict changes.", valueName: "n"))
    var sliding: Int?
    @Option(name: .long, help: ArgumentHelp("The largest p of a trend with --sliding.", valueName: "p"))
    var significance = 0.05
    @Option(
        name: .long, parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A text that stands for a missing value; repeatable.", valueName: "code"))
    var missing: [String] = []
    @Option(name: .long, help: "One object of sums instead of rows: json.")
    var summary: SummaryFormat?
    @OptionGroup var output: FormatOption

    func validate() throws {
        guard confidence > 0, confidence < 1 else {
            throw ValidationError("--confidence \(confidence) is not between 0 and 1.")
        }
        if draws < 0 || draws == 1 || draws > 10_000 {
            throw ValidationError("--draws \(draws) is neither 0 nor a number of draws from 2 to 10000.")
        }
        if let sliding {
            guard (trendCountMinimum...slidingWindowLimit).contains(sliding) else {
                throw ValidationError("--sliding \(sliding) is no window of 4 to \(slidingWindowLimit) values.")
            }
            guard method == .mk, summary == nil else {
                throw ValidationError("--sliding is Mann–Kendall: leave out --method and --summary.")
            }
        }
        guard significance > 0, significance < 1 else {
            throw ValidationError("--significance \(significance) is not between 0 and 1.")
        }
        if let lags, lags < 1 { throw ValidationError("--lags \(lags) is no number of lags from 1.") }
        if covariate == nil, method == .partial || method == .wrtds {
            throw ValidationError("--method \(method.rawValue) needs --covariate with the name of a series.")
        }
    }

    func run() async throws {
        try await reportingFailures {
            let options = TrendOptions(
                method: method, season: season, confidence: confidence, unit: unit, lagCount: lags,
                covariate: covariate, drawCount: draws, edge: spearmanEdge)
            var source = TrendSource(missingCodes: Set(missing))
            if let data {
                try await source.read(sections: paths, folder: absolutePath(data))
            } else {
                for file in try FileList.files(under: paths.map(absolutePath)) { source.read(file.path) }
            }
            if source.columns.isEmpty { Terminal.note("No series was read: there is nothing to test.") }
            let basis = data == nil ? TrendBasis.files : .book
            if let sliding {
                let windows = SlidingTrends(
                    window: sliding, significance: significance, basis: basis, zone: source.zone)
                let isTested = windows.print(
                    source.columns, hasNumberTimes: source.countsTimeInNumbers, format: output.format)
                return source.isWhole && isTested ? ExitStatus.done : ExitStatus.needsAttention
            }
            let rows = source.named(
                try await TrendRun(options: options).rows(
                    of: source.columns, threads: IntakeThreads.count(), hasNumberTimes: source.countsTimeInNumbers),
                basis)
            if summary != nil {
                Terminal.output(TrendRow.summary(of: rows, basis) + "\n")
            } else {
                for piece in TrendRow.text(of: rows, output.format) { Terminal.output(piece) }
            }
            let isWhole = source.isWhole && !rows.isEmpty && rows.allSatisfy { $0.reason == nil }
            return isWhole ? ExitStatus.done : ExitStatus.needsAttention
        }
    }
}
