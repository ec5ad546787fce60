// Gap: time goes on by the cadence, or the hole is named. A hole is an object of its own, not a fault of a value.

package import Monitoring

/// Readings that should be there and are not: a half-open span of missing interval starts.
package struct ReadingHole: Hashable, Sendable {
    package let span: Interval
    /// Readings the cadence would have brought.
    package let missingCount: Int

    package init(span: Interval, missingCount: Int) {
        self.span = span
        self.missingCount = missingCount
    }
}

/// Tests that each reading starts after the one before, and lists the holes between them.
package struct GapCheck: Sendable {
    package init() {}

    /// - Returns: `suspect` where time stands still or goes back; a reading after a hole is valid, the hole is listed.
    package func run(_ series: SeriesColumns) -> (result: CheckResult, holes: [ReadingHole]) {
        guard let cadence = series.cadence, cadence > .zero else {
            return (.notRun(.gap, count: series.count, .noCadence), [])
        }
        var verdicts = [QualityVerdict](repeating: .notTested, count: series.count)
        var reasons = [NotTestedReason](repeating: .firstReading, count: series.count)
        var holes: [ReadingHole] = []
        var latest: Int64?
        for index in series.start.indices {
            let start = series.start[index]
            if let before = latest {
                verdicts[index] = start > before ? .valid : .suspect
                reasons[index] = .none
                if let hole = Self.hole(after: before, until: start, cadence.milliseconds) { holes.append(hole) }
            }
            latest = max(latest ?? start, start)
        }
        return (CheckResult(check: .gap, verdicts: verdicts, reasons: reasons), holes)
    }

    /// A quarter of a cadence late is still in time: station clocks drift.
    private static func hole(after before: Int64, until start: Int64, _ cadence: Int64) -> ReadingHole? {
        let (steps, overflow) = start.subtractingReportingOverflow(before)
        guard !overflow, steps > cadence + cadence / 4 else { return nil }
        let missing = (steps - cadence / 4 - 1) / cadence
        return ReadingHole(
            span: Interval(
                start: Instant(milliseconds: before + cadence), end: Instant(milliseconds: start)),
            missingCount: Int(missing))
    }
}
