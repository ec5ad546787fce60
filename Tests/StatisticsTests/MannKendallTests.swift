// Goal: the kernel is the formula. Method: all tiny columns, seeded random ones, independent values.

import Statistics
import Testing

struct MannKendallTests {
    @Test(arguments: trendRows)
    func `The test agrees with scipy`(row: TrendRow) throws {
        let result = try #require(mannKendall(row.values))
        #expect(result.s == row.s)
        #expect(near(result.variance, row.variance, relative: 1e-14))
        #expect(near(result.z, row.z, relative: 1e-13))
        #expect(near(result.p, row.p, relative: 1e-10))
        #expect(abs(result.tau - row.tau) < 1e-13)
    }

    @Test func `Kernel and formula are equal on all tiny columns`() {
        for length in 0...6 {
            for column in everyColumn([-1, 0, 2, .nan], length: length) {
                let (kernel, reference) = (mannKendall(column), mannKendallReference(column))
                if kernel != reference { Issue.record("\(column): \(String(describing: kernel))") }
            }
        }
    }

    @Test func `Kernel and formula are equal on random columns`() {
        var generator = SeededGenerator(state: 1)
        for _ in 0..<200 {
            let column = randomColumn(Int.random(in: 4..<90, using: &generator), using: &generator)
            let (kernel, reference) = (mannKendall(column), mannKendallReference(column))
            if kernel != reference { Issue.record("\(column): \(String(describing: kernel))") }
        }
    }

    @Test func `Fewer than four readings are no series`() {
        #expect(mannKendall([]) == nil)
        #expect(mannKendall([1, 2, 3]) == nil)
        #expect(mannKendall([1, .nan, 2, 3, .infinity]) == nil)
        #expect(mannKendall([1, .nan, 2, 3, 4])?.s == 6)
    }

    @Test func `Equal readings have no trend and no variance`() throws {
        let result = try #require(mannKendall([0.5, 0.5, 0.5, 0.5, 0.5]))
        #expect(result.s == 0 && result.variance == 0 && result.z == 0 && result.p == 1 && result.tau == 0)
    }

    @Test func `A thousand rising readings`() throws {
        let result = try #require(mannKendall((0..<1_000).map(Double.init)))
        #expect(result.s == 499_500)
        #expect(result.tau == 1)
        // n (n − 1) (2 n + 5) / 18
        #expect(near(result.variance, 111_277_500, relative: 1e-15))
    }

    @Test func `Scratch is the caller's and may be dirty`() throws {
        let column = trendRows[5].values
        var scratch = [Double](repeating: .nan, count: mannKendallScratchCount(column.count) + 3)
        var span = scratch.mutableSpan
        #expect(mannKendall(column.span, scratch: &span) == mannKendallReference(column))
    }
}
