// Goal: the kernels of the thresholds say what their references say, for every small column and for seeded random ones.
// Method: each kernel against its twin; the runs and episodes against the finder that takes readings one by one.

import Detection
import Exact
import Monitoring
import Statistics
import Testing

private func decimal(_ text: String) -> ExactDecimal { ExactDecimal(text) ?? .zero }

@Suite struct ThresholdKernelTests {
    @Test func `counts and marks above a bound are those of the references for every length to 200`() {
        var generator = SplitMix64(seed: 1)
        let bounds = FiveBounds(.min, -3, 0, 2, .max)
        for count in 0...200 {
            let span: ClosedRange<Int32> = [-4...4, 1...1, .min + 1 ... .max][count % 3]
            let values = (0..<count).map { _ in Int32.random(in: span, using: &generator) }
            let wide = values.map(Int64.init)
            let counts = countAbove(values.span, bounds: bounds)
            #expect(counts.all == countAboveReference(wide.span, bounds: bounds.all), "\(count)")
            for bound in bounds.all {
                var marks = [UInt64](repeating: .max, count: (count + 63) / 64)
                var expected = marks
                var one = marks.mutableSpan
                markAbove(values.span, bound: Int32(bound), into: &one)
                var two = expected.mutableSpan
                markAboveReference(wide.span, bound: bound, into: &two)
                #expect(marks == expected, "\(count) above \(bound)")
            }
        }
    }

    @Test func `runs are those of the reference for all of six rows and for random columns`() {
        var runs: [JudgedRun] = []
        for judged in UInt64(0)..<64 {
            for over in UInt64(0)..<64 {
                let (first, second) = ([judged], [over])
                findJudgedRuns(judged: first.span, over: second.span, wordCount: 1, into: &runs)
                #expect(runs == reference(first, second, 6), "\(judged) \(over)")
            }
        }
        var generator = SplitMix64(seed: 2)
        for _ in 0..<300 {
            func words() -> [UInt64] {
                (0..<4).map { _ in
                    switch Int.random(in: 0..<4, using: &generator) {
                    case 0: 0
                    case 1: .max
                    case 2: generator.next() & generator.next() & generator.next()
                    default: generator.next()
                    }
                }
            }
            let (judged, over) = (words(), words())
            findJudgedRuns(judged: judged.span, over: over.span, wordCount: 4, into: &runs)
            #expect(runs == reference(judged, over, 256))
        }
    }

    private func reference(_ judged: [UInt64], _ over: [UInt64], _ count: Int) -> [JudgedRun] {
        func bits(_ words: [UInt64]) -> [Bool] { (0..<count).map { words[$0 / 64] >> UInt64($0 % 64) & 1 == 1 } }
        return judgedRunsReference(judged: bits(judged), over: bits(over))
    }

    @Test func `hour sums are those of the reference at any step, start and gap`() {
        var generator = SplitMix64(seed: 3)
        let steps: [Int64] = [1_000, 60_000, 90_000, 300_000, 420_000, 600_000, 1_800_000, 3_600_000, 14_400_000]
        for round in 0..<200 {
            let step = steps[round % steps.count]
            let count = Int.random(in: 1...400, using: &generator)
            let words = (0..<(count + 63) / 64).map { _ in
                round % 2 == 0 ? UInt64.max : generator.next() | generator.next()
            }
            let values = (0..<count).map { row in
                words[row / 64] >> UInt64(row % 64) & 1 == 1
                    ? Int32.random(in: .min + 1 ... .max, using: &generator) : 0
            }
            let start = Int64.random(in: -100_000...100_000, using: &generator) * [1, 60_000][round / 2 % 2]
            let cut = Int.random(in: 0...count, using: &generator)
            let wide = values.map(Int64.init)
            var sums = HourSums(rowLimit: 4_000)
            var expected = HourSums(rowLimit: 4_000)
            for rows in [0..<cut, cut..<count] {
                let first = start + Int64(rows.lowerBound) * step
                addHours(values.span, hasValue: words.span, rows: rows, start: first, step: step, to: &sums)
                addHoursReference(
                    wide.span, hasValue: words.span, rows: rows, start: first, step: step,
                    to: &expected)
            }
            sums.finish()
            expected.finish()
            #expect(sums.cellCount == expected.cellCount, "round \(round)")
            #expect(sums.sums == expected.sums, "round \(round)")
        }
    }

    @Test func `the furthest value is that of the reference`() {
        var generator = SplitMix64(seed: 5)
        for round in 0..<300 {
            let count = Int.random(in: 0...200, using: &generator)
            let words = (0..<(count + 63) / 64).map { _ in round % 3 == 0 ? generator.next() : round % 3 == 1 ? .max : 0
            }
            let values = (0..<count).map { _ in Int32.random(in: -9...9, using: &generator) }
            let wide = values.map(Int64.init)
            let first = Int.random(in: 0...count, using: &generator)
            let rows = first..<Int.random(in: first...count, using: &generator)
            for greatest in [true, false] {
                let found = furthest(values.span, hasValue: words.span, rows: rows, greatest: greatest)
                let expected = furthestReference(
                    wide.span, hasValue: words.span, rows: rows, greatest: greatest)
                #expect(found.map(Int64.init) == expected)
            }
        }
    }

