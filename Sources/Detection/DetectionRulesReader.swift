// Reads the numbers of detection that a deployment sets (`stations/detection.yaml`): what is not written stays as it is.

internal import Exact
package import Monitoring
internal import Standards

/// Builds detection's rules from the registry's files; a number that cannot be is reported and stays as it is.
package struct DetectionRulesReader {
    private var rules = DetectionRules()
    private var problems: [Problem] = []

    /// Whether a path below the registry folder is that of detection's rules.
    package static func isRules(_ path: String) -> Bool { RegistryReader.isDetectionRules(path) }

    /// The rules of `files`, of which there is one at most, and every problem found.
    package static func read(_ files: [(path: String, text: String)]) -> (rules: DetectionRules, problems: [Problem]) {
        var reader = DetectionRulesReader()
        let sorted = files.sorted { $0.path < $1.path }
        for (place, file) in sorted.enumerated() {
            if place > 0 {
                reader.problems.append(
                    Problem(
                        check: "detection.twice", file: file.path, line: 1,
                        message: "\(sorted[0].path) sets the rules of detection too.",
                        remedy: "Keep one file detection.yaml."))
            } else {
                reader.readFile(file.text, file.path)
            }
        }
        return (reader.rules, reader.problems)
    }

    private mutating func readFile(_ text: String, _ path: String) {
        let document = PositionedYAML.read(text, file: path)
        problems += document.problems
        guard let root = document.node else { return }
        var file = StrictMapping(root, file: path, subject: "The file")
        if let node = file.required("detection") {
            var fields = RuleFields(node, path, "`detection`")
            // Whose numbers these are: a deployer's note, or the word `example`.
            _ = fields.mapping.text("source")
            readEpisode(&fields)
            readTrend(&fields)
            readSlidingTrends(&fields)
            fields.inner("silence") { $0.whole("cadences", 1...1_000) { rules.silence.cadences = $0 } }
            problems += fields.mapping.finish()
        }
        problems += file.finish()
    }

    private mutating func readSlidingTrends(_ fields: inout RuleFields) {
        for node in fields.mapping.items("sliding-trends") {
            var inner = RuleFields(node, fields.mapping.file, "An entry of `sliding-trends`")
            let name = inner.mapping.text("parameter")
            let stations = inner.mapping.texts("stations").compactMap(\.text).map { StationID($0) }
            var window: Int?
            inner.whole("window", SlidingTrendEntry.windowRange) { window = $0 }
            if inner.mapping.required("window") != nil, let window, let name {
                if let parameter = ParameterCatalogue.standard.id(for: name) {
                    rules.slidingTrends.append(
                        SlidingTrendEntry(parameter: parameter, stations: stations, window: window))
                } else {
                    inner.mapping.report(
                        "detection.parameter", at: node, "The parameter `\(name)` is not in the code table.",
                        "Use an id of the table, such as codmn, nh3n, tp.")
                }
            }
            for problem in inner.mapping.finish() { fields.mapping.adopt(problem) }
        }
    }

    private mutating func readEpisode(_ fields: inout RuleFields) {
        var (on, off) = (rules.episode.holdOn, rules.episode.holdOff)
        fields.inner("episode") { inner in
            inner.whole("hold-on", 1...1_000) { on = $0 }
            inner.whole("hold-off", 1...1_000) { off = $0 }
        }
        rules.episode = EpisodeRule(holdOn: on, holdOff: off)
    }

    private mutating func readTrend(_ fields: inout RuleFields) {
        var trend = rules.trend
        fields.inner("trend") { inner in
            inner.whole("window-days", 4...732) { trend.windowDays = $0 }
            inner.whole("minimum-days", 4...732) { trend.minimumDays = $0 }
            inner.number("significance", above: 0, to: 0.5) { trend.significance = $0 }
            inner.number("relative-slope-per-year", above: 0, to: 1_000) { trend.relativeSlopePerYear = $0 }
            inner.whole("hold-on-days", 1...366) { trend.holdOnDays = $0 }
            inner.whole("hold-off-days", 1...366) { trend.holdOffDays = $0 }
            inner.number("minimum-day-share", above: 0, to: 1) { trend.minimumDayShare = $0 }
            if trend.minimumDays > trend.windowDays {
                inner.mapping.report(
                    "detection.trend", at: inner.mapping.node,
                    "A window of \(trend.windowDays) days never has \(trend.minimumDays) days.",
                    "Let `minimum-days` be at most `window-days`.")
                trend.minimumDays = trend.windowDays
            }
        }
        rules.trend = trend
    }
}

/// The keys of one mapping of rules.
private struct RuleFields {
    var mapping: StrictMapping

    init(_ node: PositionedNode, _ file: String, _ subject: String) {
        mapping = StrictMapping(node, file: file, subject: subject)
    }

    mutating func inner(_ key: String, _ read: (inout RuleFields) -> Void) {
        guard let node = mapping.optional(key) else { return }
        var inner = RuleFields(node, mapping.file, "`\(key)` of \(mapping.subject)")
        read(&inner)
        for problem in inner.mapping.finish() { mapping.adopt(problem) }
    }

    mutating func whole(_ key: String, _ range: ClosedRange<Int>, _ take: (Int) -> Void) {
        guard let number = mapping.optionalInteger(key) else { return }
        if range.contains(number) { return take(number) }
        report(key, "\(range.lowerBound) to \(range.upperBound)")
    }

    mutating func number(_ key: String, above low: Double, to high: Double, _ take: (Double) -> Void) {
        guard let node = mapping.optional(key) else { return }
        if let number = node.text.flatMap({ ExactDecimal($0) })?.approximate, number > low, number <= high {
            return take(number)
        }
        report(key, "above \(low) and at most \(high)")
    }

    private mutating func report(_ key: String, _ range: String) {
        mapping.report(
            "detection.number", at: mapping.node[key] ?? mapping.node,
            "`\(key)` of \(mapping.subject) is not \(range).",
            "Write a number that is \(range).")
    }
}
