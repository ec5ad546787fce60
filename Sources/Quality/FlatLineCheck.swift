// Flat line: a run of equal readings longer than nature and the instrument's noise allow. After QARTOD, test 8.

package import Monitoring

/// How long a series may repeat itself.
package struct FlatLineLimit: Hashable, Sendable {
    /// Equal readings in a row from which each of them is suspect.
    package let readings: Int
    /// Where the number comes from, or the word `example`.
    package let source: String

    /// - Precondition: at least 2 readings.
    package init(readings: Int, source: String) {
        precondition(readings >= 2, "A flat line has at least two readings.")
        self.readings = readings
        self.source = source
    }
}

/// Tests for runs of equal values; missing and censored readings neither lengthen nor break a run.
package struct FlatLineCheck: Sendable {
    package let limit: FlatLineLimit?

    package init(limit: FlatLineLimit?) { self.limit = limit }

    package func run(_ series: SeriesColumns) -> CheckResult {
        guard let limit else { return .notRun(.flatLine, count: series.count, .noConfiguration) }
        var verdicts = [QualityVerdict](repeating: .notTested, count: series.count)
        var span = verdicts.mutableSpan
        flatLines(series.measured.span, limit: limit.readings, into: &span)
        return CheckResult(check: .flatLine, verdicts: verdicts, of: series, otherwise: .tooFewReadings)
    }
}

/// Flags every member of a run of at least `limit` equal values.
///
/// - Shape: `values`, n numbers in time order, NaN marks missing; `verdicts`, n. Missing values stay as they were, and
///   so does everything when fewer than `limit` values are present.
/// - Complexity: O(n), no allocation: eight lanes at a time where no run can end up long; else value by value, and a
///   run is walked back once, when it reaches the limit.
/// - Reference: `flatLinesReference(_:limit:)`; equal for all inputs.
package func flatLines(_ values: Span<Double>, limit: Int, into verdicts: inout MutableSpan<QualityVerdict>) {
    let count = values.count
    precondition(count == verdicts.count, "Each value has a verdict.")
    precondition(limit >= 2, "A flat line has at least two readings.")
    guard hasValues(values, atLeast: limit) else { return }
    let erosion = Erosion(width: limit - 1)
    values.withUnsafeBufferPointer { values in
        verdicts.withMutableRawValues { verdicts in
            guard let column = values.baseAddress, let out = verdicts.baseAddress else { return }
            // The level of the last value present and how many values in a row have had it.
            var level = Double.nan
            var run = 0
            var index = 0
            while index < count {
                if index > 0, index + laneCount <= count, column[index - 1] == column[index - 1] {
                    let value = lanes(column, index)
                    let same = bits(ones(value .== lanes(column, index - 1)))
                    let leading = (~same).trailingZeroBitCount
                    if ones(value .== value) == everyLane, run + leading < limit, erosion.erode(same) == 0 {
                        store(suspect: 0, out, index)
                        let trailing = (~same << 56).leadingZeroBitCount
                        run = leading >= laneCount ? run + laneCount : trailing + 1
                        level = column[index + laneCount - 1]
                        index += laneCount
                        continue
                    }
                }
                let end = min(index + laneCount, count)
                while index < end {
                    let value = column[index]
                    if value == value {
                        run = value == level ? run + 1 : 1
                        level = value
                        out[index] = run > limit ? 2 : 1
                        if run == limit { markRun(column, endingAt: index, limit, out) }
                    }
                    index += 1
                }
            }
        }
    }
}

/// Marks the `length` values present that end at `index`.
private func markRun(
    _ column: UnsafePointer<Double>, endingAt index: Int, _ length: Int, _ out: UnsafeMutablePointer<UInt8>
) {
    var left = length
    var index = index
    while left > 0 {
        if column[index] == column[index] {
            out[index] = 2
            left -= 1
        }
        index -= 1
    }
}

private func hasValues(_ values: Span<Double>, atLeast wanted: Int) -> Bool {
    var present = 0
    for index in values.indices where values[index] == values[index] {
        present += 1
        if present == wanted { return true }
    }
    return false
}

/// Finds runs of `width` ones in eight bits: each step keeps a bit when the one so far above it is set too.
private struct Erosion {
    private var shifts: (UInt64, UInt64, UInt64) = (0, 0, 0)
    private let isPossible: Bool

    init(width: Int) {
        isPossible = width <= laneCount
        guard isPossible else { return }
        var reached = 1
        func next() -> UInt64 {
            let step = min(reached, width - reached)
            reached += step
            return UInt64(step)
        }
        shifts.0 = next()
        shifts.1 = next()
        shifts.2 = next()
    }

    /// Not zero when `bits` hold a run of the width.
    @inline(__always)
    func erode(_ bits: UInt64) -> UInt64 {
        guard isPossible else { return 0 }
        var left = bits
        left &= left >> shifts.0
        left &= left >> shifts.1
        left &= left >> shifts.2
        return left
    }
}
