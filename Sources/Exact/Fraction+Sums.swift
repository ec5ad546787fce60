// An exact ratio from an integer sum of decimals at one exponent: how a column of readings becomes a mean.

internal import BigInt

extension Fraction {
    /// `units` × 10^`exponent`.
    package init(units: Int128, exponent: Int) {
        guard let small = Int(exactly: units) else {
            self = Fraction(numerator: BigInt(units), denominator: 1) * .powerOfTen(exponent)
            return
        }
        self = Fraction(small) * .powerOfTen(exponent)
    }
}
