// Many decimals as binary numbers: what `ExactDecimal.approximate` says of each, the power of ten looked up once a run.

/// The nearest binary values of decimals, for statistics only.
///
/// - Reference: `ExactDecimal.approximate`; the same bits.
package struct BinaryValues: Sendable {
    @usableFromInline package var exponent = Int8(0)
    @usableFromInline package var power = 1.0

    package init() {}

    /// The binary value of `mantissa × 10^exponent`.
    ///
    /// - Precondition: the exponent is a decimal's.
    @inlinable
    package mutating func number(_ mantissa: Int64, exponent: Int8) -> Double {
        if exponent != self.exponent { take(exponent) }
        return exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
    }

    /// The binary values of decimals, one after the other.
    ///
    /// - Shape: `mantissa`, `exponent` and `values`, n each; all of `values` is written.
    /// - Complexity: O(n), no allocation.
    package mutating func numbers(
        _ mantissa: Span<Int64>, exponent: Span<Int8>, into values: inout MutableSpan<Double>
    ) {
        precondition(mantissa.count == values.count && exponent.count == values.count, "Columns are equally long.")
        for row in 0..<mantissa.count { values[row] = number(mantissa[row], exponent: exponent[row]) }
    }

    @usableFromInline package mutating func take(_ exponent: Int8) {
        self.exponent = exponent
        power = ExactDecimal(mantissa: 1, exponent: Int8(exponent.magnitude)).approximate
    }
}
