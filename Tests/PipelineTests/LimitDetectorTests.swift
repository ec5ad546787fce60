// Goal: a history in columns is judged as its readings one by one would be: classes, hour means, episodes, all exact.
// Method: seeded random histories with gaps, flags, censored and mixed values, against decimals and `EpisodeFinder`.

import Detection
import Exact
import Formats
import Monitoring
import Pipeline
import Testing

private struct HistoryGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

private func decimal(_ text: String) -> ExactDecimal { ExactDecimal(text) ?? .zero }

private let key = SeriesKey(
    station: StationID("S1"), parameter: ParameterID("codmn"), statistic: .instant, window: .zero, origin: .automatic)

private let wholeTime = Interval(
    start: Instant(milliseconds: Chunk.startRange.lowerBound),
    end: Instant(milliseconds: Chunk.startRange.upperBound + 1))

@Suite struct LimitDetectorTests {
    @Test func `random histories are judged as their readings one by one`() throws {
        let cases: [ClassLimits] = [
            ClassLimits(direction: .maximum, limits: ["2", "4", "6.0", "10", "15"].map(decimal)),
            ClassLimits(direction: .minimum, limits: ["7.5", "6", "5", "3", "2"].map(decimal)),
            ClassLimits(direction: .range, limits: ["4.25", "8"].map(decimal)),
        ]
        for seed in 1...90 {
            var generator = HistoryGenerator(state: UInt64(seed))
            let limits = cases[seed % 3]
            let rule = EpisodeRule(
                holdOn: Int.random(in: 1...6, using: &generator), holdOff: Int.random(in: 1...3, using: &generator))
            let rows = history(&generator, wide: seed % 5 == 0)
            let change = rows[rows.count / 2].start
            let spans =
                seed % 2 == 0
                ? [
                    LimitSpan(
                        interval: wholeTime, limits: limits, overRank: 3, overEnd: RangeEnd.allCases[seed % 9 / 3])
                ]
                : [
                    LimitSpan(
                        interval: Interval(start: rows[5].start, end: change), limits: limits, overRank: 3),
                    LimitSpan(interval: Interval(start: change, end: wholeTime.end), limits: limits, overRank: 2),
                ]
            let judged = SeriesLimits(
                series: key, spans: spans, flags: .listed(["N"], unflagged: false), episode: rule)
            try check(rows, judged, "seed \(seed)")
        }
    }

    @Test func `no limits, no values and no rows are counted and never a class`() throws {
        let unlimited = SeriesLimits(
            series: key, spans: [], flags: .verdicts(["M": .invalid]), episode: EpisodeRule())
        var detector = LimitDetector()
        detector.begin(unlimited)
        #expect(detector.end().isEmpty)
        let rows = [
            ChunkVersion(start: Instant(milliseconds: 0), value: decimal("9"), qualifier: .none, flag: "", sequence: 1),
            ChunkVersion(
                start: Instant(milliseconds: 60_000), value: decimal("9"), qualifier: .none, flag: "M", sequence: 1),
            ChunkVersion(start: Instant(milliseconds: 120_000), value: nil, qualifier: .missing, flag: "", sequence: 1),
        ]
        try feed(rows, unlimited, &detector)
        #expect(detector.counts.unjudged == 1)
        #expect(detector.counts.leftOut == 1)
        #expect(detector.counts.missing == 1)
        #expect(detector.counts.classes == [0, 0, 0, 0, 0, 0])
    }

    // MARK: One by one

