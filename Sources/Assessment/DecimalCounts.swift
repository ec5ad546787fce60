// How often each value stands in a column of decimals: what a mean of pH over hydrogen ions is formed from.

package import Exact

/// Values between the smallest and the largest of a column for which a table is kept, besides four a row.
private let tableSpread: Int64 = 64

/// How often each number stands in a column of decimals; 7.5 and 7.50 are one number.
///
/// - Shape: two columns of one length; no value is missing.
/// - Complexity: O(n) with a table where all exponents are alike and the values lie close together, as those of one
///   instrument do; otherwise a dictionary.
/// - Reference: `decimalCountsReference(_:)`, equal for all inputs.
package func decimalCounts(mantissa: Span<Int64>, exponent: Span<Int8>) -> [ExactDecimal: Int] {
    precondition(mantissa.count == exponent.count, "Columns of one length are counted.")
    guard mantissa.count > 0 else { return [:] }
    var (lowest, highest) = (Int64.max, Int64.min)
    var unlike: Int8 = 0
    for row in mantissa.indices {
        let value = mantissa[unchecked: row]
        lowest = value < lowest ? value : lowest
        highest = value > highest ? value : highest
        unlike |= exponent[unchecked: row] ^ exponent[unchecked: 0]
    }
    let (spread, overflow) = highest.subtractingReportingOverflow(lowest)
    guard unlike == 0, !overflow, spread < tableSpread + 4 * Int64(mantissa.count) else {
        return counted(mantissa, exponent)
    }
    var table = [Int](repeating: 0, count: Int(spread) + 1)
    for row in mantissa.indices { table[Int(mantissa[unchecked: row] - lowest)] += 1 }
    var counts: [ExactDecimal: Int] = [:]
    for (place, count) in table.enumerated() where count > 0 {
        counts[ExactDecimal(mantissa: lowest + Int64(place), exponent: exponent[0])] = count
    }
    return counts
}

private func counted(_ mantissa: Span<Int64>, _ exponent: Span<Int8>) -> [ExactDecimal: Int] {
    var counts: [ExactDecimal: Int] = [:]
    for row in mantissa.indices {
        counts[ExactDecimal(mantissa: mantissa[row], exponent: exponent[row]), default: 0] += 1
    }
    return counts
}
