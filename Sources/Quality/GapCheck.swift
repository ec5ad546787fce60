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
        var holes: [ReadingHole] = []
        guard var latest = series.start.first else { return (CheckResult(check: .gap, verdicts: [], reasons: []), []) }
        let step = cadence.milliseconds
        for index in 1..<max(series.count, 1) {
            let start = series.start[index]
            verdicts[index] = start > latest ? .valid : .suspect
            if start &- latest != step, let hole = Self.hole(after: latest, until: start, step) { holes.append(hole) }
            latest = max(latest, start)
        }
        return (CheckResult(check: .gap, verdicts: verdicts, otherwise: .firstReading), holes)
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

/// Raises each reading's verdict to what the gap check says of it: `suspect` where time stands still or goes back.
///
/// - Shape: `start`, n times in ms; `worst`, n. The first reading's stays as it was.
/// - Complexity: O(n), no allocation.
/// - Reference: `GapCheck.run`; the same verdicts.
func raiseGaps(_ start: Span<Int64>, into worst: inout MutableSpan<QualityVerdict>) {
    let count = start.count
    precondition(worst.count == count, "Columns are equally long.")
    guard count > 0 else { return }
    start.withUnsafeBufferPointer { start in
        worst.withMutableRawValues { worst in
            var latest = start[0]
            for index in 1..<max(count, 1) {
                let said: UInt8 = start[index] > latest ? 1 : 2
                worst[index] = max(worst[index], said)
                latest = max(latest, start[index])
            }
        }
    }
}
