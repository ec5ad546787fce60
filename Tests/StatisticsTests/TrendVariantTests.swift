// Goal: each function is its formula. Method: the references on tiny and seeded random columns, and what must not change.

import Statistics
import Testing

struct TrendVariantTests {
    @Test func `Readings of one time form no pair`() {
        let times: [Double] = [0, 0, 1, 2, 2, 2, 5]
        for length in 0...7 {
            for column in everyColumn([-1, 0, .nan], length: length) {
                let times = Array(times.prefix(length))
                let (kernel, reference) = (
                    mannKendall(column, times: times), mannKendallReference(column, times: times)
                )
                if kernel?.s != reference?.s || !isNear(kernel?.variance, reference?.variance) {
                    Issue.record("\(column)")
                }
            }
        }
    }

    @Test func `Test and slope together are the two apart`() throws {
        var generator = SeededGenerator(state: 11)
        for _ in 0..<100 {
            let count = Int.random(in: 4..<160, using: &generator)
            let column = randomColumn(count, using: &generator)
            let times = randomTimes(count, using: &generator)
            var scratch = [Double](repeating: .nan, count: senSlopeScratchCount(count))
            var span = scratch.mutableSpan
            let both = mannKendallWithSlope(column.span, times: times.span, scratch: &span)
            #expect(both?.test == mannKendall(column, times: times))
            #expect(both?.slope == senSlopeReference(column, times: times))
        }
    }

    @Test func `Groups are tested apart and added up`() {
        var generator = SeededGenerator(state: 12)
        for _ in 0..<120 {
            let count = Int.random(in: 4..<200, using: &generator)
            let column = randomColumn(count, using: &generator)
            let groups = (0..<count).map { $0 * 4 / count }
            var times = randomTimes(count, using: &generator)
            for index in times.indices { times[index] -= Double(groups[index]) * 10 }
            guard let (test, slope) = grouped((column, times, groups)) else { continue }
            let reference = groupedTrendReference(column, times: times, groups: groups)
            #expect(test.s == reference.s)
            #expect(isNear(test.variance, reference.variance))
            let wanted = groupedSenSlopeReference(column, times: times, groups: groups, variance: test.variance)
            #expect(slope == wanted)
        }
    }

    @Test func `Seasons that depend on each other follow the printed covariance`() {
        var generator = SeededGenerator(state: 13)
        for _ in 0..<60 {
            let years = Int.random(in: 2..<12, using: &generator)
            let columns = (0..<3).map { _ in randomColumn(years, using: &generator) }
            let reference = correlatedTrendReference(columns)
            guard let found = correlatedTrend(columns) else { continue }
            #expect(found.s == reference.s)
            #expect(isNear(found.variance, reference.variance))
        }
    }

