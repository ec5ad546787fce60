// Goal: the kernel's sum is the exact sum. Method: its reference on all tiny columns, on seeded random ones of every
// shape, and at the edges of 64 and 128 bits.

import Assessment
import Exact
import Testing

@Suite struct ExactSumTests {
    /// Seeded and the same everywhere (SplitMix64).
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    private func isEqual(_ mantissa: [Int64], _ exponent: [Int8]) -> Bool {
        guard let sum = exactSum(mantissa: mantissa.span, exponent: exponent.span) else { return false }
        return sum.fraction == exactSumReference(mantissa: mantissa, exponent: exponent) && sum.count == mantissa.count
    }

    @Test func `All tiny columns agree with the reference`() {
        let units: [Int64] = [-3, 0, 5]
        let places: [Int8] = [-2, 0, 1]
        let values = units.flatMap { unit in places.map { (unit, $0) } }
        #expect(isEqual([], []))
        for first in values {
            #expect(isEqual([first.0], [first.1]))
            for second in values {
                #expect(isEqual([first.0, second.0], [first.1, second.1]))
                for third in values {
                    #expect(isEqual([first.0, second.0, third.0], [first.1, second.1, third.1]))
                }
            }
        }
    }

    @Test(arguments: [1, 7, 100, 2_047, 2_048, 2_049, 5_000])
    func `Seeded random columns agree with the reference`(count: Int) {
        var generator = Seeded(state: UInt64(count))
        let edge: Int64 = 999_999_999_999_999_999
        for (range, places) in [
            (-9_999...9_999, -3 ... -3), (-9_999...9_999, -4...0), (-edge...edge, -2 ... -2), (-edge...edge, -9...3),
            (0...9, -18...0),
        ] as [(ClosedRange<Int64>, ClosedRange<Int8>)] {
            let mantissa = (0..<count).map { _ in Int64.random(in: range, using: &generator) }
            let exponent = (0..<count).map { _ in Int8.random(in: places, using: &generator) }
            #expect(isEqual(mantissa, exponent), "count \(count), \(range), \(places)")
        }
    }

    @Test func `Extremes of 64 bits fit, and what does not fit 127 bits says so`() {
        #expect(isEqual([.max, .max, .max], [0, 0, 0]))
        #expect(isEqual([.min, .min, .min, -1], [-18, -18, -18, -18]))
        #expect(exactSum(mantissa: [1, .max].span, exponent: [-18, 18].span) == nil)
        #expect(exactSum(mantissa: [0, 0].span, exponent: [-18, 18].span)?.fraction == .zero)
        // A sum that the reference alone can form still gives the mean.
        #expect(
            exactSumReference(mantissa: [1, 1], exponent: [18, -18])
                == Fraction("1000000000000000000.000000000000000001"))
    }

    @Test func `The mean of nothing is nothing`() {
        #expect(ExactSum.empty.mean == nil)
        #expect(exactSum(mantissa: [25, 5].span, exponent: [-2, -1].span)?.mean == Fraction(3, 8))
    }
}
