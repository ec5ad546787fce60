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
        var result = CheckResult.notRun(.grossRange, count: series.count, .missingValue)
        var verdicts = result.verdicts.mutableSpan
        grossRange(series.value.span, range, into: &verdicts)
        for index in series.value.indices where result.verdicts[index] != .notTested { result.reasons[index] = .none }
        return result
    }
}

/// Flags each value by the two ranges.
///
/// - Shape: `values`, n numbers, NaN marks missing; `verdicts`, n. Missing stays as it was.
/// - Complexity: O(n), no allocation.
/// - Reference: `grossRangeReference(_:_:)`; equal for all inputs.
package func grossRange(_ values: Span<Double>, _ range: ValueRange, into verdicts: inout MutableSpan<QualityVerdict>) {
    precondition(values.count == verdicts.count, "Each value has a verdict.")
    let (lowest, highest) = (range.possible.lowerBound, range.possible.upperBound)
    let (low, high) = (range.plausible.lowerBound, range.plausible.upperBound)
    for index in values.indices {
        let value = values[index]
        // A NaN fails each comparison, so it is neither possible nor impossible.
        let impossible = value < lowest || value > highest
        let implausible = value < low || value > high
        if value == value { verdicts[index] = impossible ? .invalid : implausible ? .suspect : .valid }
    }
}
