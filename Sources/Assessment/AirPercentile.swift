// The percentile of HJ 663-2013, exactly: a rank that need not be whole, and a straight line between two values.

package import Exact

/// The percentile of `percent` per cent.
///
/// - Shape: `values`, any order; nothing is rounded here.
/// - Returns: `nil` of no values.
/// - Precondition: `percent` lies in 0…100.
/// - Complexity: O(n log n).
/// - Source: HJ 663-2013, appendix A: ascending X, k = 1 + (n − 1)·p/100, s = ⌊k⌋, m = X(s) + (X(s+1) − X(s))·(k − s).
package func airPercentile(_ values: [Fraction], percent: Int) -> Fraction? {
    precondition((0...100).contains(percent), "A percentile lies in 0…100.")
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    // k − 1 = (n − 1)·p/100, in hundredths.
    let (whole, hundredths) = ((sorted.count - 1) * percent).quotientAndRemainder(dividingBy: 100)
    if hundredths == 0 { return sorted[whole] }
    return sorted[whole] + (sorted[whole + 1] - sorted[whole]) * Fraction(hundredths, 100)
}
