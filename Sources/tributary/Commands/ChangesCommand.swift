// `tributary changes`: when did a series leave its level? From files, and judged against what was planted in them.

import ArgumentParser
import Foundation
import Monitoring
import Statistics

extension ChangeMethod: ExpressibleByArgument {}

struct ChangesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "changes",
        abstract: "Look through series for changes of level and print a row a change.",
        discussion: """
            Paths are CSV files with the header series,time,value and every format the program reads, plain or gzip. \
            Columns: series, start (the first reading of the change), detected, direction, size, statistic.

            cusum, page-hinkley and ewma go through a series as it came: hourly medians against a daily profile and a \
            robust line through the latest days, with a threshold from a bootstrap of the series' own history, so that \
            on series without a change a false alarm comes no more than once in --run-length days, on average over \
            series (docs/changes.md says how that was tried). They judge from the end of the training (56 days) on. \
            pettitt and segments look at the daily levels of the whole series; their `detected` is its end.

            With --judge, the result is compared with a list of planted events instead: recall, precision, delay and \
            false alarms, for the series named in --tuned and for the others apart. Exit code 1 when the others are \
            below the minimum, when rows could not be read, or when a series could not be looked through; the reasons \
            go to standard error. See docs/changes.md.
            """)

    @Argument(help: ArgumentHelp("Files or folders.", valueName: "path"))
    var paths: [String]
    @Option(
        name: .long,
        help: ArgumentHelp(
            "\(ChangeMethod.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "method"))
    var method = ChangeMethod.cusum
    @Option(
        name: .customLong("run-length"),
        help: ArgumentHelp(
            "Days from one false alarm to the next, on average over series.", valueName: "days"))
    var runLength = ChangeRule().runLengthDays
    @Option(name: .long, help: ArgumentHelp("The bootstrap's seed.", valueName: "number"))
    var seed = ChangeRule().seed
    @Option(name: .long, help: ArgumentHelp("The largest p that pettitt prints a row for.", valueName: "p"))
    var significance = 0.05
    @Option(
        name: .long, parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A text that stands for a missing value; repeatable.", valueName: "code"))
    var missing: [String] = []
    @Option(name: .long, help: ArgumentHelp("A list of planted events to judge by.", valueName: "file"))
    var judge: String?
    @Option(
        name: .long,
        help: ArgumentHelp("The series the method was tuned on, one a line; judged apart.", valueName: "file"))
    var tuned: String?
    @Option(name: .customLong("minimum-recall"), help: "The share of steps that has to be found.")
    var minimumRecall = DetectionMinimum().recall
    @Option(name: .customLong("maximum-false"), help: "False alarms a series-year at the most.")
    var maximumFalse = DetectionMinimum().falseAlarmsPerYear
    @Option(name: .customLong("maximum-delay"), help: "Hours from a step to its detection at the most, by the median.")
    var maximumDelay = DetectionMinimum().delayHours
    @OptionGroup var output: FormatOption

    /// Run lengths that can be played through in a second or so a series.
    private static let runLengthLimit = 36_525

    func validate() throws {
        guard (1...Self.runLengthLimit).contains(runLength) else {
            throw ValidationError("--run-length \(runLength) is no number of days from 1 to \(Self.runLengthLimit).")
        }
        guard significance > 0, significance < 1 else {
            throw ValidationError("--significance \(significance) is not between 0 and 1.")
        }
        if tuned != nil, judge == nil { throw ValidationError("--tuned goes with --judge.") }
    }

    func run() async throws {
        try await reportingFailures {
            var options = ChangeOptions(method: method, significance: significance)
            options.rule.chart = ChangeChart(rawValue: method.rawValue) ?? .cusum
            options.rule.runLengthDays = runLength
            options.rule.seed = seed
            let planted = try judge.map { try PlantedChanges(absolutePath($0)) }
            var source = ChangeSource(missingCodes: Set(missing))
            for file in try FileList.files(under: paths.map(absolutePath)) { try source.read(file.path) }
            source.order()
            if source.series.isEmpty { Terminal.note("No series was read: there is nothing to look through.") }
            let clock = source.clock ?? .instants
            let searched = await Self.search(source.series, options, clock)
            for series in searched {
                if let reason = series.reason { Terminal.note("\(series.name): not looked through: \(reason).") }
            }
            let isWhole = source.isWhole && !searched.isEmpty && searched.allSatisfy { $0.reason == nil }
            if let planted {
                let meets = try printScores(searched, planted)
                return isWhole && meets ? ExitStatus.done : ExitStatus.needsAttention
            }
            printChanges(searched, clock)
            return isWhole ? ExitStatus.done : ExitStatus.needsAttention
        }
    }

    /// Series apart from one another, on as many threads as the machine lends; in their order.
    private static func search(
        _ series: [ChangeSeries], _ options: ChangeOptions, _ clock: ChangeClock
    ) async -> [SearchedSeries] {
        await withTaskGroup(of: (Int, SearchedSeries).self) { group in
            for (place, one) in series.enumerated() {
                group.addTask { (place, options.search(one, clock: clock)) }
            }
            var found: [(Int, SearchedSeries)] = []
            for await one in group { found.append(one) }
            return found.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func printChanges(_ searched: [SearchedSeries], _ clock: ChangeClock) {
        if output.format == .csv { Terminal.output("series,start,detected,direction,size,statistic\n") }
        for series in searched where !series.changes.isEmpty {
            let records = series.changes.map { change -> DumpRecord in
                [
                    ("series", series.name), ("start", clock.text(change.start)),
                    ("detected", clock.text(change.detected)), ("direction", change.isRise ? "rise" : "fall"),
                    ("size", Self.text(change.size)), ("statistic", Self.text(change.statistic)),
                ]
            }
            let text = Node.render(records, output.format)
            // The header stands once, before the first series.
            Terminal.output(
                output.format == .csv ? String(text.drop { $0 != "\n" }.dropFirst()) : text)
        }
    }

    /// Six digits that count, as a decimal.
    private static func text(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return value == 0 ? "0" : "" }
        var scale = 1.0
        while value.magnitude * scale < 100_000, scale < 1e12 { scale *= 10 }
        return String((value * scale).rounded() / scale)
    }

    /// Prints how each part did; whether the part that counts meets the minimum.
    private func printScores(_ searched: [SearchedSeries], _ planted: PlantedChanges) throws -> Bool {
        let minimum = DetectionMinimum(
            recall: minimumRecall, falseAlarmsPerYear: maximumFalse, delayHours: maximumDelay)
        var names: Set<String>?
        if let tuned {
            guard let text = try? String(contentsOfFile: absolutePath(tuned), encoding: .utf8) else {
                throw CommandFailure(
                    status: ExitStatus.inputUnusable, message: "\(tuned) cannot be read as UTF-8 text.")
            }
            let lines = text.split(whereSeparator: \.isNewline).map(String.init).filter { !$0.hasPrefix("#") }
            let listed = Set(lines.map(PlantedChanges.label))
            let unread = listed.subtracting(searched.map { PlantedChanges.label(of: $0.name) }).sorted()
            if !unread.isEmpty {
                Terminal.note(
                    "\(tuned): \(unread.count) of its \(listed.count) series were not read: "
                        + unread.prefix(5).joined(separator: ", ") + (unread.count > 5 ? ", …" : "") + ".")
            }
            names = listed
        }
        var (tunedScore, testScore) = (
            DetectionScore(part: "tuned"), DetectionScore(part: names == nil ? "all" : "test")
        )
        for series in searched {
            let events = planted.events(of: series.name)
            if names?.contains(PlantedChanges.label(of: series.name)) ?? false {
                tunedScore.add(series, events)
            } else {
                testScore.add(series, events)
            }
        }
        let scores = names == nil ? [testScore] : [tunedScore, testScore]
        Terminal.output(Node.render(scores.map { $0.record(minimum) }, output.format))
        return testScore.meets(minimum)
    }
}
