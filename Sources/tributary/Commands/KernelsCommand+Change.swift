// The change kernels: charts over many series side by side, in cache and over the columns of a large network.

import Monitoring
import Statistics

extension KernelsCommand {
    /// Two-sided CUSUM, Page–Hinkley and moving average time-major; the sliding test; what learning a series costs.
    static func change(_ run: KernelRun) -> [KernelTiming] {
        var columns = ChartColumns(seriesCount: 240, rows: max(1, run.count / 240))
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
                    fixed.values, seriesCount: fixed.seriesCount, centers: fixed.centers,
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
        return timings + networks(run) + sliding(run) + [calibration(run)]
    }

    /// The charts of all series of a network, an hour of twelve rows at a call and a row at a call: state and values come
    /// from memory.
    private static func networks(_ run: KernelRun) -> [KernelTiming] {
        [24_000, 200_000].flatMap { seriesCount in
            var columns = ChartColumns(seriesCount: seriesCount, rows: 36)
            let values = columns.values.count
            let few = KernelRun(count: values, rounds: min(run.rounds, 3))
            return [12, 1].flatMap { rows in
                let cusum = few.time(values: values) { columns.cusum(rowsACall: rows) }
                let sums = checksum(columns.signals)
                let pageHinkley = few.time(values: values) { columns.pageHinkley(rowsACall: rows) }
                let size = "\(seriesCount)-by-\(rows)"
                return [
                    KernelTiming(
                        name: "two-sided-cusum-\(size)", values: values, nanoseconds: cusum, checksum: sums),
                    KernelTiming(
                        name: "page-hinkley-\(size)", values: values, nanoseconds: pageHinkley,
                        checksum: checksum(columns.signals)),
                ]
            }
        }
    }

    /// What learning one hourly series costs a live detector: eight weeks of readings, the bootstrap and its correction.
    private static func calibration(_ run: KernelRun) -> KernelTiming {
        let rule = ChangeRule.forAlerts
        let slots = 24
        let columns = ChartColumns(seriesCount: 8, rows: rule.trainingDays * slots + 1)
        var learned = 0
        var bits: UInt64 = 0
        let time = KernelRun(count: columns.seriesCount, rounds: min(run.rounds, 3)).time(values: columns.seriesCount) {
            learned = 0
            bits = 0
            for series in 0..<columns.seriesCount {
                var monitor = ChangeMonitor(rule: rule, slots: slots)
                for row in 0..<(columns.values.count / columns.seriesCount) {
                    _ = monitor.add(columns.values[row * columns.seriesCount + series], at: row)
                }
                guard let calibration = monitor.calibration else { continue }
                learned += 1
                bits ^= calibration.threshold.bitPattern
            }
        }
        precondition(learned == columns.seriesCount, "Each series is learned.")
        return KernelTiming(
            name: "change-calibration", values: columns.seriesCount, nanoseconds: time, checksum: bits)
    }
}

/// Autoregressive columns of many series, row after row, and the charts' state.
private struct ChartColumns {
    let seriesCount: Int
    private(set) var values: [Double]
    let centers: [Double]
    let inverseScales: [Double]
    let limits: [Double]
    private let allowances: [Double]
    private let widths: [Double]
    private(set) var signals: [UInt8]

    /// With 1.5 % holes.
    init(seriesCount: Int, rows: Int) {
        self.seriesCount = seriesCount
        centers = [Double](repeating: 10, count: seriesCount)
        inverseScales = [Double](repeating: 1, count: seriesCount)
        limits = [Double](repeating: 8, count: seriesCount)
        allowances = [Double](repeating: 0.5, count: seriesCount)
        widths = [Double](repeating: 30, count: seriesCount)
        var state: UInt64 = 20_260_301
        func unit() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) * 0x1p-53
        }
        var memory = [Double](repeating: 0, count: seriesCount)
        values = []
        values.reserveCapacity(rows * seriesCount)
        for _ in 0..<rows {
            for series in 0..<seriesCount {
                memory[series] = 0.5 * memory[series] + 1.5 * (unit() + unit() + unit() - 1.5)
                values.append(unit() < 0.015 ? .nan : 10 + memory[series])
            }
        }
        signals = [UInt8](repeating: 0, count: values.count)
    }

    /// Runs `body` over the rows, `rowsACall` at a time, and keeps the signals it gives.
    private mutating func eachPart(_ rowsACall: Int?, _ body: (Span<Double>, inout MutableSpan<UInt8>) -> Void) {
        let step = (rowsACall ?? values.count / seriesCount) * seriesCount
        var told = [UInt8](repeating: 0, count: step)
        for first in stride(from: 0, to: values.count, by: step) {
            var span = told.mutableSpan
            body(values.span.extracting(first..<(first + step)), &span)
            signals.replaceSubrange(first..<(first + step), with: told)
        }
    }

    mutating func cusum(rowsACall: Int? = nil) {
        var up = [Double](repeating: 0, count: seriesCount)
        var down = up
        let (centers, inverseScales, limits, seriesCount) = (centers, inverseScales, limits, seriesCount)
        eachPart(rowsACall) { part, signals in
            var ups = up.mutableSpan
            var downs = down.mutableSpan
            twoSidedCUSUM(
                part, seriesCount: seriesCount, centers: centers.span, inverseScales: inverseScales.span,
                allowance: 0.5, limits: limits.span, up: &ups, down: &downs, signals: &signals)
        }
    }

    mutating func pageHinkley(rowsACall: Int? = nil) {
        var (counts, means) = ([Double](repeating: 0, count: seriesCount), [Double](repeating: 0, count: seriesCount))
        var (up, down) = (counts, counts)
        let (allowances, widths, seriesCount) = (allowances, widths, seriesCount)
        eachPart(rowsACall) { part, signals in
            var countSpan = counts.mutableSpan
            var meanSpan = means.mutableSpan
            var ups = up.mutableSpan
            var downs = down.mutableSpan
            Statistics.pageHinkley(
                part, seriesCount: seriesCount, allowances: allowances.span, limits: widths.span, minimumCount: 30,
                counts: &countSpan, means: &meanSpan, up: &ups, down: &downs, signals: &signals)
        }
    }

    mutating func average() {
        var means = [Double](repeating: 0, count: seriesCount)
        var beginnings = [Double](repeating: 1, count: seriesCount)
        let (centers, inverseScales, limits, seriesCount) = (centers, inverseScales, limits, seriesCount)
        eachPart(nil) { part, signals in
            var meanSpan = means.mutableSpan
            var beginningSpan = beginnings.mutableSpan
            ewmaChart(
                part, seriesCount: seriesCount, centers: centers.span, inverseScales: inverseScales.span,
                weight: 0.1, limits: limits.span, means: &meanSpan, beginnings: &beginningSpan, signals: &signals)
        }
    }
}
