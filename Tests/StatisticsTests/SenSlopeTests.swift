// Goal: the slope and its limits are the order statistics of all slopes. Method: scipy, tiny and random columns, and
// columns long enough that the slopes do not fit the pool.

import Statistics
import Testing

struct SenSlopeTests {
    @Test(arguments: trendRows)
    func `The slope and its limits agree with scipy`(row: TrendRow) throws {
        let result = try #require(senSlope(row.values, times: row.times))
        #expect(near(result.slope, row.slope, relative: 1e-13))
        #expect(near(result.lower, row.lower, relative: 1e-13))
        #expect(near(result.upper, row.upper, relative: 1e-13))
    }

    @Test func `Kernel and formula are equal on all tiny columns`() {
        let times: [Double] = [0, 1, 1, 3, 4, 7]
        for length in 0...6 {
            for column in everyColumn([-1, -0.0, 2, .nan], length: length) {
                let kernel = senSlope(column, times: Array(times.prefix(length)))
                if !isIdentical(kernel, senSlopeReference(column, times: Array(times.prefix(length)))) {
                    Issue.record("\(column): \(String(describing: kernel))")
                }
            }
        }
    }

    @Test func `Kernel and formula are equal on random columns`() {
        var generator = SeededGenerator(state: 2)
        for _ in 0..<120 {
            let count = Int.random(in: 4..<80, using: &generator)
            let column = randomColumn(count, using: &generator)
            let times = randomTimes(count, using: &generator)
            let kernel = senSlope(column, times: times)
            if !isIdentical(kernel, senSlopeReference(column, times: times)) {
                Issue.record("\(column): \(String(describing: kernel))")
            }
        }
    }

    // 200 readings have 19,900 slopes, more than the pool of 16,384; many are equal in the second column, all in the
    // third.
    @Test(arguments: [0, 1, 2])
    func `Slopes that do not fit the pool are found all the same`(kind: Int) {
        var generator = SeededGenerator(state: 3)
        let values = (0..<200).map { index -> Double in
            switch kind {
            case 0: Double.random(in: -1...1, using: &generator) * 1e3 - Double(index)
            case 1: Double(Int.random(in: 0...2, using: &generator))
            default: 5 - 2 * Double(index)
            }
        }
        let times = (0..<200).map(Double.init)
        #expect(isIdentical(senSlope(values, times: times), senSlopeReference(values, times: times)))
    }

    @Test func `Thousands of slopes are found without listing them`() {
        var generator = SeededGenerator(state: 9)
        for kind in 0..<8 {
            let count = [65, 130, 257, 480, 700, 1_100][kind % 6]
            var times = randomTimes(count, using: &generator)
            if kind % 2 == 0 { times = times.indices.map(Double.init) }
            let values = (0..<count).map { index -> Double in
                let noise = Double.random(in: -1...1, using: &generator)
                switch kind {
                case 0: return (noise * 100).rounded() / 100
                case 1: return noise * 2 + times[index] * 0.01
                case 2: return index % 20 == 0 ? 9_999 : noise
                case 3: return (noise * 2).rounded()
                case 4: return index < count / 2 ? 1.5 : 3.25
                case 5: return index % 7 == 0 ? .nan : 1e6 + (noise * 1e3).rounded() / 1e3
                case 6: return 2 * Double(index) + (index % 9 == 0 ? noise : 0)
                default: return Double(index * index) * 0.37
                }
            }
            for confidence in [0.5, 0.95, 0.999] {
                let kernel = senSlope(values, times: times, confidence: confidence)
                let reference = senSlopeReference(values, times: times, confidence: confidence)
                if !isIdentical(kernel, reference) { Issue.record("kind \(kind): \(String(describing: kernel))") }
            }
        }
    }

    @Test func `Too few readings, or one time only, have no slope`() {
        #expect(senSlope([1, 2, 3], times: [0, 1, 2]) == nil)
        #expect(senSlope([1, 2, 3, 4], times: [5, 5, 5, 5]) == nil)
        #expect(senSlope([1, 2, 3, 4], times: [0, 1, 2, 3])?.slope == 1)
    }

    @Test func `Times that go back stop the program`() async {
        await #expect(processExitsWith: .failure) { _ = senSlope([1, 2, 3, 4], times: [0, 2, 1, 3]) }
    }

    private func isIdentical(_ left: SenSlope?, _ right: SenSlope?) -> Bool {
        left == right && left?.slope.bitPattern == right?.slope.bitPattern
            && left?.lower.bitPattern == right?.lower.bitPattern && left?.upper.bitPattern == right?.upper.bitPattern
    }
}
