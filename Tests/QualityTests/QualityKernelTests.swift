// Goal: each quality kernel says what its reference says. Method: all tiny inputs, then seeded random columns.

import Monitoring
import Quality
import Testing

/// Every sequence of `letters` up to `length`.
func everySequence(of letters: [Double], upTo length: Int) -> [[Double]] {
    var all: [[Double]] = [[]]
    var last: [[Double]] = [[]]
    for _ in 0..<length {
        last = last.flatMap { prefix in letters.map { prefix + [$0] } }
        all += last
    }
    return all
}

/// A small seeded generator (xorshift64), enough to shuffle test values.
struct TestRandom: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}

/// A series as the kernels take it: values, who is usable, and times a cadence of 1 apart more often than not.
struct TestColumns {
    var values: [Double] = []
    var usable: [UInt8] = []
    var start: [Int64] = []

    static let cadence: Int64 = 1
    var regular: [UInt8] { regularStepsReference(usable, start: start, cadence: Self.cadence) }

    /// Dense for long stretches, so that eight lanes are taken, with holes, ties, jumps and steps in time between.
    static func random(_ random: inout TestRandom, count: Int, levels: Int) -> TestColumns {
        var columns = TestColumns()
        var time: Int64 = -5
        var isDense = true
        for _ in 0..<count {
            if Int.random(in: 0..<40, using: &random) == 0 { isDense.toggle() }
            let isOdd = !isDense && Int.random(in: 0..<3, using: &random) == 0
            let value = isOdd && Bool.random(using: &random) ? Double.nan : Double(Int.random(in: 0...levels, using: &random)) / 2
            columns.values.append(value)
            columns.usable.append(value.isNaN || isOdd ? 0 : 1)
            time += isDense ? 1 : Int64.random(in: 0...3, using: &random)
            columns.start.append(time)
        }
        return columns
    }
}

private let letters: [Double] = [.nan, -1, 0, 1, 2, 9]
private let range = ValueRange(possible: 0...8, plausible: 0...1, source: "test")
private let threshold = SpikeThreshold(absolute: 1, relative: 0.5, source: "test")

private func verdicts(
    _ count: Int, _ run: (inout MutableSpan<QualityVerdict>) -> Void
) -> [QualityVerdict] {
    var verdicts = [QualityVerdict](repeating: .notTested, count: count)
    var span = verdicts.mutableSpan
    run(&span)
    return verdicts
}

private func rangeVerdicts(_ values: [Double], _ range: ValueRange) -> [QualityVerdict] {
    verdicts(values.count) { grossRange(values.span, range, into: &$0) }
}

private func spikeVerdicts(_ columns: TestColumns, _ threshold: SpikeThreshold) -> [QualityVerdict] {
    verdicts(columns.values.count) {
        spikes(
            columns.values.span, usable: columns.usable.span, regular: columns.regular.span, start: columns.start.span,
            reach: 2, threshold, into: &$0)
    }
}

private func rateVerdicts(_ columns: TestColumns, _ limit: RateLimit) -> [QualityVerdict] {
    verdicts(columns.values.count) {
        ratesOfChange(
            columns.values.span, usable: columns.usable.span, regular: columns.regular.span, start: columns.start.span,
            cadence: TestColumns.cadence, reach: 2, limit, into: &$0)
    }
}

private func flatVerdicts(_ values: [Double], limit: Int) -> [QualityVerdict] {
    verdicts(values.count) { flatLines(values.span, limit: limit, into: &$0) }
}

private func windowVerdicts(_ columns: TestColumns, reach: Int64, _ threshold: WindowSpikeThreshold) -> [QualityVerdict] {
    var window = [Double](repeating: 0, count: 2 * threshold.side)
    var places = [Int](repeating: 0, count: columns.values.count)
    var windowSpan = window.mutableSpan
    var placesSpan = places.mutableSpan
    return verdicts(columns.values.count) {
        windowSpikes(
            columns.values.span, usable: columns.usable.span, start: columns.start.span, reach: reach, threshold,
            window: &windowSpan, places: &placesSpan, into: &$0)
    }
}

private func attenuationVerdicts(_ columns: TestColumns, _ limit: AttenuationLimit) -> [QualityVerdict] {
    var highest = [Int](repeating: 0, count: columns.values.count)
    var lowest = highest
    var highestSpan = highest.mutableSpan
    var lowestSpan = lowest.mutableSpan
    return verdicts(columns.values.count) {
        attenuatedSignals(
            columns.values.span, usable: columns.usable.span, start: columns.start.span, limit, highest: &highestSpan,
            lowest: &lowestSpan, into: &$0)
    }
}

private func varianceVerdicts(_ columns: TestColumns, _ limit: VarianceDropLimit) -> [QualityVerdict] {
    var recent = [Double](repeating: 0, count: limit.baseline)
    var sorted = recent
    var recentSpan = recent.mutableSpan
    var sortedSpan = sorted.mutableSpan
    return verdicts(columns.values.count) {
        varianceDrops(
            columns.values.span, usable: columns.usable.span, start: columns.start.span, limit, recent: &recentSpan,
            sorted: &sortedSpan, into: &$0)
    }
}

private func repeatVerdicts(_ values: [Double], _ limit: RepeatedSequenceLimit) -> [QualityVerdict] {
    var table = [Int](repeating: -1, count: sequenceTableCount(values.count))
    var tableSpan = table.mutableSpan
    return verdicts(values.count) { repeatedSequences(values.span, limit, table: &tableSpan, into: &$0) }
}

