// The change kernels: charts over many series side by side, and the sliding Mann–Kendall of a thousand readings.

import Monitoring
import Statistics

extension KernelsCommand {
    /// Two-sided CUSUM, Page–Hinkley and moving average time-major; the sliding test warm, by the hour and cold.
    static func change(_ run: KernelRun) -> [KernelTiming] {
        var columns = ChartColumns(rows: max(1, run.count / ChartColumns.seriesCount))
        let values = columns.values.count
        var timings: [KernelTiming] = []
        func add(_ name: String, reference: () -> [UInt8], _ body: () -> Void) {
            let time = run.time(values: values, body)
            var expected: [UInt8] = []
            let slow = KernelRun(count: values, rounds: 1).time(values: values) { expected = reference() }
            precondition(expected == columns.signals, "\(name) says what its reference says.")
            timings.append(
                KernelTiming(
                    name: name, values: values, nanoseconds: time, reference: slow, checksum: checksum(expected)))
        }
        let fixed = columns
        add(
            "two-sided-cusum",
            reference: {
                twoSidedCUSUMReference(
                    fixed.values, seriesCount: ChartColumns.seriesCount, centers: fixed.centers,
                    inverseScales: fixed.inverseScales, allowance: 0.5, limits: fixed.limits
                ).signals
            }
        ) { columns.cusum() }
        // The reference of Page–Hinkley sums every series anew at each value: it is compared in the tests.
        timings.append(
            KernelTiming(
                name: "page-hinkley", values: values, nanoseconds: run.time(values: values) { columns.pageHinkley() },
                checksum: checksum(columns.signals)))
        timings.append(
            KernelTiming(
                name: "ewma-chart", values: values, nanoseconds: run.time(values: values) { columns.average() },
                checksum: checksum(columns.signals)))
        return timings + sliding(run)
    }

    /// Series enough that their windows lie far beyond the caches.
    private static let slidingSeries = 20_000

    private static func sliding(_ run: KernelRun) -> [KernelTiming] {
        let window = SlidingTrendRule().window
        var series = [SlidingMannKendall](repeating: SlidingMannKendall(window: window), count: slidingSeries)
        var state: UInt64 = 1
        func next() -> Int64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64(state >> 40) % 2_000
        }
        for place in series.indices {
            for _ in 0..<window { series[place].add(mantissa: next(), exponent: -2) }
        }
        func timing(_ name: String, _ count: Int, _ body: () -> Void) -> KernelTiming {
            let time = KernelRun(count: count, rounds: min(run.rounds, 3)).time(values: count, body)
            let sum = series.reduce(0) { $0 &+ $1.s }
            return KernelTiming(
                name: name, values: count, nanoseconds: time, checksum: checksum("\(sum)".utf8))
        }
        let hour = (0..<12).map { _ in next() }
        return [
            timing("sliding-mann-kendall-warm", 100_000) {
                for number in 0..<100_000 { series[0].add(mantissa: Int64(number &* 7_919 % 2_000), exponent: -2) }
            },
            timing("sliding-mann-kendall-hour", 12 * slidingSeries) {
                for place in series.indices { series[place].add(mantissas: hour.span, exponent: -2) }
            },
            timing("sliding-mann-kendall-cold", slidingSeries) {
                for place in series.indices {
                    series[place].add(mantissa: Int64(place &* 7_919 % 2_000), exponent: -2)
                }
            },
        ]
    }
}

/// Autoregressive columns of many series, row after row, and the charts' state.
private struct ChartColumns {
    static let seriesCount = 240

    private(set) var values: [Double]
    let centers = [Double](repeating: 10, count: seriesCount)
    let inverseScales = [Double](repeating: 1, count: seriesCount)
    let limits = [Double](repeating: 8, count: seriesCount)
    private let allowances = [Double](repeating: 0.5, count: seriesCount)
    private let widths = [Double](repeating: 30, count: seriesCount)
    private(set) var signals: [UInt8]

    /// With 1.5 % holes.
    init(rows: Int) {
        var state: UInt64 = 20_260_301
        func unit() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) * 0x1p-53
        }
        var memory = [Double](repeating: 0, count: Self.seriesCount)
        values = []
        values.reserveCapacity(rows * Self.seriesCount)
        for _ in 0..<rows {
            for series in 0..<Self.seriesCount {
                memory[series] = 0.5 * memory[series] + 1.5 * (unit() + unit() + unit() - 1.5)
                values.append(unit() < 0.015 ? .nan : 10 + memory[series])
            }
        }
        signals = [UInt8](repeating: 0, count: values.count)
    }

    mutating func cusum() {
        var up = [Double](repeating: 0, count: Self.seriesCount)
        var down = up
        var ups = up.mutableSpan
        var downs = down.mutableSpan
        // Out of self for the call: the columns are read while the signals are written.
        var taken: [UInt8] = []
        swap(&taken, &signals)
        var told = taken.mutableSpan
        twoSidedCUSUM(
            values.span, seriesCount: Self.seriesCount, centers: centers.span, inverseScales: inverseScales.span,
            allowance: 0.5, limits: limits.span, up: &ups, down: &downs, signals: &told)
        swap(&taken, &signals)
    }

    mutating func pageHinkley() {
        var (counts, means) = (
            [Double](repeating: 0, count: Self.seriesCount), [Double](repeating: 0, count: Self.seriesCount)
        )
        var (up, down) = (counts, counts)
        var countSpan = counts.mutableSpan
        var meanSpan = means.mutableSpan
        var ups = up.mutableSpan
        var downs = down.mutableSpan
        var taken: [UInt8] = []
        swap(&taken, &signals)
        var told = taken.mutableSpan
        Statistics.pageHinkley(
            values.span, seriesCount: Self.seriesCount, allowances: allowances.span, limits: widths.span,
            minimumCount: 30, counts: &countSpan, means: &meanSpan, up: &ups, down: &downs, signals: &told)
        swap(&taken, &signals)
    }

    mutating func average() {
        var means = [Double](repeating: 0, count: Self.seriesCount)
        var beginnings = [Double](repeating: 1, count: Self.seriesCount)
        var meanSpan = means.mutableSpan
        var beginningSpan = beginnings.mutableSpan
        var taken: [UInt8] = []
        swap(&taken, &signals)
        var told = taken.mutableSpan
        ewmaChart(
            values.span, seriesCount: Self.seriesCount, centers: centers.span, inverseScales: inverseScales.span,
            weight: 0.1, limits: limits.span, means: &meanSpan, beginnings: &beginningSpan, signals: &told)
        swap(&taken, &signals)
    }
}
