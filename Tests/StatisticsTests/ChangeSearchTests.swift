// Goal: the offline searches are the printed ones. Method: all tiny columns, seeded random ones, published series.

import Statistics
import Testing

struct ChangeSearchTests {
    @Test func `Pettitt's test finds the Nile's change of 1898`() throws {
        // Computed from the formula by NumPy 2.4.6: K 1617 after 28 years, p 3.5910221769362927e-07.
        let test = try #require(pettitt(nileFlow))
        #expect(test.k == 1_617 && test.u == 1_617 && test.changeIndex == 28)
        #expect(near(test.p, 3.591_022_176_936_292_7e-07, relative: 1e-10))
    }

    @Test func `Pettitt's test with ties gives what the formula gives`() throws {
        // The same tool: K 36, U −36 after six readings, p 0.03140780113025614.
        let test = try #require(pettitt([1, 1, 2, 1, 2, 1, 5, 6, 5, 6, 7, 5]))
        #expect(test.k == 36 && test.u == -36 && test.changeIndex == 6)
        #expect(near(test.p, 0.031_407_801_130_256_14, relative: 1e-12))
    }

    @Test func `Kernel and formula of Pettitt's test are equal`() {
        var generator = SeededGenerator(state: 3)
        for length in 0..<60 {
            let column = randomColumn(length, using: &generator)
            #expect(pettitt(column) == pettittReference(column), "\(column)")
        }
        for column in everyColumn([0, 1], length: 11) where pettitt(column) != pettittReference(column) {
            Issue.record("\(column)")
        }
    }

    @Test func `Constant, short and missing columns have a defined result`() {
        #expect(pettitt([]) == nil)
        #expect(pettitt([Double](repeating: .nan, count: 50)) == nil)
        #expect(pettitt([Double](repeating: 4, count: 9)) == nil)
        #expect(pettitt([Double](repeating: 4, count: 10))?.p == 1)
        #expect(changeSegments([], penalty: 1).isEmpty)
        #expect(changeSegments([.nan, .infinity], penalty: 1).isEmpty)
        #expect(changeSegments([7], penalty: 1) == [ChangeSegment(range: 0..<1, mean: 7)])
        let constant = [Double](repeating: 7, count: 40)
        #expect(changeSegments(constant, penalty: 1) == [ChangeSegment(range: 0..<40, mean: 7)])
    }

    @Test func `The segment search splits the Nile at 1898`() {
        // NumPy 2.4.6, optimal partitioning: penalty 2 · ln 100 · 15 000 gives beginnings 0 and 28.
        let segments = changeSegments(nileFlow, penalty: 138_155.105_579_642_74)
        #expect(segments.map(\.range) == [0..<28, 28..<100])
        #expect(near(segments[0].mean, 1_097.75, relative: 1e-12))
        // Penalty 30 000, the same tool.
        #expect(
            changeSegments(nileFlow, penalty: 30_000).map(\.range.lowerBound) == [
                0, 6, 7, 9, 17, 19, 28, 37, 40, 42, 43, 45, 47, 63, 68, 71, 83, 93, 94,
            ])
    }

    @Test func `Search and full partitioning cost the same`() {
        var generator = SeededGenerator(state: 8)
        for length in 1..<70 {
            let column = randomColumn(length, using: &generator)
            let penalty = Double.random(in: 0.1...4, using: &generator)
            let reference = changeSegmentsReference(column, penalty: penalty)
            let segments = changeSegments(column, penalty: penalty)
            let cost = segments.reduce(-penalty) { sum, segment in
                sum + penalty + segmentCost(column[segment.range].filter(\.isFinite))
            }
            if segments.isEmpty { continue }
            #expect(abs(cost - reference.cost) <= 1e-8 * max(1, reference.cost), "\(column) \(penalty)")
        }
    }

    @Test func `Shifting and scaling the readings moves no change`() {
        let column = hourlySeries(days: 10, seed: 4, step: (130, 5))
        let ranges = changeSegments(column, penalty: 200).map(\.range)
        #expect(ranges.count > 1)
        #expect(changeSegments(column.map { $0 * 4 }, penalty: 3_200).map(\.range) == ranges)
        #expect(pettitt(column.map { 3 * $0 - 40 })?.k == pettitt(column)?.k)
    }
}
