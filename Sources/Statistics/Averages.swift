// Mean, median and running mean of a column. What is not finite is missing.

/// The arithmetic mean of the readings present.
///
/// - Returns: `nil` when none is present.
/// - Reference: `meanReference(_:)`; apart by at most n ε times the mean of the magnitudes.
package func mean(_ values: Span<Double>) -> Double? {
    var sum = 0.0
    var count = 0
    for index in values.indices where values[index].isFinite {
        sum += values[index]
        count += 1
    }
    return count == 0 ? nil : sum / Double(count)
}

/// The median of the readings present; of an even number the mean of the middle two.
///
/// - Shape: `scratch`, at least as long as `values`, overwritten.
/// - Returns: `nil` when none is present.
/// - Complexity: O(n) time on average.
/// - Reference: `medianReference(_:)`; bit-equal.
package func median(_ values: Span<Double>, scratch: inout MutableSpan<Double>) -> Double? {
    precondition(scratch.count >= values.count, "The median's scratch holds every reading.")
    var count = 0
    for index in values.indices where values[index].isFinite {
        // Adding zero turns −0 into 0, so that equal readings have equal bits.
        scratch[count] = values[index] + 0
        count += 1
    }
    if count == 0 { return nil }
    return scratch.withUnsafeMutableBufferPointer { buffer in
        let upper = selectElement(buffer, count: count, rank: count / 2)
        if count % 2 == 1 { return upper }
        return (selectElement(buffer, count: count, rank: count / 2 - 1) + upper) / 2
    }
}

/// The mean of each reading and the `window` − 1 before it.
///
/// The sum slides, and is taken afresh once in every window, so that rounding errors do not pile up along the series.
/// - Shape: `means`, as long as `values`; NaN where fewer than `minimumCount` readings of the window are present.
/// - Precondition: 1 ≤ `minimumCount` ≤ `window`.
/// - Complexity: O(n) time whatever the window.
/// - Reference: `runningMeanReference(_:window:minimumCount:)`; NaN at the same places, elsewhere apart by at most
///   4 × window × ε times the largest magnitude of two windows.
package func runningMean(
    _ values: Span<Double>, window: Int, minimumCount: Int, into means: inout MutableSpan<Double>
) {
    precondition(1 <= minimumCount && minimumCount <= window, "A running mean asks for 1 to window readings.")
    precondition(means.count == values.count, "A running mean has one result for each reading.")
    var sum = 0.0
    var count = 0
    for index in values.indices {
        if index % window == 0 {
            sum = 0
            count = 0
            for earlier in max(0, index - window + 1)..<index where values[earlier].isFinite {
                sum += values[earlier]
                count += 1
            }
        } else if index >= window, values[index - window].isFinite {
            sum -= values[index - window]
            count -= 1
        }
        if values[index].isFinite {
            sum += values[index]
            count += 1
        }
        means[index] = count >= minimumCount ? sum / Double(count) : .nan
    }
}
