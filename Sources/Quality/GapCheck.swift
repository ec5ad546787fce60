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

    /// - Returns: `suspect` where time stands still or goes back, and of unlike values at one time each, since none of them
    ///   is preferred; a reading after a hole is valid, the hole is listed.
    package func run(_ series: SeriesColumns) -> (result: CheckResult, holes: [ReadingHole]) {
        guard let cadence = series.cadence, cadence > .zero else {
            return (.notRun(.gap, count: series.count, .noCadence), [])
        }
        var verdicts = [QualityVerdict](repeating: .notTested, count: series.count)
        var holes: [ReadingHole] = []
        guard var latest = series.start.first else { return (CheckResult(check: .gap, verdicts: [], reasons: []), []) }
        let step = cadence.milliseconds
        var first = 0
        for index in 1..<max(series.count, 1) {
            let start = series.start[index]
            verdicts[index] = start > latest ? .valid : .suspect
            if start > latest {
                first = index
            } else if start == latest, series.differ(first, index) {
                verdicts[first] = .suspect
            }
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

extension SeriesColumns {
    /// Whether two readings say unlike things; two missing ones do not.
    fileprivate func differ(_ one: Int, _ other: Int) -> Bool {
        areUnlike(value[one], value[other]) || state[one] != state[other]
    }
}

private func areUnlike(_ one: Double, _ other: Double) -> Bool { one != other && !(one.isNaN && other.isNaN) }

/// Raises each reading's verdict to `suspect` where the gap check says so: time stands still or goes back, or unlike values
/// have one time. That time goes on makes no value valid.
///
/// - Shape: `start`, n times in ms; `values` and `states`, n; `worst`, n.
/// - Complexity: O(n), no allocation.
/// - Reference: `GapCheck.run`; the same verdicts.
func raiseGaps(
    _ start: Span<Int64>, values: Span<Double>, states: Span<ReadingState>,
    into worst: inout MutableSpan<QualityVerdict>
) {
    let count = start.count
    precondition(
        worst.count == count && values.count == count && states.count == count, "Columns are equally long.")
    guard count > 0 else { return }
    var latest = start[0]
    var first = 0
    for index in 1..<max(count, 1) {
        if start[index] > latest {
            (latest, first) = (start[index], index)
            continue
        }
        if worst[index].rawValue < QualityVerdict.suspect.rawValue { worst[index] = .suspect }
        if start[index] != latest { continue }
        // Read out before they are compared: spans within && and || stop this compiler.
        let (one, other) = (values[first], values[index])
        let (state, otherState) = (states[first], states[index])
        if areUnlike(one, other) || state != otherState, worst[first].rawValue < QualityVerdict.suspect.rawValue {
            worst[first] = .suspect
        }
    }
}
