// The quality kernels on a dense column, and the same through a whole check set.

import Glibc
import Monitoring
import Quality

/// Processor time of this process in nanoseconds.
func processorNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

extension KernelsCommand {
    /// Four checks and the roll-up, kernel by kernel and as one job; then through `CheckSet.run`.
    static func quality(_ run: KernelRun) -> [KernelTiming] {
        var column = QualityColumn(count: run.count)
        var timings: [KernelTiming] = []
        func add(
            _ name: String, reference: (() -> [QualityVerdict])? = nil, result: () -> [QualityVerdict],
            _ body: () -> Void
        ) {
            let time = run.time(values: run.count, body)
            let verdicts = result()
            var expected: [QualityVerdict] = []
            let slow = reference.map { reference in
                KernelRun(count: run.count, rounds: 1).time(values: run.count) { expected = reference() }
            }
            precondition(slow == nil || expected == verdicts, "\(name) says what its reference says.")
            timings.append(
                KernelTiming(
                    name: name, values: run.count, nanoseconds: time, reference: slow,
                    checksum: checksum(verdicts.map(\.rawValue))))
        }
        add(
            "gross-range", reference: { grossRangeReference(column.values, QualityColumn.range) },
            result: { column.rangeVerdicts }
        ) { column.grossRange() }
        add("neighbourhood", result: { column.rangeVerdicts }) { column.neighbourhood() }
        add("spike", result: { column.spikeVerdicts }) { column.spike() }
        add("rate-of-change", result: { column.rateVerdicts }) { column.rateOfChange() }
        add("flat-line", result: { column.flatVerdicts }) { column.flatLine() }
        add("range+spike+rate+flat+rollup", result: { column.worst }) { column.all() }
        let series = column.series
        let set = QualityColumn.set
        var report: QualityReport?
        add("check-set", result: { report?.rollUp.verdicts ?? [] }) { report = set.run(series) }
        return timings
    }
}

/// One synthetic series with 1.5 % holes, and the columns the checks write.
private struct QualityColumn {
    static let range = ValueRange(possible: 0...1_000_000, plausible: 0...40, source: "benchmark")
    static let threshold = SpikeThreshold(absolute: 6, relative: 0, source: "benchmark")
    static let rate = RateLimit(perHour: 60, source: "benchmark")
    static let flat = FlatLineLimit(readings: 36, source: "benchmark")
    static let cadence: Int64 = 300_000

    static let set: CheckSet = {
        var set = CheckSet(id: "benchmark/1", required: [.grossRange])
        var checks = ParameterChecks()
        checks.grossRange = range
        checks.spike = threshold
        checks.rateOfChange = rate
        checks.flatLine = flat
        set.entries = [CheckEntry(parameter: ParameterID("turb"), stations: [], months: .all, checks: checks)]
        return set
    }()

    private(set) var series = SeriesColumns(parameter: ParameterID("turb"), cadence: Duration64(milliseconds: cadence))
    let values: [Double]
    private let start: [Int64]
    private let state: [ReadingState]
    private var usable: [UInt8]
    private var regular: [UInt8]
    private(set) var rangeVerdicts: [QualityVerdict]
    private(set) var spikeVerdicts: [QualityVerdict]
    private(set) var rateVerdicts: [QualityVerdict]
    private(set) var flatVerdicts: [QualityVerdict]
    private(set) var worst: [QualityVerdict]
    private var untested: [UInt32]

    init(count: Int) {
        var state: UInt64 = 20_250_101
        func next() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) / 9_007_199_254_740_992
        }
        var level = 15.0
        for index in 0..<count {
            level += 0.1 * (15 - level) + (next() + next() + next() - 1.5)
            var value = (level * 10).rounded() / 10
            if next() < 0.0005 { value *= 5 }
            if next() < 0.015 { value = .nan }
            series.append(
                start: Int64(index) * Self.cadence, value: max(value, 0.3), flagVerdict: .valid, flagReason: .none)
        }
        values = series.value
        start = series.start
        self.state = series.state
        usable = [UInt8](repeating: 0, count: count)
        regular = usable
        rangeVerdicts = [QualityVerdict](repeating: .notTested, count: count)
        (spikeVerdicts, rateVerdicts, flatVerdicts, worst) = (rangeVerdicts, rangeVerdicts, rangeVerdicts, rangeVerdicts)
        untested = [UInt32](repeating: 0, count: count)
        grossRange()
    }

    mutating func grossRange() {
        var span = rangeVerdicts.mutableSpan
        Quality.grossRange(values.span, Self.range, into: &span)
    }

    mutating func neighbourhood() {
        var usableSpan = usable.mutableSpan
        usableReadings(state.span, earlier: rangeVerdicts.span, into: &usableSpan)
        var regularSpan = regular.mutableSpan
        regularSteps(usable.span, start: start.span, cadence: Self.cadence, into: &regularSpan)
    }

    mutating func spike() {
        var span = spikeVerdicts.mutableSpan
        spikes(
            values.span, usable: usable.span, regular: regular.span, start: start.span, reach: 2 * Self.cadence,
            Self.threshold, into: &span)
    }

    mutating func rateOfChange() {
        var span = rateVerdicts.mutableSpan
        ratesOfChange(
            values.span, usable: usable.span, regular: regular.span, start: start.span, cadence: Self.cadence,
            reach: 2 * Self.cadence, Self.rate, into: &span)
    }

    mutating func flatLine() {
        var span = flatVerdicts.mutableSpan
        flatLines(values.span, limit: Self.flat.readings, into: &span)
    }

    /// The job of the peers: four checks and one verdict.
    mutating func all() {
        grossRange()
        neighbourhood()
        spike()
        rateOfChange()
        flatLine()
        for index in worst.indices { worst[index] = .notTested }
        for index in untested.indices { untested[index] = 0 }
        var worstSpan = worst.mutableSpan
        var untestedSpan = untested.mutableSpan
        foldVerdicts(rangeVerdicts.span, bit: CheckName.grossRange.bit, worst: &worstSpan, untested: &untestedSpan)
        foldVerdicts(spikeVerdicts.span, bit: CheckName.spike.bit, worst: &worstSpan, untested: &untestedSpan)
        foldVerdicts(rateVerdicts.span, bit: CheckName.rateOfChange.bit, worst: &worstSpan, untested: &untestedSpan)
        foldVerdicts(flatVerdicts.span, bit: CheckName.flatLine.bit, worst: &worstSpan, untested: &untestedSpan)
        closeRollUp(untested: untested.span, required: CheckName.grossRange.bit, worst: &worstSpan)
    }
}
