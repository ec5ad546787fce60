// Goal: many decimals become the binary numbers that each of them becomes alone. Method: every exponent, in changing order.

import Exact
import Testing

@Suite struct BinaryValuesTests {
    @Test func `each value has the bits it has alone, in whatever order exponents come`() {
        var values = BinaryValues()
        for mantissa in [0, 1, -1, 7, 123, -98_765, 999_999_999_999_999_999] as [Int64] {
            for exponent in [0, -1, -3, 2, 0, -18, 18, -2, -2, 1] as [Int8] {
                let alone = ExactDecimal(mantissa: mantissa, exponent: exponent).approximate
                #expect(values.number(mantissa, exponent: exponent).bitPattern == alone.bitPattern)
            }
        }
    }

    @Test func `a column has the bits of its values`() {
        let exponents: [Int8] = [0, -1, -3, 2, 0, -18, 18, -2, -2, 1]
        let mantissas = exponents.indices.map { Int64($0) * 97_531 - 300_000 }
        var column = [Double](repeating: .nan, count: exponents.count)
        var span = column.mutableSpan
        var values = BinaryValues()
        values.numbers(mantissas.span, exponent: exponents.span, into: &span)
        for row in exponents.indices {
            let alone = ExactDecimal(mantissa: mantissas[row], exponent: exponents[row]).approximate
            #expect(column[row].bitPattern == alone.bitPattern)
        }
    }
}
