// Goal: values are counted the same by table, by dictionary and one by one; means of pH over ions need no more than the
// counts. Method: all tiny columns, seeded columns near and far apart, and means of means against the same by hand.

import Assessment
import Exact
import Testing

@Suite struct DecimalCountsTests {
    private func counts(_ values: [ExactDecimal]) -> [ExactDecimal: Int] {
        let (mantissa, exponent) = (values.map(\.mantissa), values.map(\.exponent))
        return decimalCounts(mantissa: mantissa.span, exponent: exponent.span)
    }

    @Test func `all columns of up to four of six values are counted as one by one`() {
        let known = [(0, 0), (75, -1), (750, -2), (7, 0), (-3, 0), (70, -1)].map {
            ExactDecimal(mantissa: Int64($0.0), exponent: Int8($0.1))
        }
        for length in 0...4 {
            for number in 0..<[1, 6, 36, 216, 1_296][length] {
                var (rest, values) = (number, [ExactDecimal]())
                for _ in 0..<length {
                    values.append(known[rest % 6])
                    rest /= 6
                }
                #expect(counts(values) == decimalCountsReference(values), "\(values)")
            }
        }
    }

    @Test(arguments: [UInt64(1), 2, 3]) func `seeded columns, near together and far apart`(seed: UInt64) {
        var state = seed
        func next(_ bound: UInt64) -> Int64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64((state >> 33) % bound)
        }
        for spread in [3, 60, 500, 1_000_000_000] {
            let values = (0..<200).map { _ in
                ExactDecimal(mantissa: next(UInt64(spread)) - 10, exponent: seed == 3 ? Int8(-next(3)) : -2)
            }
            #expect(counts(values) == decimalCountsReference(values))
        }
        #expect(counts([Int64.min, .max].map { ExactDecimal(mantissa: $0, exponent: 0) }).count == 2)
    }
}
