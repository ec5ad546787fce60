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

/// Tests each value against its nearest usable neighbours on both sides.
package struct SpikeCheck: Sendable {
    package let threshold: SpikeThreshold?

    package init(threshold: SpikeThreshold?) { self.threshold = threshold }

    package func run(_ series: SeriesColumns, _ neighbours: Neighbourhood) -> CheckResult {
        guard let threshold else { return .notRun(.spike, count: series.count, .noConfiguration) }
        guard let cadence = series.cadence, cadence > .zero else {
            return .notRun(.spike, count: series.count, .noCadence)
        }
        var verdicts = [QualityVerdict](repeating: .notTested, count: series.count)
        var span = verdicts.mutableSpan
        spikes(
            series.measured.span, usable: neighbours.usable.span, regular: neighbours.regular.span,
            start: series.start.span, reach: cadence.milliseconds * neighbourCadences, threshold, into: &span)
        return CheckResult(check: .spike, verdicts: verdicts, of: series, otherwise: .noNeighbour)
    }
}

/// Flags each value that stands out from both nearest usable neighbours by more than the threshold.
///
/// - Shape: `values`, n finite numbers in time order, NaN marks what is not tested; `usable` and `regular` as in
///   `Neighbourhood`; `start`, n times in ms; `verdicts`, n. A value without a usable neighbour within `reach` on both
///   sides stays as it was.
/// - Precondition: a cadence, by which `regular` was made, is at most `reach`.
/// - Complexity: O(n), no allocation: eight lanes at a time where ten readings in a row are regular; elsewhere the last
///   neighbour is carried forward and the next is looked up once.
/// - Reference: `spikesReference(_:usable:start:reach:_:)`; equal for all inputs.
package func spikes(
    _ values: Span<Double>, usable: Span<UInt8>, regular: Span<UInt8>, start: Span<Int64>, reach: Int64,
    _ threshold: SpikeThreshold, into verdicts: inout MutableSpan<QualityVerdict>
) {
    let count = values.count
    precondition(
        usable.count == count && regular.count == count && start.count == count && verdicts.count == count,
        "Columns are equally long.")
    let (absolute, relative) = (threshold.absolute, threshold.relative)
    values.withUnsafeBufferPointer { values in
        regular.withUnsafeBufferPointer { regular in
            verdicts.withMutableRawValues { verdicts in
                guard let column = values.baseAddress, let steps = regular.baseAddress, let out = verdicts.baseAddress
                else { return }
                var previous = -1
                var next = 0
                var index = 0
                while index < count {
                    if index + laneCount < count, bytes(steps, index) == everyLane, steps[index + laneCount] == 1 {
                        let suspect = spikeLanes(
                            lanes(column, index - 1), lanes(column, index), lanes(column, index + 1), absolute,
                            relative)
                        store(suspect: suspect, out, index)
                        index += laneCount
                        previous = index - 1
                        continue
                    }
                    // One step by the rule as it is said, up to where eight lanes fit again.
                    let end = min(index + laneCount, count)
                    while index < end {
                        if next <= index {
                            next = index + 1
                            while next < count, usable[next] == 0 { next += 1 }
                        }
                        let value = column[index]
                        if value == value, previous >= 0, next < count, start[index] &- start[previous] <= reach,
                            start[next] &- start[index] <= reach
                        {
                            let (before, after) = (column[previous], column[next])
                            let rise = value - max(before, after)
                            let fall = min(before, after) - value
                            let allowed = max(absolute, relative * max(before.magnitude, after.magnitude))
                            out[index] = max(rise, fall) > allowed ? 2 : 1
                        }
                        if usable[index] == 1 { previous = index }
                        index += 1
                    }
                }
            }
        }
    }
}

/// The rule for eight readings at once: bytes of 1 where the value stands out.
@inline(__always)
private func spikeLanes(
    _ before: SIMD8<Double>, _ value: SIMD8<Double>, _ after: SIMD8<Double>, _ absolute: Double, _ relative: Double
) -> UInt64 {
    let higher = before.replacing(with: after, where: after .> before)
    let lower = before.replacing(with: after, where: after .< before)
    // The larger size of two numbers is that of the larger or that of the smaller one's opposite.
    let size = higher.replacing(with: -lower, where: -lower .> higher)
    let share = size * relative
    let allowed = share.replacing(with: SIMD8(repeating: absolute), where: share .< absolute)
    return ones(((value - higher) .> allowed) .| ((lower - value) .> allowed))
}
