// Goal: a decimal is kept as received and compared as a number. Method: written texts, and all pairs of a small set
// against their order as fractions.

import Exact
import Testing

struct ExactDecimalTests {
    @Test(arguments: [
        ("0.20", Int64(20), Int8(-2), "0.20"), ("010", 10, 0, "10"), ("-1.5", -15, -1, "-1.5"), ("+7", 7, 0, "7"),
        ("1e3", 1, 3, "1000"), ("1.50E-2", 150, -4, "0.0150"), ("0", 0, 0, "0"), ("0.00", 0, -2, "0.00"),
        (".5", 5, -1, "0.5"),
        ("5.", 5, 0, "5"), ("999999999999999999", 999_999_999_999_999_999, 0, "999999999999999999"),
        ("0.000000000000000001", 1, -18, "0.000000000000000001"),
    ])
    func `Digits are kept as received`(text: String, mantissa: Int64, exponent: Int8, printed: String) throws {
        let value = try #require(ExactDecimal(text))
        #expect(value.mantissa == mantissa)
        #expect(value.exponent == exponent)
        #expect(value.description == printed)
    }

    @Test(arguments: [
        ("", DecimalProblem.empty), ("-", .noDigits), (".", .noDigits), ("1e", .noDigits), ("1e+", .noDigits),
        ("1,5", .unexpectedByte(0x2C, offset: 1)), ("1.2.3", .unexpectedByte(0x2E, offset: 3)),
        (" 1", .unexpectedByte(0x20, offset: 0)), ("1 ", .unexpectedByte(0x20, offset: 1)),
        ("--", .unexpectedByte(0x2D, offset: 1)), ("NaN", .unexpectedByte(0x4E, offset: 0)),
        ("1e5x", .unexpectedByte(0x78, offset: 3)), ("1234567890123456789", .tooManyDigits),
        ("1e19", .exponentOutOfRange),
        ("1e-19", .exponentOutOfRange), ("1e99999999999999999999", .exponentOutOfRange),
    ])
    func `Other text is refused with its reason`(text: String, problem: DecimalProblem) {
        var copy = text
        #expect(throws: problem) { try copy.withUTF8 { bytes throws(DecimalProblem) in try ExactDecimal.parse(bytes) } }
        #expect(ExactDecimal(text) == nil)
    }

    @Test func `0.20 is 0.2, and its digits are not`() throws {
        let long = try #require(ExactDecimal("0.20"))
        let short = try #require(ExactDecimal("0.2"))
        #expect(long == short)
        #expect(long.hashValue == short.hashValue)
        #expect(!long.isIdentical(to: short))
        #expect(long.canonical == (2, -1))
        #expect(try #require(ExactDecimal("-0")) == .zero)
    }

    @Test func `Order is the order of the numbers`() throws {
        let mantissas: [Int64] = [
            0, 1, -1, 9, -10, 10, 100, 999_999_999_999_999_999, -999_999_999_999_999_999, .max, .min,
        ]
        let values = mantissas.flatMap { mantissa in
            [-18, -17, -2, 0, 1, 2, 17, 18].map { ExactDecimal(mantissa: mantissa, exponent: $0) }
        }
        for left in values {
            for right in values {
                if (left < right) != (Fraction(left) < Fraction(right)) { Issue.record("\(left) < \(right)") }
                if (left == right) != (Fraction(left) == Fraction(right)) { Issue.record("\(left) == \(right)") }
            }
        }
    }

    @Test func `The binary view is the nearest`() throws {
        #expect(try #require(ExactDecimal("0.1")).approximate == 0.1)
        #expect(try #require(ExactDecimal("-12.345")).approximate == -12.345)
        #expect(try #require(ExactDecimal("6e18")).approximate == 6e18)
    }
}
