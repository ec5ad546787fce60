// Goal: fractions have one form, and round once by the named rule. Method: published behaviour of GB/T 8170 and
// written values; exhaustive small fractions against 128-bit arithmetic done the long way.

import Exact
import Testing

struct FractionTests {
    // GB/T 8170-2008, 3.2 (四舍六入五成双); a negative value is rounded by its magnitude (3.2.5).
    @Test(arguments: [
        ("2.5", 0, "2"), ("3.5", 0, "4"), ("0.145", 2, "0.14"), ("0.155", 2, "0.16"), ("-2.5", 0, "-2"),
        ("-3.5", 0, "-4"), ("-0.145", 2, "-0.14"), ("12.1498", 1, "12.1"), ("12.1498", 0, "12"), ("1268", -2, "1300"),
        ("1.050", 1, "1.0"), ("0.35", 1, "0.4"), ("0.325", 2, "0.32"), ("0.0325", 3, "0.032"), ("32500", -3, "32000"),
        ("2.51", 0, "3"), ("2.5000000000000000000001", 0, "3"), ("15.4546", 0, "15"), ("-355", -1, "-360"),
        ("-325", -1, "-320"), ("10.5002", 0, "11"), ("0", 3, "0.000"), ("9.995", 2, "10.00"), ("1/3", 4, "0.3333"),
    ])
    func `Half-even rounding follows the published examples`(text: String, places: Int, expected: String) throws {
        let value = try #require(Fraction(text))
        #expect(value.rounded(places: places, .halfEven) == Fraction(expected))
        #expect(value.rounded(places: places, .halfEven).decimalText(places: max(0, places)) == expected)
    }

    // GB/T 8170-2008, 3.3: 15.4546 is 15; through 15.455, 15.46 and 15.5 it would be 16.
    @Test func `Rounding in steps gives another result, so it is done once`() throws {
        let value = try #require(Fraction("15.4546"))
        #expect(value.rounded(places: 0, .halfUp) == Fraction(15))
        let inSteps = value.rounded(places: 3, .halfUp).rounded(places: 2, .halfUp).rounded(places: 1, .halfUp)
        #expect(inSteps.rounded(places: 0, .halfUp) == Fraction(16))
    }

