// Goal: the charts are the printed ones, and the vectors give what one value at a time gives. Method: published tables,
// all tiny rows, seeded random columns with holes, many series and split feeding.

import Statistics
import Testing

struct ChangeChartTests {
    @Test func `The tabular CUSUM gives Montgomery's table`() {
        // Table 9.2: µ₀ = 10, σ = 1, k = 1/2, h = 5; C⁺ is 5.28 at observation 29, which signals.
        var chart = TwoSidedCUSUM()
        var sums: [(up: Double, down: Double)] = []
        var signals: [Int] = []
        for (index, value) in montgomeryValues.enumerated() {
            let before = chart
            if chart.add(value - 10, allowance: 0.5, limit: 5) == .rise { signals.append(index + 1) }
            var unlimited = before
            _ = unlimited.add(value - 10, allowance: 0.5, limit: .infinity)
            sums.append((unlimited.up, unlimited.down))
        }
        let printed = [
            (0, 0.05), (0, 1.56), (0, 1.77), (1.16, 0), (2.82, 0), (2.5, 0), (0.04, 1.46), (1.0, 0), (0, 0.3), (0, 0),
            (0, 0.47), (0.97, 0), (0.98, 0), (0, 0.1), (0, 0), (0, 0.13), (0.12, 0), (0, 0), (0, 0.98), (0.34, 0),
            (0.74, 0), (0, 0.17), (1.79, 0), (2.79, 0), (2.89, 0), (3.47, 0), (3.35, 0), (4.47, 0), (5.28, 0),
        ]
        #expect(signals == [29])
        for (found, expected) in zip(sums, printed) {
            #expect(abs(found.up - expected.0) < 1e-9 && abs(found.down - expected.1) < 1e-9)
        }
    }

    @Test func `The moving average gives Montgomery's table`() {
        // Table 9.11: λ = 0.10, L = 2.7; computed to six places by NumPy 2.4.6, z = 0.1 x + 0.9 z.
        var chart = EWMAChart()
        var means: [Double] = []
        var signals: [Int] = []
        for (index, value) in montgomeryValues.enumerated() {
            var signalling = chart
            if signalling.add(value - 10, weight: 0.1, limit: 2.7) != .none { signals.append(index + 1) }
            chart.add(value - 10, weight: 0.1)
            means.append(10 + chart.mean)
        }
        let expected = [
            9.945, 9.7495, 9.70355, 9.899195, 10.125276, 10.130748, 9.921673, 10.075506, 9.987955, 10.02316, 9.923844,
            10.078459, 10.121613, 10.049452, 10.052507, 9.984256, 10.047831, 10.074048, 9.918643, 10.010778, 10.099701,
            10.022731, 10.249458, 10.374512, 10.397061, 10.465355, 10.456819, 10.573137, 10.646823, 10.634141,
        ]
        #expect(zip(means, expected).allSatisfy { abs($0 - $1) < 1e-6 })
        // The limits are 10 ± 2.7 √(0.1 / 1.9 (1 − 0.9^2i)): 10.6186 at observation 29.
        #expect(signals == [29, 30])
    }

    @Test(arguments: [1, 7, 8, 9, 24, 27])
    func `Many series side by side give what each gives alone`(seriesCount: Int) {
        var generator = SeededGenerator(state: UInt64(seriesCount))
        let rows = 150
        let values = (0..<(rows * seriesCount)).map { _ in
            switch Int.random(in: 0..<40, using: &generator) {
            case 0: Double.nan
            case 1: Double.infinity
            default: Double.random(in: -2...2.2, using: &generator)
            }
        }
        let centers = (0..<seriesCount).map { Double($0) / 100 }
        let scales = (0..<seriesCount).map { 1 + Double($0) / 50 }
        let limits = (0..<seriesCount).map { $0 % 5 == 0 ? 2.5 : 6 }
        let expected = twoSidedCUSUMReference(
            values, seriesCount: seriesCount, centers: centers, inverseScales: scales, allowance: 0.25, limits: limits)
        for split in [rows, 1, 31, 64] {
            var (up, down) = ([Double](repeating: 0, count: seriesCount), [Double](repeating: 0, count: seriesCount))
            var signals: [UInt8] = []
            for first in stride(from: 0, to: rows, by: split) {
                let part = Array(values[(first * seriesCount)..<(min(first + split, rows) * seriesCount)])
                var partSignals = [UInt8](repeating: 9, count: part.count)
                var ups = up.mutableSpan
                var downs = down.mutableSpan
                var told = partSignals.mutableSpan
                twoSidedCUSUM(
                    part.span, seriesCount: seriesCount, centers: centers.span, inverseScales: scales.span,
                    allowance: 0.25, limits: limits.span, up: &ups, down: &downs, signals: &told)
                signals += partSignals
            }
            #expect(signals == expected.signals)
            #expect(up == expected.up && down == expected.down)
        }
        #expect(expected.signals.contains(1) && expected.signals.contains(2))
    }