    private func history(_ generator: inout HistoryGenerator, wide: Bool) -> [ChunkVersion] {
        var rows: [ChunkVersion] = []
        var start: Int64 = 1_735_689_600_000
        var level: Int64 = 50
        for _ in 0..<Int.random(in: 20...900, using: &generator) {
            start += Int.random(in: 0..<40, using: &generator) == 0 ? 1_500_000 : 300_000
            level = max(-30, level + Int64.random(in: -9...9, using: &generator))
            let pick = Int.random(in: 0..<30, using: &generator)
            var value = ExactDecimal(mantissa: level, exponent: -1)
            if pick < 5 { value = ExactDecimal(mantissa: level * 10 + 5, exponent: -2) }
            if wide, pick == 5 { value = ExactDecimal(mantissa: 5_000_000_000_000, exponent: -12) }
            if wide, pick == 6 { value = ExactDecimal(mantissa: 123_456_789, exponent: 10) }
            let isMissing = pick == 7
            rows.append(
                ChunkVersion(
                    start: Instant(milliseconds: start), value: isMissing ? nil : value,
                    qualifier: isMissing ? .missing : pick == 8 ? .below : pick == 9 ? .above : .none,
                    flag: pick == 10 ? "M" : pick == 11 ? "" : "N", sequence: 1))
        }
        return rows
    }

    private func feed(_ rows: [ChunkVersion], _ limits: SeriesLimits, _ detector: inout LimitDetector) throws {
        var reader = SeriesBlockReader()
        var encoder = ChunkEncoder()
        var block = SeriesBlock()
        detector.begin(limits)
        // Chunks of a UTC day, as the book keeps them.
        var from = 0
        while from < rows.count {
            let day = rows[from].start.milliseconds / 86_400_000
            let end = rows[from...].firstIndex { $0.start.milliseconds / 86_400_000 != day } ?? rows.count
            var chunk = Chunk()
            var outcomes: [MergeOutcome] = []
            let additions = rows[from..<end].map { row in
                ChunkAddition(
                    start: row.start.milliseconds, mantissa: row.value?.mantissa ?? 0,
                    exponent: row.value?.exponent ?? 0,
                    qualifier: row.qualifier.rawValue, flag: chunk.index(ofFlag: row.flag) ?? 0, sequence: 1)
            }
            chunk.merge(additions, outcomes: &outcomes) { _ in
                SentOrder(sent: rows[0].start, digest: Digest256(bytes: [UInt8](repeating: 0, count: 32)))
            }
            try encoder.encode(chunk).withUnsafeBytes { bytes in
                if reader.read(bytes, filter: VersionFilter(), into: &block) {
                    detector.add(&block, reader.flags)
                } else {
                    for var block in try reader.blocks(bytes, filter: VersionFilter()) {
                        detector.add(&block, reader.flags)
                    }
                }
            }
            from = end
        }
    }

    private func check(_ rows: [ChunkVersion], _ limits: SeriesLimits, _ note: Comment) throws {
        var detector = LimitDetector()
        try feed(rows, limits, &detector)
        let episodes = detector.end()
        var expected = LimitCounts()
        var finder = EpisodeFinder(rule: limits.episode)
        var hours: [Int64: (sum: Fraction, count: Int)] = [:]
        for row in rows {
            expected.rows += 1
            let span = limits.spans.first { $0.interval.contains(row.start) }
            let counts = row.flag == "N"
            finder.add(
                start: row.start, received: row.value, judged: row.value, qualifier: row.qualifier,
                verdict: counts ? .valid : .invalid, isConflicting: false,
                limit: span?.overLimit)
            guard let value = row.value else {
                expected.missing += 1
                continue
            }
            if !counts {
                expected.leftOut += 1
            } else if row.qualifier != .none {
                expected.censored += 1
            } else {
                expected.values += 1
                let hour = row.start.milliseconds / 3_600_000
                hours[hour, default: (Fraction(0), 0)].sum += Fraction(value)
                hours[hour]?.count += 1
                if let span {
                    expected.classes[span.limits.rank(of: value).rank - 1] += 1
                } else {
                    expected.unjudged += 1
                }
            }
        }
        #expect(detector.counts == expected, note)
        #expect(detector.hours.cellCount == hours.count, note)
        let sum = hours.values.reduce(Fraction(0)) { $0 + $1.sum / Fraction($1.count) }
        #expect(detector.hours.sumOfMeans == sum, note)
        let found = finder.episodes
        #expect(episodes.map(\.start) == found.map(\.start), note)
        #expect(episodes.map(\.end) == found.map(\.end), note)
        #expect(episodes.map(\.overCount) == found.map(\.overCount), note)
        #expect(episodes.map(\.peak.value) == found.map(\.peak.value), note)
    }
}
