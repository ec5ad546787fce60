// Spearman's rank correlation with time, judged by the table of the Chinese water reports.

/// The rank correlation of a series with its order in time.
package struct SpearmanTrend: Sendable, Equatable {
    package let count: Int
    /// 1 − 6 Σ d² / (N³ − N) as the Chinese rule prints it, an exact fraction: `numerator` / `denominator`.
    package let numerator: Int
    package let denominator: Int
    /// The correlation of the ranks with ties accounted for; the same when there are none.
    package let correlation: Double
    /// Student's t of `correlation`, and the two-sided probability by it: an approximation, not the exact distribution. Where
    /// the ranks rise or fall without fail p is exact: two of the N! orders do.
    package let t: Double
    package let p: Double

    package var coefficient: Double { Double(numerator) / Double(denominator) }
}

/// The most readings a rank correlation takes: six times the sum of squares then stays within 64 bits.
package let spearmanCountLimit = 1_000_000

/// Tests one series for a trend by Spearman's rank correlation.
///
/// - Shape: `values` in time order; what is not finite is missing.
/// - Returns: `nil` when fewer than `trendCountMinimum` readings are present, or all are equal.
/// - Complexity: O(n log n) time, O(n) memory.
/// - Source: the Chinese reports' method (rs = 1 − 6 Σ dᵢ² / (N³ − N), dᵢ the rank of period i's value less i; critical
///   Wp), as the technical rules on surface water print it; see docs/trend.md. Student's approximation: Kendall, 1975.
/// - Reference: `spearmanReference(_:)`; only the coefficient has a twin.
package func spearmanTrend(_ values: [Double]) -> SpearmanTrend? {
    precondition(values.count <= spearmanCountLimit, "A rank correlation takes at most a million readings.")
    let present = values.filter(\.isFinite)
    let n = present.count
    if n < trendCountMinimum { return nil }
    // Twice the ranks are whole numbers.
    let doubled = midRanks(present).map { Int(2 * $0) }
    var squares = 0
    var spread = 0
    var product = 0
    for (index, rank) in doubled.enumerated() {
        let (place, distance) = (2 * (index + 1), rank - (n + 1))
        squares += (rank - place) * (rank - place)
        spread += distance * distance
        product += distance * (place - (n + 1))
    }
    if spread == 0 { return nil }
    let cube = n * n * n - n
    // Σ (2 i − n − 1)² = (n³ − n) / 3.
    let correlation = Double(product) / (Double(spread) * Double(cube / 3)).squareRoot()
    let freedom = n - 2
    let left = (1 - correlation) * (1 + correlation)
    let t = left > 0 ? correlation * (Double(freedom) / left).squareRoot() : correlation > 0 ? .infinity : -.infinity
    // Σ d² = squares / 4: 0 where the ranks rise without fail, and as much as can be where they fall.
    let isStraight = squares == 0 || 3 * squares == 4 * cube
    let p = isStraight ? 2 / (1...n).reduce(1.0) { $0 * Double($1) } : studentTwoSidedProbability(t, freedom: freedom)
    return SpearmanTrend(
        count: n, numerator: 2 * cube - 3 * squares, denominator: 2 * cube, correlation: correlation, t: t, p: p)
}

/// A critical value Wp of the table.
package enum SpearmanLevel: String, Sendable, CaseIterable {
    case five = "0.05"
    case one = "0.01"
}

/// What |rs| must do to Wp to be significant. The rules' wording could not be read again, and at N = 5 all depends on it.
package enum SpearmanEdge: String, Sendable, CaseIterable {
    /// |rs| ≥ Wp: the default.
    case reach
    /// |rs| > Wp.
    case exceed
}

extension SpearmanTrend {
    /// rs in thousandths, half to even: Wp is printed with three decimals, and at N = 6, 8 and 10 above the exact value.
    package var roundedThousandths: Int {
        let scaled = numerator.magnitude.multipliedFullWidth(by: 1_000)
        let (quotient, remainder) = denominator.magnitude.dividingFullWidth(scaled)
        let rest = denominator.magnitude - remainder
        let isUp = remainder > rest || (remainder == rest && !quotient.isMultiple(of: 2))
        return (numerator < 0 ? -1 : 1) * Int(isUp ? quotient + 1 : quotient)
    }

    /// Whether |rs|, rounded to the table's three decimals, reaches or exceeds Wp; `nil` when the table has no line for N: no
    /// verdict.
    package func reaches(_ level: SpearmanLevel, edge: SpearmanEdge = .reach) -> Bool? {
        guard let critical = critical(level) else { return nil }
        let size = roundedThousandths.magnitude
        return edge == .reach ? size >= UInt(critical) : size > UInt(critical)
    }

    /// Wp in thousandths, or `nil` when the table has no line for N.
    package func critical(_ level: SpearmanLevel) -> Int? {
        spearmanTable[count].map { level == .five ? $0.five : $0.one }
    }
}

/// Wp of Spearman's rank correlation in thousandths, by the number of periods N; N = 11 and others are not printed.
///
/// Source: the one-sided table reprinted in the Chinese reports' method (环境质量报告书编写技术规范 and older rules),
/// taken from the project's reference tables, where lines to N = 10 are of confidence B and the others of confidence C.
private let spearmanTable: [Int: (five: Int, one: Int)] = [
    5: (900, 1_000), 6: (829, 943), 7: (714, 893), 8: (643, 833), 9: (600, 783), 10: (564, 746), 12: (506, 712),
    14: (456, 645), 16: (425, 601), 18: (399, 564), 20: (377, 534), 22: (359, 508), 24: (343, 485), 26: (329, 465),
    28: (317, 448), 30: (306, 432),
]
