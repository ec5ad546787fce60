// The exact sum of a column of decimals as integers at one exponent: the kernel below every period mean.

package import Exact

/// The sum of a column of decimals: `units` × 10^`exponent`, of `count` values.
package struct ExactSum: Hashable, Sendable {
    package let units: Int128
    package let exponent: Int
    package let count: Int

    package init(units: Int128, exponent: Int, count: Int) {
        self.units = units
        self.exponent = exponent
        self.count = count
    }

    package static let empty = ExactSum(units: 0, exponent: 0, count: 0)

    /// The sum as a fraction.
    package var fraction: Fraction { Fraction(units: units, exponent: exponent) }

    /// The arithmetic mean, `nil` of nothing.
    package var mean: Fraction? { count == 0 ? nil : fraction / Fraction(count) }
}

/// Rows looked at together: small enough that the second look finds them in the nearest cache.
private let blockRows = 2_048

/// The sum of `mantissa[i] × 10^exponent[i]`, exactly, at the finest exponent met.
///
/// - Shape: two columns of one length; no value is missing (rows without a number are taken out before).
/// - Returns: `nil` when a value at the finest exponent, or the sum, takes more than 127 bits; `exactSumReference` has
///   no such limit. Mantissas of 18 digits and exponents ten apart still fit for a billion rows.
/// - Complexity: O(n), no allocation. A block whose values have one exponent and whose sum surely fits 64 bits is a
///   plain vector sum.
/// - Reference: `exactSumReference(mantissa:exponent:)`, equal for all inputs where this has a value.
package func exactSum(mantissa: Span<Int64>, exponent: Span<Int8>) -> ExactSum? {
    precondition(mantissa.count == exponent.count, "Columns of one sum are of one length.")
    var units: Int128 = 0
    var place = 0
    var row = 0
    while row < mantissa.count {
        let end = min(row + blockRows, mantissa.count)
        let block = row..<end
        guard let sum = blockSum(mantissa.extracting(block), exponent.extracting(block)) else { return nil }
        if row == 0 {
            (units, place) = (sum.units, sum.exponent)
        } else {
            let common = min(place, sum.exponent)
            guard let old = scaled(units, by: place - common), let new = scaled(sum.units, by: sum.exponent - common)
            else { return nil }
            let (total, overflow) = old.addingReportingOverflow(new)
            if overflow { return nil }
            (units, place) = (total, common)
        }
        row = end
    }
    return ExactSum(units: units, exponent: place, count: mantissa.count)
}

/// The sum of one block, `nil` beyond 127 bits.
private func blockSum(_ mantissa: Span<Int64>, _ exponent: Span<Int8>) -> (units: Int128, exponent: Int)? {
    let (lowest, highest) = exponentRange(exponent)
    let sizeBits = 64 - magnitudeBits(mantissa).leadingZeroBitCount
    let countBits = Int.bitWidth - mantissa.count.leadingZeroBitCount
    if lowest == highest, sizeBits + countBits < 64 { return (Int128(plainSum(mantissa)), Int(lowest)) }
    let steps = Int(highest) - Int(lowest)
    // 10^k has at most ⌈k · 3.33⌉ bits.
    if steps <= 18, sizeBits + countBits + (steps * 10 + 2) / 3 < 64 {
        return (Int128(scaledSum(mantissa, exponent, lowest)), Int(lowest))
    }
    var units: Int128 = 0
    for row in mantissa.indices {
        guard let value = scaled(Int128(mantissa[row]), by: Int(exponent[row]) - Int(lowest)) else { return nil }
        let (sum, overflow) = units.addingReportingOverflow(value)
        if overflow { return nil }
        units = sum
    }
    return (units, Int(lowest))
}

private func exponentRange(_ exponent: Span<Int8>) -> (lowest: Int8, highest: Int8) {
    var lowest = Int8.max
    var highest = Int8.min
    for row in exponent.indices {
        let value = exponent[unchecked: row]
        lowest = value < lowest ? value : lowest
        highest = value > highest ? value : highest
    }
    return (lowest, highest)
}

/// The union of the bits of all magnitudes: with w bits in use no magnitude is above 2^w.
private func magnitudeBits(_ mantissa: Span<Int64>) -> UInt64 {
    var bits: Int64 = 0
    for row in mantissa.indices {
        let value = mantissa[unchecked: row]
        bits |= value ^ (value >> 63)
    }
    return UInt64(bitPattern: bits)
}

private func plainSum(_ mantissa: Span<Int64>) -> Int64 {
    var sum: Int64 = 0
    for row in mantissa.indices { sum &+= mantissa[unchecked: row] }
    return sum
}

private func scaledSum(_ mantissa: Span<Int64>, _ exponent: Span<Int8>, _ lowest: Int8) -> Int64 {
    let powers = smallPowers
    var sum: Int64 = 0
    for row in mantissa.indices {
        sum &+= mantissa[unchecked: row] &* powers[Int(exponent[unchecked: row] &- lowest)]
    }
    return sum
}

/// 10⁰ … 10¹⁸.
private let smallPowers: InlineArray<19, Int64> = [
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
    100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
    10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000,
]

/// `units` × 10^`steps`, `nil` beyond 127 bits.
func scaled(_ units: Int128, by steps: Int) -> Int128? {
    if units == 0 { return 0 }
    var result = units
    var left = steps
    while left > 0 {
        let part = min(left, 18)
        let (product, overflow) = result.multipliedReportingOverflow(by: Int128(smallPowers[part]))
        if overflow { return nil }
        result = product
        left -= part
    }
    return result
}
