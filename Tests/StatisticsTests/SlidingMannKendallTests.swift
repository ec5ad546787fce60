// Goal: the sliding test is the whole test of its window after every reading. Method: all tiny columns, seeded random
// ones with ties, readings whose keys need more bits, other exponents, and replays.

import Statistics
import Testing

struct SlidingMannKendallTests {
    private func expectEqual(_ mantissas: [Int64], window: Int, exponent: Int = -2) {
        var sliding = SlidingMannKendall(window: window)
        let expected = slidingMannKendallReference(mantissas.map(Double.init), window: window)
        for (index, mantissa) in mantissas.enumerated() {
            let isTaken = sliding.add(mantissa: mantissa, exponent: exponent)
            #expect(isTaken)
            guard sliding.test == expected[index] else {
                Issue.record("\(mantissas[...index]): \(String(describing: sliding.test))")
                return
            }
        }
        #expect(sliding.mantissas == Array(mantissas.suffix(window)))
    }

    @Test func `All tiny columns`() {
        for length in 0...8 {
            for column in everyColumn([0, 1, 2], length: length) { expectEqual(column.map { Int64($0) }, window: 5) }
        }
    }

    @Test(arguments: [(4, 60), (7, 90), (8, 90), (33, 120), (64, 200)])
    func `Random columns with ties`(window: Int, count: Int) {
        var generator = SeededGenerator(state: UInt64(window))
        for spread in [3, 50, 30_000, 60_000, 400_000, 9_000_000_000] as [Int64] {
            expectEqual((0..<count).map { _ in Int64.random(in: -spread...spread, using: &generator) }, window: window)
        }
    }

    @Test func `Keys widen for a wild reading and narrow again`() {
        var generator = SeededGenerator(state: 17)
        var column = (0..<150).map { _ in Int64.random(in: 0...900, using: &generator) }
        column[40] = 70_000
        column[60] = -5_000_000_000
        column[75] = .max / 2
        expectEqual(column, window: 20)
    }

    @Test func `Readings of other exponents are compared exactly`() {
        var sliding = SlidingMannKendall(window: 6)
        for (mantissa, exponent) in [(2, -1), (20, -2), (19, -2), (3, 0), (300, -2), (2_999, -3), (1, 1)] {
            let isTaken = sliding.add(mantissa: Int64(mantissa), exponent: exponent)
            #expect(isTaken)
        }
        let expected = mannKendallReference([0.20, 0.19, 3, 3, 2.999, 10])
        #expect(sliding.test == expected && sliding.valuesExponent == -3)
        // No common mantissa of 64 bits: not taken, and nothing else changes.
        let isTaken = sliding.add(mantissa: 9, exponent: 18)
        #expect(!isTaken && sliding.test == expected && sliding.count == 6)
    }

    @Test func `A replay that is split anywhere gives the same window`() throws {
        var generator = SeededGenerator(state: 23)
        let column = (0..<40).map { _ in Int64.random(in: 0...9, using: &generator) }
        var whole = SlidingMannKendall(window: 12)
        for mantissa in column { whole.add(mantissa: mantissa, exponent: -1) }
        for split in 0...column.count {
            var first = SlidingMannKendall(window: 12)
            let taken = first.add(mantissas: Array(column[..<split]).span, exponent: -1)
            #expect(taken == split)
            var second = try #require(SlidingMannKendall(first.encoded()))
            second.add(mantissas: Array(column[split...]).span, exponent: -1)
            #expect(second.test == whole.test && second.encoded() == whole.encoded())
        }
        let bytes = whole.encoded()
        for length in 0..<bytes.count where SlidingMannKendall(Array(bytes[..<length])) != nil {
            Issue.record("cut at \(length)")
        }
    }

    @Test func `A thousand readings that all rise`() throws {
        var sliding = SlidingMannKendall(window: 1_000)
        for value in 0..<1_500 { sliding.add(mantissa: Int64(value), exponent: 0) }
        #expect(try #require(sliding.test).s == 499_500)
    }

    @Test func `Minute data are left out by default`() {
        let rule = SlidingTrendRule()
        #expect(!rule.applies(cadenceSeconds: 60) && rule.applies(cadenceSeconds: 300) && rule.window == 1_000)
    }
}
