// Multiplying a decimal by a unit's exact size, so that what comes out is a decimal again, or nothing.

/// A factor between two units that is itself a decimal: 0.001 from µg/L to mg/L, 0.028316846592 from ft³/s to m³/s.
///
/// A factor without an end in decimals (1 knot in m/s) has no scale: a value would have to be rounded.
package struct DecimalScale: Hashable, Sendable {
    /// Not divisible by ten, above zero.
    package let mantissa: Int64
    package let exponent: Int

    package static let one = DecimalScale(mantissa: 1, exponent: 0)

    package init(mantissa: Int64, exponent: Int) {
        self.mantissa = mantissa
        self.exponent = exponent
    }

    /// The scale that multiplies by `factor`, or `nil` when it is not a decimal of at most 18 places and 18 digits.
    package init?(_ factor: Fraction) {
        guard factor > .zero else { return nil }
        // From large powers of ten down: the first that leaves an integer leaves the fewest digits.
        for exponent in stride(from: 18, through: -18, by: -1) {
            guard let mantissa = (factor * Fraction(10).raised(to: -exponent)).integer else { continue }
            guard mantissa <= 999_999_999_999_999_999 else { return nil }
            self.init(mantissa: Int64(mantissa), exponent: exponent)
            return
        }
        return nil
    }

    /// `value` times this factor with all its digits, or `nil` when that takes more than a decimal holds.
    ///
    /// A factor that is a power of ten keeps the digits as received (0.20 stays two places of 20).
    package func applied(to value: ExactDecimal) -> ExactDecimal? {
        var product = Int128(value.mantissa) * Int128(mantissa)
        var power = Int(value.exponent) + exponent
        while abs(product) > 999_999_999_999_999_999 {
            guard product % 10 == 0 else { return nil }
            product /= 10
            power += 1
        }
        guard ExactDecimal.exponentRange.contains(power) else { return nil }
        return ExactDecimal(mantissa: Int64(product), exponent: Int8(power))
    }
}
