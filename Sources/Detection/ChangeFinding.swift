// A lasting change of level (阶跃), as a finding: a matter of statistics, never a measured exceedance.

package import Monitoring
internal import Statistics

/// A series that left its own level.
package struct ChangeFinding: Hashable, Sendable {
    package enum Direction: String, Sendable, CaseIterable { case rise, fall }
    /// What became of the change.
    package enum Outcome: String, Sendable, CaseIterable { case lasting, returned, lost }

    package let direction: Direction
    /// The end of the stretch that showed it.
    package let detectedAt: Instant
    /// The median distance from the baseline when it was detected, in the parameter's unit.
    package let size: Double
    /// The baseline then.
    package let baseline: Double
    /// The chart and its statistic.
    package let chart: String
    package let statistic: Double
    /// The threshold, from the series' own history by seeded bootstrap, and the run length it was calibrated for.
    package let threshold: Double
    package let runLengthDays: Int
    /// `nil` while it settles.
    package let outcome: Outcome?
    package let unit: String

    package init(
        direction: Direction, detectedAt: Instant, size: Double, baseline: Double, chart: String, statistic: Double,
        threshold: Double, runLengthDays: Int, outcome: Outcome?, unit: String
    ) {
        self.direction = direction
        self.detectedAt = detectedAt
        self.size = size
        self.baseline = baseline
        self.chart = chart
        self.statistic = statistic
        self.threshold = threshold
        self.runLengthDays = runLengthDays
        self.outcome = outcome
        self.unit = unit
    }
}

extension ChangeFinding {
    init(_ episode: ChangeEpisode, grid: ChangeGrid, rule: ChangeRule, unit: String) {
        let change = episode.change
        self.init(
            direction: change.direction == .rise ? .rise : .fall, detectedAt: grid.start(of: change.detected + 1),
            size: change.size, baseline: change.baseline, chart: rule.chart.rawValue, statistic: change.statistic,
            threshold: change.threshold, runLengthDays: rule.runLengthDays,
            outcome: episode.outcome.flatMap { Outcome(rawValue: $0.rawValue) }, unit: unit)
    }

    /// Binary numbers as their shortest text that reads back to the same bits.
    var json: CanonicalJSON {
        .object([
            "direction": .string(direction.rawValue), "detected": .integer(detectedAt.milliseconds),
            "size": .string(size.description), "baseline": .string(baseline.description), "chart": .string(chart),
            "statistic": .string(statistic.description), "threshold": .string(threshold.description),
            "run_length_days": .integer(runLengthDays), "outcome": .optional(outcome?.rawValue), "unit": .string(unit),
        ])
    }

    init?(json: CanonicalJSON) {
        func number(_ key: String) -> Double? { json[key]?.string.flatMap { Double($0) } }
        guard let direction = json["direction"]?.string.flatMap({ Direction(rawValue: $0) }),
            let detected = json.instant("detected"), let size = number("size"), let baseline = number("baseline"),
            let chart = json["chart"]?.string, let statistic = number("statistic"),
            let threshold = number("threshold"), let days = json.integer("run_length_days"),
            let unit = json["unit"]?.string
        else { return nil }
        self.init(
            direction: direction, detectedAt: detected, size: size, baseline: baseline, chart: chart,
            statistic: statistic, threshold: threshold, runLengthDays: days,
            outcome: json["outcome"]?.string.flatMap { Outcome(rawValue: $0) }, unit: unit)
    }
}
