// Goal: averages skip what is missing and keep their bounds. Method: written values, tiny and random columns.

import Statistics
import Testing

struct AveragesTests {
    @Test func `The mean and the median of the readings present`() {
        #expect(mean([1, 2, .nan, 6]) == 3)
        #expect(median([6, .nan, 1, 2]) == 2)
        #expect(median([6, 1, 2, 3]) == 2.5)
        #expect(median([7]) == 7)
        for nothing in [[], [.nan], [.infinity, .nan]] as [[Double]] {
            #expect(mean(nothing) == nil)
            #expect(median(nothing) == nil)
        }
    }

    @Test func `Medians are equal on all tiny columns`() {
        for length in 0...5 {
            for column in everyColumn([-1, -0.0, 0, 3, .nan], length: length) {
                let (kernel, reference) = (median(column), medianReference(column))
                if kernel?.bitPattern != reference?.bitPattern { Issue.record("\(column)") }
            }
        }
    }

    @Test func `Medians and means on random columns`() throws {
        var generator = SeededGenerator(state: 4)
        for _ in 0..<300 {
            let column = randomColumn(Int.random(in: 1..<300, using: &generator), using: &generator)
            #expect(median(column) == medianReference(column))
            let present = column.filter(\.isFinite)
            guard let kernel = mean(column), let reference = meanReference(column) else {
                #expect(present.isEmpty)
                continue
            }
            let bound = present.map(\.magnitude).reduce(0, +) * .ulpOfOne
            #expect(abs(kernel - reference) <= bound)
        }
    }

    @Test func `A compensated sum keeps what a plain one loses`() {
        #expect(meanReference([1, 1e100, 1, -1e100]) == 0.5)
    }

    @Test func `A running mean asks for enough readings`() {
        let means = runningMean([1, 2, 3, .nan, 5, .nan, .nan, 8], window: 3, minimumCount: 2)
        #expect(means.map { $0.isNaN ? -1 : $0 } == [-1, 1.5, 2, 2.5, 4, -1, -1, -1])
        #expect(runningMean([4, .nan], window: 1, minimumCount: 1)[0] == 4)
        #expect(runningMean([], window: 3, minimumCount: 1).isEmpty)
    }

    @Test func `A running mean stays within its bound of the windows taken afresh`() {
        var generator = SeededGenerator(state: 5)
        for _ in 0..<100 {
            let column = randomColumn(Int.random(in: 1..<400, using: &generator), using: &generator)
            let window = Int.random(in: 1..<50, using: &generator)
            let minimum = Int.random(in: 1...window, using: &generator)
            let kernel = runningMean(column, window: window, minimumCount: minimum)
            let reference = runningMeanReference(column, window: window, minimumCount: minimum)
            for index in column.indices {
                #expect(kernel[index].isNaN == reference[index].isNaN)
                let reach = column[max(0, index - 2 * window)...index].filter(\.isFinite).map(\.magnitude).max() ?? 0
                let bound = 4 * Double(window) * .ulpOfOne * reach
                if abs(kernel[index] - reference[index]) > bound { Issue.record("\(index) of \(column)") }
            }
        }
    }

    @Test func `A large reading that left the window leaves no trace for long`() {
        let column = [1e17] + Array(repeating: 1.0, count: 20)
        #expect(runningMean(column, window: 4, minimumCount: 4).suffix(16).allSatisfy { $0 == 1 })
    }
}