    @Test func `Factors on the variance follow the printed sums`() throws {
        var generator = SeededGenerator(state: 14)
        for _ in 0..<60 {
            let column = randomColumn(Int.random(in: 12..<90, using: &generator), using: &generator)
            guard column.count(where: \.isFinite) >= 4 else { continue }
            let (factor, other) = (hamedRaoReference(column, slope: 0.01), yueWangReference(column, slope: 0.01))
            if factor > 0 { #expect(isNear(try hamedRao(GridSeries(column), slope: 0.01).correction, factor)) }
            if other > 0 { #expect(isNear(try yueWang(GridSeries(column), slope: 0.01).correction, other)) }
        }
    }

    @Test func `Spearman's coefficient is the printed one`() throws {
        for length in 4...6 {
            for column in everyColumn([1, 2, 3.5, .nan], length: length) {
                guard let found = spearmanTrend(column) else { continue }
                if abs(found.coefficient - spearmanReference(column)) > 1e-12 { Issue.record("\(column)") }
            }
        }
        // Five periods that rise without fail reach Wp at both levels; one swap gives rs 0.9, which reaches 0.900.
        let rising = try #require(spearmanTrend([1, 2, 3, 4, 5]))
        #expect(rising.numerator == rising.denominator && rising.reaches(.one) == true)
        let swapped = try #require(spearmanTrend([1, 2, 3, 5, 4]))
        #expect(swapped.reaches(.five) == true && swapped.reaches(.one) == false)
        #expect(spearmanTrend([1, 2, 3, 4])?.reaches(.five) == nil)
        #expect(spearmanTrend([2, 2, 2, 2, 2]) == nil)
    }

    // Orders of ranks with a known Σ d²; rs = 1 − 6 Σ d² / (N³ − N) by hand.
    @Test func `The table's three decimals decide at its edge, and reach or exceed is said`() throws {
        // N = 10: Σ d² = 42 gives rs = 1 − 252/990 = 0.74545…, printed 0.745, against Wp 0.746: not significant at 0.01.
        let ten = try #require(spearmanTrend([4, 3, 2, 5, 1, 8, 7, 9, 6, 10]))
        #expect(Fractions.squares([4, 3, 2, 5, 1, 8, 7, 9, 6, 10]) == 42)
        #expect(ten.roundedThousandths == 745 && ten.reaches(.one) == false && ten.reaches(.five) == true)
        // Σ d² = 72: rs = 0.563636…, which is 0.564 as printed and reaches 0.564.
        let edge = try #require(spearmanTrend([2, 1, 7, 8, 3, 6, 5, 10, 4, 9]))
        #expect(Fractions.squares([2, 1, 7, 8, 3, 6, 5, 10, 4, 9]) == 72)
        #expect(edge.roundedThousandths == 564)
        #expect(edge.reaches(.five) == true && edge.reaches(.five, edge: .exceed) == false)
        // N = 5: 0.900 reaches 0.900 and does not exceed it; 1.000 at 0.01 is reached and cannot be exceeded.
        let five = try #require(spearmanTrend([1, 2, 3, 5, 4]))
        #expect(five.reaches(.five) == true && five.reaches(.five, edge: .exceed) == false)
        let straight = try #require(spearmanTrend([5, 4, 3, 2, 1]))
        #expect(straight.roundedThousandths == -1_000)
        #expect(straight.reaches(.one) == true && straight.reaches(.one, edge: .exceed) == false)
        #expect(straight.reaches(.five, edge: .exceed) == true)
        // N = 6, Σ d² = 6: 0.82857… is 0.829.
        #expect(try #require(spearmanTrend([2, 1, 4, 3, 6, 5])).reaches(.five) == true)
    }

    private enum Fractions {
        static func squares(_ ranks: [Int]) -> Int {
            ranks.enumerated().map { ($0.element - $0.offset - 1) * ($0.element - $0.offset - 1) }.reduce(0, +)
        }
    }

    // Of n! orders without ties one rises without fail and one falls: 2 / n!.
    @Test func `Where ranks rise without fail the probability is exact`() throws {
        for (count, p) in [(4, 2.0 / 24), (5, 2.0 / 120), (6, 2.0 / 720), (10, 2.0 / 3_628_800)] {
            let values = (0..<count).map(Double.init)
            #expect(spearmanTrend(values)?.p == p && spearmanTrend(values.reversed())?.p == p)
        }
    }

    @Test func `Censored readings count only where their order is certain`() {
        for length in 4...5 {
            for symbols in everyColumn([-1, -0.5, 0.5, 1], length: length) {
                // The sign says whether it is a value; 0.5 and 1 as limits and as values.
                let series = CensoredSeries(
                    values: symbols.map(\.magnitude), sides: symbols.map { $0 < 0 ? -1 : 0 },
                    times: (0..<length).map { Double($0 / 2 + $0 % 2) })
                check(series)
            }
        }
        var generator = SeededGenerator(state: 15)
        for _ in 0..<60 {
            let count = Int.random(in: 4..<60, using: &generator)
            let times = randomTimes(count, using: &generator)
            let values = (0..<count).map { _ in Double(Int.random(in: 0..<40, using: &generator)) / 4 }
            let sides = (0..<count).map { _ -> Int8 in [0, 0, -1, 1][Int.random(in: 0..<4, using: &generator)] }
            check(CensoredSeries(values: values, sides: sides, times: times))
        }
    }

    private func check(_ series: CensoredSeries) {
        guard let found = censoredTrend(series) else {
            Issue.record("No result of \(series.values)")
            return
        }
        let reference = censoredTrendReference(series)
        let text = "\(series)"
        if found.s != reference.s { Issue.record("S \(found.s), not \(reference.s): \(text)") }
        if !isNear(found.variance, reference.variance) { Issue.record("variance: \(text)") }
        if let slope = found.slope, let wanted = reference.slope, abs(slope.slope - wanted) > 1e-9 * (1 + abs(wanted)) {
            Issue.record("slope \(slope.slope), not \(wanted): \(text)")
        }
        if 2 * found.censoredCount > found.count, found.slope != nil { Issue.record("a slope of \(text)") }
    }

    @Test func `Without censored readings the test is Mann–Kendall`() throws {
        var generator = SeededGenerator(state: 16)
        for _ in 0..<40 {
            let count = Int.random(in: 4..<80, using: &generator)
            let column = (0..<count).map { _ in Double(Int.random(in: 0..<9, using: &generator)) }
            let times = randomTimes(count, using: &generator)
            let plain = try #require(mannKendall(column, times: times))
            let censored = try #require(
                censoredTrend(CensoredSeries(values: column, sides: column.map { _ in 0 }, times: times)))
            #expect(plain.s == censored.s)
            #expect(isNear(plain.variance, censored.variance))
        }
    }

    @Test func `What must not change does not`() throws {
        var generator = SeededGenerator(state: 17)
        let column = (0..<300).map { Double(Int.random(in: 0..<500, using: &generator)) + Double($0) / 4 }
        let times = column.indices.map(Double.init)
        let test = try #require(mannKendall(column))
        let slope = try #require(senSlope(column, times: times))
        // Shifts of value and time, scales by powers of two, and the way back in time.
        #expect(mannKendall(column.map { $0 + 64 }) == test)
        #expect(senSlope(column.map { $0 + 64 }, times: times.map { $0 + 1_024 }) == slope)
        #expect(senSlope(column.map { $0 * 8 }, times: times.map { $0 * 2 })?.upper == slope.upper * 4)
        let back = try #require(senSlope(column.reversed(), times: times))
        #expect(back.slope == -slope.slope)
        #expect(mannKendall(column.reversed())?.s == -test.s)
        // A falling function of the readings turns the score round.
        #expect(mannKendall(column.map { 1 / ($0 + 1) })?.s == -test.s)
        #expect(spearmanTrend(column.map { -$0 })?.correlation == spearmanTrend(column).map { -$0.correlation })
    }

    @Test func `Nothing, one value, constants and a straight line`() throws {
        #expect(grouped(([], [], [])) == nil)
        #expect(grouped(([1], [0], [0])) == nil)
        #expect(throws: DependenceProblem.tooFewReadings) { try hamedRao(GridSeries([1, 2]), slope: 0) }
        #expect(throws: DependenceProblem.tooFewReadings) { try preWhitened(GridSeries([1])) }
        #expect(correlatedTrend([[1, .nan], [.nan, .nan]]) == nil)
        #expect(censoredTrend(CensoredSeries(values: [1, 2, 3], sides: [0, 0, 0], times: [0, 1, 2])) == nil)
        // 3,000 readings on one line: 4.5 million slopes that differ by rounding only.
        let line = (0..<3_000).map { 5 - 0.1 * Double($0) }
        let slope = try #require(senSlope(line, times: line.indices.map(Double.init)))
        #expect(near(slope.slope, -0.1, relative: 1e-9) && near(slope.upper, -0.1, relative: 1e-9))
        let exact = try #require(senSlope((0..<3_000).map { 2 * Double($0) }, times: (0..<3_000).map(Double.init)))
        #expect(exact.slope == 2 && exact.lower == 2 && exact.upper == 2)
    }

    private func isNear(_ left: Double?, _ right: Double?) -> Bool {
        guard let left, let right else { return left == nil && right == nil }
        return near(left, right, relative: 1e-10) || abs(left - right) < 1e-9
    }
}
