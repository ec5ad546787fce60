// A sign of tampering, or of work that went wrong: the level before a maintenance, a calibration or a change of the
// instrument, and the level after it, differ.

package import Monitoring

/// How far the level may differ on both sides of a mark.
package struct MaintenanceStepLimit: Hashable, Sendable {
    /// Usable readings compared on each side.
    package let side: Int
    /// They lie within this time of the mark.
    package let within: Duration64
    /// In the parameter's unit: never suspect below this.
    package let absolute: Double
    /// As a multiple of the level before.
    package let relative: Double
    /// Where the numbers come from, or the word `example`.
    package let source: String

    package static let sideLimit = 100

    /// - Precondition: 1…`sideLimit` readings a side, a stretch of time, no negative threshold.
    package init(side: Int, within: Duration64, absolute: Double, relative: Double, source: String) {
        precondition(
            (1...Self.sideLimit).contains(side) && within > .zero && absolute >= 0 && relative >= 0,
            "A step has readings on both sides.")
        self.side = side
        self.within = within
        self.absolute = absolute
        self.relative = relative
        self.source = source
    }
}

/// Tests the readings after each mark against those before it, by their medians.
package struct MaintenanceStepCheck: Sendable {
    package let limit: MaintenanceStepLimit?

    package init(limit: MaintenanceStepLimit?) { self.limit = limit }

    /// - Parameter marks: intervals in which somebody worked at the instrument; in any order.
    package func run(_ series: SeriesColumns, _ neighbours: Neighbourhood, marks: [Interval]) -> CheckResult {
        guard let limit else { return .notRun(.maintenanceStep, count: series.count, .noConfiguration) }
        var verdicts = [QualityVerdict](repeating: .notTested, count: series.count)
        var reasons = series.state.map { state -> NotTestedReason in
            switch state {
            case .measured: .noMark
            case .censored: .censoredValue
            case .missing, .notFinite: .missingValue
            }
        }
        let usable = series.start.indices.filter { neighbours.usable[$0] == 1 }
        for mark in marks {
            let within = limit.within.milliseconds
            let (begin, end) = (mark.start.milliseconds, mark.end.milliseconds)
            let before = usable.filter { series.start[$0] < begin && series.start[$0] >= begin - within }
            let after = usable.filter { series.start[$0] >= end && series.start[$0] < end + within }
            let tested = after.prefix(limit.side)
            guard before.count >= limit.side, tested.count == limit.side else {
                for index in tested where verdicts[index] == .notTested { reasons[index] = .tooFewReadings }
                continue
            }
            let isStep = levelsDiffer(
                before.suffix(limit.side).map { series.value[$0] }, tested.map { series.value[$0] }, limit)
            for index in tested where verdicts[index] != .suspect {
                (verdicts[index], reasons[index]) = (isStep ? .suspect : .valid, .none)
            }
        }
        return CheckResult(check: .maintenanceStep, verdicts: verdicts, reasons: reasons)
    }
}

/// Whether the medians of the readings before and after a mark differ by more than the limit allows.
///
/// - Complexity: O(n log n); marks are few. There is no faster twin: this is the rule as it is said.
package func levelsDiffer(_ before: [Double], _ after: [Double], _ limit: MaintenanceStepLimit) -> Bool {
    func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let half = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) * 0.5
    }
    let level = median(before)
    return (median(after) - level).magnitude > max(limit.absolute, limit.relative * level.magnitude)
}