    @Test(arguments: [1, 8, 19])
    func `Page–Hinkley side by side gives what its formula gives`(seriesCount: Int) {
        var generator = SeededGenerator(state: UInt64(100 + seriesCount))
        let rows = 180
        let values = (0..<(rows * seriesCount)).map { place in
            if Int.random(in: 0..<30, using: &generator) == 0 { return Double.nan }
            let step = place / seriesCount > 90 ? (place % seriesCount % 2 == 0 ? 2.0 : -2.0) : 0
            return Double.random(in: -1...1, using: &generator) + step
        }
        let allowances = [Double](repeating: 0.25, count: seriesCount)
        let limits = (0..<seriesCount).map { 4 + Double($0) / 10 }
        let expected = pageHinkleyReference(
            values, seriesCount: seriesCount, allowances: allowances, limits: limits, minimumCount: 10)
        var (counts, means) = ([Double](repeating: 0, count: seriesCount), [Double](repeating: 0, count: seriesCount))
        var (up, down) = (counts, counts)
        var signals = [UInt8](repeating: 9, count: values.count)
        do {
            var countSpan = counts.mutableSpan
            var meanSpan = means.mutableSpan
            var ups = up.mutableSpan
            var downs = down.mutableSpan
            var told = signals.mutableSpan
            pageHinkley(
                values.span, seriesCount: seriesCount, allowances: allowances.span, limits: limits.span,
                minimumCount: 10, counts: &countSpan, means: &meanSpan, up: &ups, down: &downs, signals: &told)
        }
        #expect(signals == expected)
        #expect(expected.contains(1))
        #expect(counts.allSatisfy { $0 > 0 })
    }

    @Test func `The moving average side by side gives what its formula gives`() {
        var generator = SeededGenerator(state: 5)
        let (rows, seriesCount) = (200, 5)
        let values = (0..<(rows * seriesCount)).map { place in
            Int.random(in: 0..<30, using: &generator) == 0
                ? Double.nan : Double.random(in: -1...1, using: &generator) + (place > 500 ? 0.7 : 0)
        }
        let (centers, scales) = ([Double](repeating: 0, count: 5), [Double](repeating: 1.7, count: 5))
        let limits = [2.5, 2.7, 3, 3.2, 3.5]
        var (means, beginnings) = ([Double](repeating: 0, count: 5), [Double](repeating: 1, count: 5))
        var signals = [UInt8](repeating: 9, count: values.count)
        do {
            var meanSpan = means.mutableSpan
            var beginningSpan = beginnings.mutableSpan
            var told = signals.mutableSpan
            ewmaChart(
                values.span, seriesCount: seriesCount, centers: centers.span, inverseScales: scales.span, weight: 0.2,
                limits: limits.span, means: &meanSpan, beginnings: &beginningSpan, signals: &told)
        }
        let expected = ewmaChartReference(
            values, seriesCount: seriesCount, centers: centers, inverseScales: scales, weight: 0.2, limits: limits)
        #expect(signals == expected)
        #expect(expected.contains(1))
    }

    @Test func `The likelihood ratio is the best of all beginnings`() {
        var generator = SeededGenerator(state: 9)
        for (first, later) in [(2.0, 2.0), (3.5, 0.6), (1.2, 0.9)] {
            let innovations = (0..<80).map { _ in Double.random(in: -2.5...3, using: &generator) }
            var chart = ShiftCUSUM()
            for (found, expected) in zip(
                innovations.map { innovation -> Double in
                    _ = chart.add(innovation, first: first, later: later)
                    return chart.up
                }, shiftCUSUMReference(innovations, first: first, later: later))
            {
                #expect(abs(found - expected) < 1e-9)
            }
        }
    }

    @Test func `Without memory the likelihood ratio is the tabular CUSUM`() {
        let design = ShiftDesign(persistence: 0, scale: 1, shift: 1, clip: 10)
        let steps = design.innovations(gap: 1)
        var (ratio, tabular) = (ShiftCUSUM(), TwoSidedCUSUM())
        for value in montgomeryValues.prefix(28) {
            _ = ratio.add(value - 10, first: steps.first, later: steps.later)
            _ = tabular.add(value - 10, allowance: 0.5, limit: .infinity)
            #expect(abs(ratio.up - tabular.up) < 1e-12 && abs(ratio.down - tabular.down) < 1e-12)
        }
    }
}
