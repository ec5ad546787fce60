// Goal: a unit's factor multiplies without rounding or not at all. Method: factors and products written out.

import Exact
import Testing

struct DecimalScaleTests {
    @Test(
        "Factors as decimals",
        arguments: [
            (Fraction(1, 1_000), 1, -3), (Fraction(1_000), 1, 3), (Fraction(3_048, 10_000), 3_048, -4),
            (Fraction(3_048, 10_000).raised(to: 3), 28_316_846_592, -12), (Fraction(1, 8), 125, -3),
            (Fraction(1), 1, 0),
        ])
    func factor(fraction: Fraction, mantissa: Int64, exponent: Int) {
        #expect(DecimalScale(fraction) == DecimalScale(mantissa: mantissa, exponent: exponent))
    }

    @Test("A factor without an end, and one below zero, has no scale")
    func none() {
        #expect(DecimalScale(Fraction(1_852, 3_600)) == nil)
        #expect(DecimalScale(Fraction(-1)) == nil)
        #expect(DecimalScale(.zero) == nil)
        #expect(DecimalScale(Fraction(10).raised(to: -19)) == nil)
    }

    @Test("A power of ten keeps the digits, another factor keeps them all, too many are refused")
    func products() throws {
        let milli = try #require(DecimalScale(Fraction(1, 1_000)))
        #expect(milli.applied(to: try #require(ExactDecimal("0.20")))?.description == "0.00020")
        let foot = try #require(DecimalScale(Fraction(3_048, 10_000)))
        #expect(foot.applied(to: try #require(ExactDecimal("-4.5")))?.description == "-1.37160")
        let cubic = try #require(DecimalScale(Fraction(3_048, 10_000).raised(to: 3)))
        #expect(cubic.applied(to: try #require(ExactDecimal("12345678.9"))) == nil)
        #expect(cubic.applied(to: try #require(ExactDecimal("1250000000"))) == ExactDecimal("35396058.24"))
        #expect(milli.applied(to: ExactDecimal(mantissa: 1, exponent: -17)) == nil)
    }
}
