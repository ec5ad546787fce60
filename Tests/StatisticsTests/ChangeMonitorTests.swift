// Goal: the monitor finds a step and nothing else, says when it cannot judge, and is the same after any restart.
// Method: seeded series, every point of a replay, damaged checkpoints, the input nobody wishes for.

import Statistics
import Testing

struct ChangeMonitorTests {
    private func run(_ values: [Double], _ rule: ChangeRule = ChangeRule(), slots: Int = 24) -> [ChangeEvent] {
        var monitor = ChangeMonitor(rule: rule, slots: slots)
        return values.enumerated().flatMap { monitor.add($0.element, at: $0.offset) }
    }

    private func detections(_ events: [ChangeEvent]) -> [LevelChange] {
        events.compactMap { if case .detected(let change) = $0 { change } else { nil } }
    }

    @Test(arguments: ChangeChart.allCases)
    func `A lasting step is found once, with its size`(chart: ChangeChart) throws {
        var rule = ChangeRule()
        rule.chart = chart
        let events = run(hourlySeries(days: 120, seed: 77, step: (80 * 24 + 5, -4)), rule)
        let found = try #require(detections(events).first { $0.detected >= 80 * 24 })
        #expect(found.direction == .fall)
        #expect(
            found.detected < 80 * 24 + 40 && found.start >= 80 * 24 - 12 && found.start <= found.detected, "\(found)")
        #expect(found.size < -1.5 && found.statistic > found.threshold)
        let outcome = events.compactMap { event -> (ChangeOutcome, Double)? in
            if case .settled(found, let outcome, _, let size) = event { (outcome, size) } else { nil }
        }
        #expect(outcome.count == 1 && outcome[0].0 == .lasting && abs(outcome[0].1 + 4) < 1.5)
    }

    @Test func `Series without a step raise few alarms`() {
        // Twenty series of 200 days, 144 of them watched: eight years, in which a run length of four gives two.
        let count = (0..<20).reduce(0) { $0 + detections(run(hourlySeries(days: 200, seed: UInt64(500 + $1)))).count }
        #expect(count <= 4, "\(count) alarms in eight years")
    }

    @Test(
        arguments: [
            (.cusum, 0), (.cusum, 0.7), (.pageHinkley, 0), (.pageHinkley, 0.7), (.ewma, 0.7),
        ] as [(ChangeChart, Double)])
    func `Clean series alarm no oftener than was asked for`(chart: ChangeChart, memory: Double) {
        // 120 series of 200 watched days, four-hourly, 50 days asked: 480 alarms, and two standard errors of as many.
        // The calibration of before gave 0.4 to 0.7 of the run length, which is 690 alarms and more.
        var rule = ChangeRule()
        rule.chart = chart
        rule.runLengthDays = 50
        var generator = SeededGenerator(state: 20_261_122)
        var count = 0
        for _ in 0..<120 {
            var noise = 0.0
            let values = (0..<(256 * 6)).map { _ -> Double in
                let bell = (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &generator) }
                noise = memory * noise + bell
                return noise
            }
            count += detections(run(values, rule, slots: 6)).count
        }
        #expect(count <= 480 + 44, "\(count) alarms")
    }

    @Test func `An episode is a change that returned`() {
        var values = hourlySeries(days: 100, seed: 12)
        for hour in (70 * 24)..<(70 * 24 + 20) { values[hour] += 8 }
        let outcomes = run(values).compactMap { event -> ChangeOutcome? in
            if case .settled(_, let outcome, _, _) = event { outcome } else { nil }
        }
        #expect(outcomes.first == .returned)
    }

    @Test func `A single wild reading signals nothing`() {
        var values = hourlySeries(days: 90, seed: 31)
        let before = detections(run(values))
        values[80 * 24 + 3] = 1e9
        #expect(detections(run(values)).filter { (80 * 24...80 * 24 + 6).contains($0.detected) }.isEmpty)
        #expect(before.filter { (80 * 24...80 * 24 + 6).contains($0.detected) }.isEmpty)
    }

    @Test func `A replay that is split anywhere gives the same bits`() throws {
        let values = hourlySeries(days: 75, seed: 3, step: (62 * 24, 5))
        let rule = ChangeRule()
        var whole = ChangeMonitor(rule: rule, slots: 24)
        var events: [ChangeEvent] = []
        for (number, value) in values.enumerated() { events += whole.add(value, at: number) }
        let end = whole.encoded()
        #expect(!events.isEmpty)
        for split in [0, 1, 500, 56 * 24 - 1, 56 * 24, 56 * 24 + 1] + Array(stride(from: 1_400, to: 1_800, by: 13)) {
            var first = ChangeMonitor(rule: rule, slots: 24)
            var found: [ChangeEvent] = []
            for number in 0..<split { found += first.add(values[number], at: number) }
            let bytes = first.encoded()
            var second = try #require(ChangeMonitor(bytes, rule: rule, slots: 24))
            #expect(second.encoded() == bytes)
            for number in split..<values.count { found += second.add(values[number], at: number) }
            #expect(second.encoded() == end && found == events)
        }
    }

    @Test func `Damaged and foreign checkpoints are refused`() {
        var monitor = ChangeMonitor(rule: ChangeRule(), slots: 24)
        for (number, value) in hourlySeries(days: 60, seed: 3).enumerated() { _ = monitor.add(value, at: number) }
        let bytes = monitor.encoded()
        #expect(bytes.count < 1_400)
        for length in 0..<bytes.count where ChangeMonitor(Array(bytes[..<length]), rule: monitor.rule, slots: 24) != nil
        {
            Issue.record("cut at \(length)")
        }
        #expect(ChangeMonitor(bytes + [0], rule: monitor.rule, slots: 24) == nil)
        #expect(ChangeMonitor(bytes, rule: monitor.rule, slots: 12) == nil)
        var other = monitor.rule
        other.runLengthDays += 1
        #expect(ChangeMonitor(bytes, rule: other, slots: 24) == nil)
    }

    @Test func `Shifting and scaling the readings moves no detection`() {
        let values = hourlySeries(days: 100, seed: 21, step: (80 * 24, 4))
        let places = detections(run(values)).map(\.detected)
        #expect(!places.isEmpty)
        // Powers of two scale every number without rounding.
        #expect(detections(run(values.map { $0 * 8 })).map(\.detected) == places)
    }

    @Test func `What cannot be watched says why`() {
        var monitor = ChangeMonitor(rule: ChangeRule(), slots: 24)
        #expect(monitor.unwatchedReason == .shortHistory && monitor.newest == nil)
        var events: [ChangeEvent] = []
        for number in 0..<(70 * 24) { events += monitor.add(7, at: number) }
        #expect(monitor.unwatchedReason == .constant)
        events += monitor.add(.nan, at: 99_999) + monitor.add(-.infinity, at: 99_999)
        #expect(monitor.newest == 70 * 24 - 1)
        // Time going backwards.
        events += monitor.add(9, at: 4)
        #expect(monitor.lateCount == 1)
        // A step of ten years.
        events += monitor.add(9, at: 87_660)
        #expect(events.isEmpty)
        #expect(monitor.unwatchedReason != nil)
    }

    @Test func `A series that was silent for years is learned anew`() {
        var monitor = ChangeMonitor(rule: ChangeRule(), slots: 24)
        let values = hourlySeries(days: 60, seed: 5)
        for (number, value) in values.enumerated() { _ = monitor.add(value, at: number) }
        #expect(monitor.unwatchedReason == nil)
        for (number, value) in values.enumerated() { _ = monitor.add(value + 50, at: 90_000 + number) }
        #expect(monitor.unwatchedReason == nil && monitor.openChange == nil)
    }

    @Test func `Ties, two values, one reading a day and readings before 1970`() {
        var daily = ChangeMonitor(rule: ChangeRule(), slots: 1)
        var generator = SeededGenerator(state: 6)
        var found: [LevelChange] = []
        for day in -200..<0 {
            let value = Double(Int.random(in: 0...3, using: &generator)) + (day >= -60 ? 9 : 0)
            found += detections(daily.add(value, at: day))
        }
        #expect(found.contains { (-60)...(-56) ~= $0.detected && $0.direction == .rise })
        #expect(detections(run((0..<3_000).map { $0 % 2 == 0 ? 1 : 2 })).isEmpty)
        #expect(run([4]).isEmpty && run([]).isEmpty)
    }

    @Test func `The bootstrap keeps its run length on independent readings`() throws {
        // A tabular CUSUM with k = 1/2 and h = 4 runs 168 readings to a false alarm on both sides together
        // (Montgomery, table 9.3), so that the threshold for 168 lies near 4.
        var generator = SeededGenerator(state: 41)
        let history = (0..<20_000).map { _ in
            (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &generator) }
        }
        var chart = TwoSidedCUSUM()
        let target = RunLengthTarget(runLength: 168, runCount: 64, blockLength: 5, seed: 7)
        let threshold = try #require(
            runLengthThreshold(history.span, target: target) { value in
                _ = chart.add(value, allowance: 0.5, limit: .infinity)
                return (chart.up, chart.down)
            })
        #expect(abs(threshold - 4) < 0.5)
        #expect(runLengthThreshold([Double]().span, target: target) { _ in (0, 0) } == nil)
    }

    @Test func `The baseline's line is the line by sorting`() {
        var generator = SeededGenerator(state: 2)
        for length in 0...20 {
            let levels = randomColumn(length, using: &generator)
            var scratch = [Double](repeating: .nan, count: levelLineScratchCount(length))
            var span = scratch.mutableSpan
            #expect(levelLine(levels.span, scratch: &span) == levelLineReference(levels))
        }
    }
}
