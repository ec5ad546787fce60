// Pettitt's test: where in a series the level changed, and whether it did, by ranks and in O(n log n).

/// What Pettitt's test says of one series.
package struct PettittTest: Equatable, Sendable {
    /// Readings that are not missing.
    package let count: Int
    /// The largest |U_t|.
    package let k: Int
    /// U at the change: positive where the readings before it rank higher than those after.
    package let u: Int
    /// The place in the column of the first reading after the most likely change, the earliest of equally likely ones.
    package let changeIndex: Int
    /// Two-sided, by the approximation 2 exp(−6 K² / (n³ + n²)), at most 1.
    package let p: Double
}

/// The fewest readings Pettitt's test is made with; below ten the approximation of p says nothing.
package let pettittCountMinimum = 10

/// Tests one series for a single change of level.
///
/// - Shape: `values`, n readings in time order; what is not finite is missing. `order`, n, and `doubledRanks`, n, are
///   scratch, overwritten.
/// - Returns: `nil` when fewer than `pettittCountMinimum` readings are present.
/// - Precondition: n ≤ `trendCountLimit`.
/// - Complexity: O(n log n) time: U_t = 2 Σ r_i − t (n + 1) over mid-ranks, in whole numbers.
/// - Source: Pettitt, A non-parametric approach to the change-point problem, Applied Statistics 28, 1979; figures as R
///   trend::pettitt.test prints them.
/// - Reference: `pettittReference(_:)`; equal for all inputs.
package func pettitt(
    _ values: Span<Double>, order: inout MutableSpan<Int>, doubledRanks: inout MutableSpan<Int>
) -> PettittTest? {
    precondition(values.count <= trendCountLimit, "A change test takes at most a million readings.")
    precondition(
        order.count >= values.count && doubledRanks.count >= values.count, "The scratch holds every reading.")
    var n = 0
    for index in values.indices where values[index].isFinite {
        order[n] = index
        n += 1
    }
    if n < pettittCountMinimum { return nil }
    order.withUnsafeMutableBufferPointer { places in
        var present = UnsafeMutableBufferPointer(rebasing: places[..<n])
        present.sort { values[$0] < values[$1] }
    }
    var first = 0
    while first < n {
        var end = first + 1
        while end < n, values[order[end]] == values[order[first]] { end += 1 }
        // The mid-rank of places first + 1 … end, twice.
        for place in first..<end { doubledRanks[order[place]] = first + 1 + end }
        first = end
    }
    var (sum, seen, largest, signed, change) = (0, 0, -1, 0, 0)
    var isChangeNext = false
    for index in values.indices where values[index].isFinite {
        if isChangeNext {
            change = index
            isChangeNext = false
        }
        sum += doubledRanks[index]
        seen += 1
        if seen == n { break }
        let u = sum - seen * (n + 1)
        if u.magnitude > largest {
            (largest, signed) = (Int(u.magnitude), u)
            isChangeNext = true
        }
    }
    return PettittTest(count: n, k: largest, u: signed, changeIndex: change)
}

extension PettittTest {
    init(count: Int, k: Int, u: Int, changeIndex: Int) {
        let (n, size) = (Double(count), Double(k))
        let exponent = 6 * size * size / (n * n * n + n * n)
        let p = exponent < 700 ? 2 * exponentialOfMinus(exponent) : 0
        self.init(count: count, k: k, u: u, changeIndex: changeIndex, p: min(1, p))
    }
}

/// `pettitt(_:order:doubledRanks:)` with scratch made for the call.
package func pettitt(_ values: [Double]) -> PettittTest? {
    var order = [Int](repeating: 0, count: values.count)
    var ranks = order
    var orderSpan = order.mutableSpan
    var rankSpan = ranks.mutableSpan
    return pettitt(values.span, order: &orderSpan, doubledRanks: &rankSpan)
}
