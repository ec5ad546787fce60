// Which readings may stand beside another: measured, not turned down by an earlier check, and one cadence apart.

package import Monitoring

/// A neighbour further away than this many cadences says nothing of a reading: two let one reading be missing.
package let neighbourCadences: Int64 = 2

/// The readings of a series that others may be compared with.
///
/// | column | type | meaning |
/// |---|---|---|
/// | usable | UInt8 | 1 where a value was measured and no earlier check found it suspect or invalid |
/// | regular | UInt8 | 1 where this reading and the one before are usable and exactly one cadence apart |
package struct Neighbourhood: Sendable {
    package let usable: [UInt8]
    package let regular: [UInt8]

    /// - Parameter earlier: verdicts of the checks before: readings they found suspect or invalid are nobody's
    ///   neighbours (opendcs#176: a rate of change taken against a rejected neighbour).
    package init(_ series: SeriesColumns, earlier: [QualityVerdict]) {
        precondition(earlier.count == series.count, "Each reading has an earlier verdict.")
        var usable = [UInt8](repeating: 0, count: series.count)
        var regular = usable
        var usableSpan = usable.mutableSpan
        usableReadings(series.state.span, earlier: earlier.span, into: &usableSpan)
        var regularSpan = regular.mutableSpan
        regularSteps(
            usable.span, start: series.start.span, cadence: series.cadence?.milliseconds ?? 0, into: &regularSpan)
        self.usable = usable
        self.regular = regular
    }
}

/// Marks the readings that may be neighbours.
///
/// - Shape: `states`, `earlier` and `usable`, n each; all of `usable` is written.
/// - Complexity: O(n), no allocation.
/// - Reference: `usableReadingsReference(_:earlier:)`; equal for all inputs.
package func usableReadings(
    _ states: Span<ReadingState>, earlier: Span<QualityVerdict>, into usable: inout MutableSpan<UInt8>
) {
    let count = states.count
    precondition(earlier.count == count && usable.count == count, "Columns are equally long.")
    states.withUnsafeBufferPointer { states in
        states.withMemoryRebound(to: UInt8.self) { states in
            earlier.withRawValues { earlier in
                usable.withUnsafeMutableBufferPointer { usable in
                    for index in 0..<count {
                        // measured is 0; suspect and invalid are 2 and 3: their second bit is set.
                        let isMeasured: UInt8 = states[index] == 0 ? 1 : 0
                        usable[index] = isMeasured & ~(earlier[index] >> 1)
                    }
                }
            }
        }
    }
}

/// Marks the readings that follow a usable one after exactly one cadence and are usable themselves.
///
/// - Shape: `usable`, `start` and `regular`, n each; all of `regular` is written, the first is 0.
/// - Complexity: O(n), no allocation.
/// - Reference: `regularStepsReference(_:start:cadence:)`; equal for all inputs.
package func regularSteps(
    _ usable: Span<UInt8>, start: Span<Int64>, cadence: Int64, into regular: inout MutableSpan<UInt8>
) {
    let count = usable.count
    precondition(start.count == count && regular.count == count, "Columns are equally long.")
    guard count > 0 else { return }
    usable.withUnsafeBufferPointer { usable in
        start.withUnsafeBufferPointer { start in
            regular.withUnsafeMutableBufferPointer { regular in
                regular[0] = 0
                for index in 1..<max(count, 1) {
                    let step: UInt8 = start[index] &- start[index - 1] == cadence ? 1 : 0
                    regular[index] = step & usable[index] & usable[index - 1]
                }
            }
        }
    }
}