/// Every kernel on one set of columns against its reference.
private func expectEqual(_ columns: TestColumns, _ comment: Comment) {
    let (values, usable, start) = (columns.values, columns.usable, columns.start)
    #expect(rangeVerdicts(values, range) == grossRangeReference(values, range), comment)
    #expect(
        spikeVerdicts(columns, threshold)
            == spikesReference(values, usable: usable, start: start, reach: 2, threshold), comment)
    let rate = RateLimit(perHour: 3_600_000, source: "test")
    #expect(
        rateVerdicts(columns, rate) == ratesOfChangeReference(values, usable: usable, start: start, reach: 2, rate),
        comment)
    for limit in [2, 3, 5, 9, 10, 17] {
        #expect(flatVerdicts(values, limit: limit) == flatLinesReference(values, limit: limit), comment)
    }
    let window = WindowSpikeThreshold(side: 2, absolute: 0.5, deviations: 1, source: "test")
    #expect(
        windowVerdicts(columns, reach: 4, window)
            == windowSpikesReference(values, usable: usable, start: start, reach: 4, window), comment)
    let attenuation = AttenuationLimit(window: Duration64(milliseconds: 4), range: 1, readings: 3, source: "test")
    #expect(
        attenuationVerdicts(columns, attenuation)
            == attenuatedSignalsReference(values, usable: usable, start: start, attenuation), comment)
    let digits = StuckDecimalsLimit(readings: 3, decimals: 0, source: "test")
    #expect(
        verdicts(values.count) { stuckDecimals(values.span, usable: usable.span, digits, into: &$0) }
            == stuckDecimalsReference(values, usable: usable, digits), comment)
    for baseline in [1, 2, 3] {
        let variance = VarianceDropLimit(
            stretch: Duration64(milliseconds: 4), baseline: baseline, share: 0.75, readings: 3, source: "test")
        #expect(
            varianceVerdicts(columns, variance)
                == varianceDropsReference(values, usable: usable, start: start, variance), comment)
    }
    let present = values.filter { !$0.isNaN }
    for (readings, distinct) in [(2, 1), (2, 2), (3, 2), (5, 3)] {
        let limit = RepeatedSequenceLimit(readings: readings, distinct: distinct, source: "test")
        #expect(repeatVerdicts(present, limit) == repeatedSequencesReference(present, limit), comment)
    }
}

@Suite struct QualityKernelTests {
    @Test func `Every kernel equals its reference on all tiny inputs`() {
        for values in everySequence(of: letters, upTo: 5) {
            let columns = TestColumns(
                values: values, usable: values.map { $0.isNaN || $0 == 9 ? 0 : 1 },
                start: values.indices.map { Int64($0) })
            expectEqual(columns, "\(values)")
        }
    }

    @Test(arguments: [UInt64](1...60))
    func `Every kernel equals its reference on random columns`(seed: UInt64) {
        var random = TestRandom(seed: seed)
        let count = Int.random(in: 1...300, using: &random)
        let levels = [1, 3, 8, 40][Int(seed % 4)]
        expectEqual(TestColumns.random(&random, count: count, levels: levels), "seed \(seed)")
    }

    @Test(arguments: [UInt64](1...20))
    func `Usable readings and regular steps equal their references`(seed: UInt64) {
        var random = TestRandom(seed: seed)
        let count = Int.random(in: 0...100, using: &random)
        let states = (0..<count).map { _ in ReadingState.allCases.randomElement(using: &random) ?? .measured }
        let earlier = (0..<count).map { _ in QualityVerdict.allCases.randomElement(using: &random) ?? .valid }
        var usable = [UInt8](repeating: 7, count: count)
        var span = usable.mutableSpan
        usableReadings(states.span, earlier: earlier.span, into: &span)
        #expect(usable == usableReadingsReference(states, earlier: earlier))
        var time: Int64 = 0
        let start = (0..<count).map { _ in
            time += Int64.random(in: -1...2, using: &random)
            return time
        }
        var regular = [UInt8](repeating: 7, count: count)
        var regularSpan = regular.mutableSpan
        regularSteps(usable.span, start: start.span, cadence: 1, into: &regularSpan)
        #expect(regular == regularStepsReference(usable, start: start, cadence: 1))
    }

    @Test func `An infinite value is impossible, not missing`() {
        #expect(rangeVerdicts([.infinity, -.infinity], range) == [.invalid, .invalid])
    }

    @Test(arguments: [UInt64](1...30))
    func `The roll-up equals its reference`(seed: UInt64) {
        var random = TestRandom(seed: seed)
        let count = Int.random(in: 1...50, using: &random)
        let results = CheckName.allCases.shuffled(using: &random).prefix(7).map { name -> CheckResult in
            if Int.random(in: 0..<3, using: &random) == 0 { return .notRun(name, count: count, .noConfiguration) }
            let verdicts = (0..<count).map { _ in
                Int.random(in: 0..<3, using: &random) > 0
                    ? QualityVerdict.valid : QualityVerdict.allCases.randomElement(using: &random) ?? .valid
            }
            return CheckResult(
                check: name, verdicts: verdicts,
                reasons: verdicts.map { $0 == .notTested ? .missingValue : NotTestedReason.none })
        }
        let required = Set(CheckName.allCases.shuffled(using: &random).prefix(Int.random(in: 0...4, using: &random)))
        #expect(rollUp(results, required: required) == rollUpReference(results, required: required))
    }
}