    @Test func `an hour of twelve readings, an hour of one, an hour of none`() {
        // 1…12 in the first hour, nothing in the second, 7 in the third: means 6.5 and 7.
        let values: [Int32] = Array(1...12) + Array(repeating: 0, count: 12) + [7]
        var sums = HourSums(rowLimit: 12)
        let words: [UInt64] = [0x100_0FFF]
        addHours(values.span, hasValue: words.span, rows: 0..<25, start: 0, step: 300_000, to: &sums)
        sums.finish()
        #expect(sums.cellCount == 2)
        #expect(sums.sums[12] == 78)
        #expect(sums.sums[1] == 7)
    }

    @Test func `integer bounds divide the numbers of every exponent as the limits do`() {
        let limits = ["-0.15", "-1", "0", "0.1", "0.15", "0.150", "1", "2.0", "7.55", "12e1"].map(decimal)
        for (low, high) in zip(limits, limits.dropFirst()) where low <= high {
            let five = [low, low, high, high, high]
            for exponent: Int8 in [-3, -2, -1, 0, 1] {
                let most = IntegerBounds(ClassLimits(direction: .maximum, limits: five), exponent: exponent)
                let least = IntegerBounds(
                    ClassLimits(direction: .minimum, limits: five.reversed()), exponent: exponent)
                let range = IntegerBounds(ClassLimits(direction: .range, limits: [low, high]), exponent: exponent)
                for mantissa: Int64 in -2_000...2_000 {
                    let value = ExactDecimal(mantissa: mantissa, exponent: exponent)
                    for (place, limit) in five.enumerated() {
                        #expect((mantissa > most.bounds[place]) == (value > limit))
                        #expect((mantissa > least.bounds[4 - place]) == (value >= limit))
                    }
                    #expect((mantissa > range.bounds[0]) == (value >= low))
                    #expect((mantissa > range.bounds[1]) == (value > high))
                }
            }
        }
        // A limit far beyond 64 bits at the column's exponent has no value above it.
        let far = ClassLimits(direction: .maximum, limits: Array(repeating: decimal("9e18"), count: 5))
        #expect(IntegerBounds(far, exponent: -18).bounds[0] == .max)
        #expect(IntegerBounds(far, exponent: -18).narrow.first == .max)
    }

    @Test func `episodes are those of the finder that takes readings one by one`() {
        var generator = SplitMix64(seed: 4)
        let limit = TargetLimit.maximum(decimal("1.0"))
        for round in 0..<300 {
            let rule = EpisodeRule(
                holdOn: Int.random(in: 1...6, using: &generator), holdOff: Int.random(in: 1...4, using: &generator))
            var finder = EpisodeFinder(rule: rule)
            var judged: [Bool] = []
            var values: [ExactDecimal?] = []
            var level: Int64 = 8
            for row in 0..<150 {
                level += Int64.random(in: -3...3, using: &generator)
                let value =
                    Int.random(in: 0..<8, using: &generator) == 0
                    ? nil : ExactDecimal(mantissa: level, exponent: -1)
                values.append(value)
                judged.append(value != nil)
                finder.add(
                    start: Instant(milliseconds: Int64(row)), received: value, judged: value,
                    qualifier: value == nil ? .missing : .none, verdict: .valid, isConflicting: false, limit: limit)
            }
            let over = values.map { $0.map { $0 > decimal("1.0") } ?? false }
            var scan = EpisodeScan(rule: rule)
            for run in judgedRunsReference(judged: judged, over: over) {
                let (first, last) = (Instant(milliseconds: Int64(run.first)), Instant(milliseconds: Int64(run.last)))
                if run.isOver {
                    let peak = values[run.first...run.last].compactMap { $0 }.max() ?? .zero
                    scan.addOver(from: first, to: last, count: run.count, peak: .init(value: peak, limit: limit))
                } else {
                    scan.addWithin(from: first, count: run.count)
                }
            }
            let expected = finder.episodes
            #expect(scan.episodes.map(\.start) == expected.map(\.start), "round \(round)")
            #expect(scan.episodes.map(\.end) == expected.map(\.end), "round \(round)")
            #expect(scan.episodes.map(\.lastOver) == expected.map(\.lastOver), "round \(round)")
            #expect(scan.episodes.map(\.overCount) == expected.map(\.overCount), "round \(round)")
            #expect(scan.episodes.map(\.peak.value) == expected.map(\.peak.value), "round \(round)")
        }
    }
}