    @Test(arguments: [
        (RoundingRule.halfEven, [-3, -2, -2, -2, -1, 0, 0, 0, 1, 2, 2, 2, 3]),
        (.halfUp, [-3, -3, -2, -2, -1, -1, 0, 1, 1, 2, 2, 3, 3]),
        (.up, [-3, -3, -3, -2, -2, -1, 0, 1, 2, 2, 3, 3, 3]),
        (.down, [-3, -2, -2, -1, -1, 0, 0, 0, 1, 1, 2, 2, 3]),
    ])
    func `Rules treat quarters and halves as named`(rule: RoundingRule, expected: [Int]) {
        let quarters = [-12, -10, -9, -6, -5, -2, 0, 2, 5, 6, 9, 10, 12]
        #expect(quarters.map { Fraction($0, 4).roundedToInteger(rule).integer } == expected)
        // The same with parts beyond 64 bits.
        let huge = Fraction(Int.max) * Fraction(Int.max) * Fraction(2)
        #expect(
            quarters.map { ((huge + Fraction($0, 4)).roundedToInteger(rule) - huge).integer }
                == (quarters.enumerated().map { index, quarter in
                    quarter < 0 ? positiveShift(rule, quarter) : expected[index]
                }))
    }

    /// The step that a quarter below a large even number goes to: rules away from zero then mean upwards.
    private func positiveShift(_ rule: RoundingRule, _ quarter: Int) -> Int {
        let floor = (quarter - 3) / 4
        let rest = quarter - floor * 4
        switch rule {
        case .down: return rest == 4 ? floor + 1 : floor
        case .up: return rest == 0 ? floor : floor + 1
        case .halfUp: return rest >= 2 ? floor + 1 : floor
        case .halfEven: return rest > 2 || rest == 2 && floor % 2 != 0 ? floor + 1 : floor
        }
    }

    @Test func `Rounding to a unit that is no power of ten`() {
        #expect(Fraction(7, 2).rounded(to: Fraction(5), .halfEven) == Fraction(5))
        #expect(Fraction(5, 2).rounded(to: Fraction(5), .halfEven) == .zero)
        #expect(Fraction(15, 2).rounded(to: Fraction(5), .halfEven) == Fraction(10))
        #expect(Fraction(1, 3).rounded(to: Fraction(1, 12), .down) == Fraction(1, 3))
    }

    @Test(arguments: [
        ("0", "0"), ("-0", "0"), ("0.20", "0.2"), ("+5", "5"), ("-3/6", "-0.5"), ("2/6", "1/3"), ("007/021", "1/3"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("123456789012345678901234567890.5", "123456789012345678901234567890.5"),
        ("0.000000000000000000000000001", "0.000000000000000000000000001"),
        ("1/9223372036854775808", "0.000000000000000000108420217248550443400745280086994171142578125"),
    ])
    func `Text is read and printed`(text: String, expected: String) throws {
        let value = try #require(Fraction(text))
        #expect(value.description == expected)
        #expect(Fraction(value.description) == value)
    }

    @Test(arguments: [
        "", " 1", "1 ", "1,5", "1e3", ".5", "5.", "-", "-.5", "1/0", "1/-2", "1/2/3", "1/", "/2", "1.5/2", "½", "１",
        "0x10",
    ])
    func `Other text is no fraction`(text: String) {
        #expect(Fraction(text) == nil)
    }

    @Test func `A text beyond the limit is refused`() {
        #expect(Fraction(String(repeating: "9", count: 400)) != nil)
        #expect(Fraction(String(repeating: "9", count: 401)) == nil)
    }

    @Test func `Decimals as received are exact`() throws {
        #expect(Fraction(try #require(ExactDecimal("0.20"))) == Fraction(1, 5))
        #expect(Fraction(try #require(ExactDecimal("-1.5e3"))) == Fraction(-1_500))
        #expect(
            Fraction(ExactDecimal(mantissa: .min, exponent: 18)).decimalText == "-9223372036854775808"
                + String(repeating: "0", count: 18))
        #expect(Fraction(ExactDecimal(mantissa: 1, exponent: -18)).decimalText == "0.000000000000000001")
    }

    @Test func `Small fractions obey arithmetic done the long way`() {
        let range = -6...6
        for a in range {
            for b in range where b != 0 {
                for c in range {
                    for d in range where d != 0 {
                        let left = Fraction(a, b)
                        let right = Fraction(c, d)
                        if left + right != Fraction(a * d + c * b, b * d) { Issue.record("\(a)/\(b) + \(c)/\(d)") }
                        if left - right != Fraction(a * d - c * b, b * d) { Issue.record("\(a)/\(b) - \(c)/\(d)") }
                        if left * right != Fraction(a * c, b * d) { Issue.record("\(a)/\(b) × \(c)/\(d)") }
                        if c != 0, left / right != Fraction(a * d, b * c) { Issue.record("\(a)/\(b) ÷ \(c)/\(d)") }
                        let sign = b * d < 0 ? -1 : 1
                        if (left < right) != (sign * a * d < sign * c * b) { Issue.record("\(a)/\(b) < \(c)/\(d)") }
                    }
                }
            }
        }
    }

    @Test func `Powers`() {
        #expect(Fraction(2, 3).raised(to: 5) == Fraction(32, 243))
        #expect(Fraction(2, 3).raised(to: -2) == Fraction(9, 4))
        #expect(Fraction(-2).raised(to: 63) == Fraction(Int.min))
        #expect(Fraction.zero.raised(to: 0) == .one)
    }

    @Test func `Integers are told from the rest`() {
        #expect(Fraction(6, 3).integer == 2)
        #expect(Fraction(1, 3).integer == nil)
        #expect((Fraction(Int.max) + .one).integer == nil)
        #expect(Fraction(Int.min).integer == Int.min)
        #expect(Fraction(-1, 3).magnitude == Fraction(1, 3))
    }

    @Test func `Division by zero stops the program`() async {
        await #expect(processExitsWith: .failure) { _ = Fraction(1) / .zero }
    }
}
