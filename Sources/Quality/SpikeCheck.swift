// Spike: one reading that leaves both its neighbours in the same direction. After QARTOD, test 6.

package import Monitoring

/// How far a reading may stand out before it is suspect.
package struct SpikeThreshold: Hashable, Sendable {
    /// In the parameter's unit: never suspect below this, however low the level.
    package let absolute: Double
    /// As a multiple of the larger neighbour's size.
    package let relative: Double
    /// Where the numbers come from, or the word `example`.
    package let source: String

    /// - Precondition: neither threshold is negative.
    package init(absolute: Double, relative: Double, source: String) {
        precondition(absolute >= 0 && relative >= 0, "A spike threshold is not negative.")
        self.absolute = absolute
        self.relative = relative
        self.source = source
    }
}

/// Tests each value against its nearest valid neighbours on both sides.
package struct SpikeCheck: Sendable {
    package let threshold: SpikeThreshold?
    /// A neighbour further away than this many cadences says nothing of a reading: two let one reading be missing.
    package static let neighbourCadences: Int64 = 2

    package init(threshold: SpikeThreshold?) { self.threshold = threshold }

    /// - Parameter earlier: verdicts of the checks before: readings they found suspect or invalid are nobody's
    ///   neighbours (opendcs#176: a rate of change taken against a rejected neighbour).
    package func run(_ series: SeriesColumns, earlier: [QualityVerdict]) -> CheckResult {
        precondition(earlier.count == series.count, "Each reading has an earlier verdict.")
        guard let threshold else { return .notRun(.spike, count: series.count, .noConfiguration) }
        guard let cadence = series.cadence, cadence > .zero else {
            return .notRun(.spike, count: series.count, .noCadence)
        }
        var result = CheckResult.notRun(.spike, count: series.count, .noNeighbour)
        // Neighbours: present, measured and not turned down before.
        var usable = series.value
        for index in usable.indices {
            let isRejected = earlier[index] == .invalid || earlier[index] == .suspect
            if series.isCensored[index] || isRejected { usable[index] = .nan }
        }
        var tested = series.value
        for index in tested.indices where series.isCensored[index] { tested[index] = .nan }
        var verdicts = result.verdicts.mutableSpan
        spikes(
            tested.span, neighbours: usable.span, start: series.start.span,
            reach: cadence.milliseconds * Self.neighbourCadences, threshold, into: &verdicts)
        for index in series.value.indices {
            if result.verdicts[index] != .notTested {
                result.reasons[index] = .none
            } else if series.isCensored[index] {
                result.reasons[index] = .censoredValue
            } else if series.value[index].isNaN {
                result.reasons[index] = .missingValue
            }
        }
        return result
    }
}

/// Flags each value that stands out from both nearest neighbours by more than the threshold.
///
/// - Shape: `values` and `neighbours`, n numbers in time order, NaN marks missing and, among neighbours, rejected;
///   `start`, n times in ms; `verdicts`, n. A value without a neighbour within `reach` on both sides stays as it was.
/// - Complexity: O(n), no allocation: the last neighbour is carried forward and the next is looked up once.
/// - Reference: `spikesReference(_:neighbours:start:reach:_:)`; equal for all inputs.
package func spikes(
    _ values: Span<Double>, neighbours: Span<Double>, start: Span<Int64>, reach: Int64, _ threshold: SpikeThreshold,
    into verdicts: inout MutableSpan<QualityVerdict>
) {
    let count = values.count
    precondition(
        neighbours.count == count && start.count == count && verdicts.count == count, "Columns are equally long.")
    var previous = -1
    var next = 0
    for index in 0..<count {
        if next <= index {
            next = index + 1
            while next < count, neighbours[next].isNaN { next += 1 }
        }
        let value = values[index]
        if !value.isNaN, previous >= 0, next < count, start[index] - start[previous] <= reach,
            start[next] - start[index] <= reach
        {
            let before = neighbours[previous]
            let after = neighbours[next]
            let rise = value - max(before, after)
            let fall = min(before, after) - value
            let allowed = max(threshold.absolute, threshold.relative * max(before.magnitude, after.magnitude))
            verdicts[index] = max(rise, fall) > allowed ? .suspect : .valid
        }
        if !neighbours[index].isNaN { previous = index }
    }
}
