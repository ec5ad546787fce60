// Goal: the percentile of HJ 663-2013. Method: the published worked value, ends, one value, and the inclusive percentile
// of numpy for whole lists.

import Assessment
import Exact
import Testing

@Suite struct AirPercentileTests {
    private func percentile(_ values: [Int], _ percent: Int) -> Fraction? {
        airPercentile(values.map { Fraction($0) }, percent: percent)
    }

    @Test func `The worked value of the method is reproduced`() {
        // S30: {3, 4, 8, 2, 5, 4}, P90: k = 1 + 5·0.9 = 5.5, between 5 and 8.
        #expect(percentile([3, 4, 8, 2, 5, 4], 90) == Fraction(13, 2))
    }

    @Test(arguments: [
        // numpy.percentile([...], p) of Python 3.11, numpy 1.24: linear.
        ([7], 98, "7"), ([1, 2], 50, "1.5"), ([1, 2], 0, "1"), ([1, 2], 100, "2"),
        ([15, 20, 35, 40, 50], 40, "29"), ([10, 10, 10, 90], 95, "78"), ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 98, "9.82"),
    ])
    func `Ranks between values lie on the line`(values: [Int], percent: Int, expected: String) {
        #expect(percentile(values, percent) == Fraction(expected))
    }

    @Test func `Of nothing there is none, and order does not matter`() {
        #expect(percentile([], 90) == nil)
        var numbers = SeededNumbers(state: 3)
        for count in 1...40 {
            let values = (0..<count).map { _ in numbers.next(below: 50) }
            for percent in [0, 1, 50, 90, 95, 98, 100] {
                #expect(percentile(values, percent) == percentile(values.reversed(), percent))
                // Shift and scale go through.
                #expect(
                    percentile(values.map { 3 * $0 + 2 }, percent)
                        == percentile(values, percent).map { $0 * Fraction(3) + Fraction(2) })
            }
        }
    }
}
