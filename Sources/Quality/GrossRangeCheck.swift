// Gross range: what cannot be is invalid, what an instrument here hardly meets is suspect. After QARTOD, test 4.

package import Monitoring

/// The bounds of one parameter, in its unit.
package struct ValueRange: Hashable, Sendable {
    /// Outside these the value cannot be: a concentration below zero, a pH outside 0…14.
    package let possible: ClosedRange<Double>
    /// Outside these the value is suspect; for the deployer to set, no law has them.
    package let plausible: ClosedRange<Double>
    /// Where the bounds come from, or the word `example`.
    package let source: String

    /// - Precondition: the plausible range lies within the possible one.
    package init(possible: ClosedRange<Double>, plausible: ClosedRange<Double>, source: String) {
        precondition(
            possible.lowerBound <= plausible.lowerBound && plausible.upperBound <= possible.upperBound,
            "What is plausible is possible.")
        self.possible = possible
        self.plausible = plausible
        self.source = source
    }
}

/// Tests each value against the possible and the plausible range of its parameter.
///
/// A censored value is tested by its printed limit: `<0.02` is in range when 0.02 is.
package struct GrossRangeCheck: Sendable {
    package let range: ValueRange?

    package init(range: ValueRange?) { self.range = range }

    package func run(_ series: SeriesColumns) -> CheckResult {
        guard let range else { return .notRun(.grossRange, count: series.count, .noConfiguration) }
        var verdicts = [QualityVerdict](repeating: .notTested, count: series.count)
        var span = verdicts.mutableSpan
        grossRange(series.value.span, range, into: &span)
        return CheckResult(check: .grossRange, verdicts: verdicts, of: series, otherwise: .missingValue)
    }
}

/// Flags each value by the two ranges.
///
/// - Shape: `values`, n numbers, NaN marks missing; `verdicts`, n, all written: `notTested` where missing.
/// - Complexity: O(n), no allocation; eight lanes at a time.
/// - Reference: `grossRangeReference(_:_:)`; equal for all inputs.
package func grossRange(_ values: Span<Double>, _ range: ValueRange, into verdicts: inout MutableSpan<QualityVerdict>) {
    precondition(values.count == verdicts.count, "Each value has a verdict.")
    let (lowest, highest) = (range.possible.lowerBound, range.possible.upperBound)
    let (low, high) = (range.plausible.lowerBound, range.plausible.upperBound)
    values.withUnsafeBufferPointer { values in
        verdicts.withMutableRawValues { verdicts in
            guard let column = values.baseAddress, let out = verdicts.baseAddress else { return }
            var index = 0
            while index + laneCount <= values.count {
                let value = lanes(column, index)
                let impossible = ones((value .< lowest) .| (value .> highest))
                let implausible = ones((value .< low) .| (value .> high))
                let present = ones(value .== value)
                // Without a value nothing is out of range: 0. Else valid, one more when implausible, one more when
                // impossible; what is impossible is implausible.
                UnsafeMutableRawPointer(out + index).storeBytes(of: present &+ implausible &+ impossible, as: UInt64.self)
                index += laneCount
            }
            while index < values.count {
                let value = column[index]
                let present: UInt8 = value == value ? 1 : 0
                let implausible: UInt8 = value < low || value > high ? 1 : 0
                let impossible: UInt8 = value < lowest || value > highest ? 1 : 0
                out[index] = present &+ implausible &+ impossible
                index += 1
            }
        }
    }
}
