// Goal: whatever arrives late, twice, contradicting or in pieces, going on from stored states tells what the readings
// show. Method: chunks in memory as the book merges them, seeded random arrivals, the reference after every commit.

import Detection
import Exact
import Formats
import Monitoring
import Pipeline
import Quality
import Testing

/// SplitMix64: the same seed, the same arrivals.
private struct Chance: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

private let plain = BilingualName(chinese: "站", english: "station")
private let station = Station(
    id: StationID("EX-W1"), name: plain, medium: .water, region: nil, waterBody: .river, aliases: [],
    cadence: .hours(1), profile: "p", isProvisional: false)
private let section = Section(
    id: SectionID("EX-S1"), name: plain, boundary: "b", river: nil, waterBody: .river, upstream: nil, downstream: nil,
    stations: [station.id],
    targets: [
        Section.Target(
            span: DateSpan(from: nil, until: nil), waterClass: WaterClass(rank: 3), indexLimit: nil,
            preWarningShare: ExactDecimal("0.9"), forecastShare: ExactDecimal("0.95"), source: "example")
    ])

private let registry: Registry = {
    var registry = Registry()
    registry.boundaries["b"] = Boundary(id: "b", name: plain, kind: .river, regions: [], isExample: true)
    registry.stations[station.id] = station
    registry.sections[section.id] = section
    return registry
}()

private let rules: DetectionRules = {
    var rules = DetectionRules()
    rules.trend.windowDays = 9
    rules.trend.minimumDays = 5
    rules.trend.holdOnDays = 2
    rules.trend.holdOffDays = 2
    rules.trend.relativeSlopePerYear = 0.5
    return rules
}()

private func key(_ parameter: String, _ origin: SeriesOrigin = .automatic) -> SeriesKey {
    SeriesKey(
        station: station.id, parameter: ParameterID(parameter), statistic: .mean, window: .hours(1), origin: origin)
}

private let anyDigest = Digest256(bytes: [UInt8](repeating: 0, count: 32))

/// A book in memory: chunks by month, states of detectors, and work that waits.
private final class MemoryBook: ObservationSource, LiveSource {
    private var chunks: [SeriesKey: [Int64: Chunk]] = [:]
    private var states: [Instant: DetectorCheckpoint] = [:]
    private var basis: Digest256?
    private var table = StationChecksTable()
    private var sequence: Int64 = 0
    private(set) var work: (first: Instant, last: Instant)?
    private(set) var told: [FindingID: Finding] = [:]
    private(set) var pauses = 0
    private(set) var knownStates = 0

    func series(of station: StationID) -> [SeriesKey] { chunks.keys.sorted { $0.canonicalText < $1.canonicalText } }

    func view(_ series: SeriesKey, over interval: Interval) -> CurrentView {
        var view = CurrentView()
        for (_, chunk) in (chunks[series] ?? [:]).sorted(by: { $0.key < $1.key }) {
            view.append(chunk, over: interval)
        }
        return view
    }

    func digest(_ series: [SeriesKey], over interval: Interval) -> Digest256 { anyDigest }

    func extent(_ series: SeriesKey) -> Interval? {
        let starts = (chunks[series] ?? [:]).values.flatMap(\.start)
        guard let first = starts.min(), let last = starts.max() else { return nil }
        return Interval(start: Instant(milliseconds: first), end: Instant(milliseconds: last))
    }

    func firstStart(_ series: SeriesKey, from instant: Instant) -> Instant? {
        (chunks[series] ?? [:]).values.flatMap(\.start).filter { $0 >= instant.milliseconds }.min()
            .map { Instant(milliseconds: $0) }
    }

    /// Merges one batch and looks at what it brought, or leaves that as work.
    func commit(_ rows: [SeriesKey: [ChunkAddition]], looksNow: Bool, budget: Int) throws {
        sequence += 1
        var starts: [Int64] = []
        for (key, rows) in rows {
            let spans = Dictionary(grouping: rows) {
                ChunkSpan.month.interval(holding: Instant(milliseconds: $0.start)).start.milliseconds
            }
            for (span, rows) in spans {
                var outcomes: [MergeOutcome] = []
                let sorted = rows.sorted { $0.start < $1.start }.map { row in
                    var row = row
                    row.sequence = sequence
                    return row
                }
                chunks[key, default: [:]][span, default: Chunk()].merge(sorted, outcomes: &outcomes) { _ in
                    SentOrder(sent: Instant(milliseconds: 0), digest: anyDigest)
                }
                for (row, outcome) in zip(sorted, outcomes) where outcome != .duplicate { starts.append(row.start) }
            }
        }
        guard let first = starts.min(), let last = starts.max() else { return }
        // While earlier readings wait, the states after them are not those of the readings: this waits with them.
        if looksNow, work == nil {
            try look(Instant(milliseconds: first), Instant(milliseconds: last), budget: budget)
        } else {
            leave(Instant(milliseconds: first), Instant(milliseconds: last))
        }
    }

    func finishWork(budget: Int) throws {
        while let (first, last) = work {
            work = nil
            try look(first, last, budget: budget)
        }
    }

    private func leave(_ first: Instant, _ last: Instant) {
        work = (min(work?.first ?? first, first), max(work?.last ?? last, last))
    }

    /// As the node does it, with few readings between states.
    private func look(_ first: Instant, _ last: Instant, budget: Int) throws {
        let all = series(of: station.id)
        let live = try #require(
            LiveStation(
                section, station, in: registry, series: all, checks: ExampleChecks.set, table: &table, rules: rules))
        if live.basis != basis { states = [:] }
        basis = live.basis
        guard let newest = live.series.compactMap({ extent($0)?.end }).max() else { return }
        let settled = live.blocks.settled(before: min(first, newest))
        let base = states.values.filter { $0.position <= settled }.max { $0.position < $1.position }
        let later = states.values.filter { state in base.map { $0.position < state.position } ?? true }
            .sorted { $0.position < $1.position }
        var detection = LiveDetection(live, from: base, self, spacing: 300)
        let outcome = try detection.run(later: later, lastChange: last, newest: newest, budget: budget)
        for position in outcome.dropped { states[position] = nil }
        for (position, state) in outcome.stored { states[position] = state }
        tell(outcome.findings)
        if outcome.reached == .knownState { knownStates += 1 }
        if case .pause(let position) = outcome.reached {
            pauses += 1
            let next = position.advanced(by: Duration64(milliseconds: live.blocks.margin))
            leave(next, max(next, last))
        }
    }

    private func tell(_ found: SectionFindings) {
        let present = Set(found.findings.map(\.id))
        for id in told.keys where !present.contains(id) && found.examined.contains(where: { $0.covers(id) }) {
            told[id] = nil
        }
        for finding in found.findings { told[finding.id] = finding }
    }

    func reference() throws -> [Finding] {
        try detectReference(
            section, in: registry, self, checks: .everywhere(ExampleChecks.set), rules: rules, now: nil
        ).findings
    }
}

/// 2026-01-20 00:00 +08:00.
private let begin: Int64 = 1_768_838_400_000
private let hour: Int64 = 3_600_000

/// A history as batches in the order in which they happen to arrive.
private func arrivals(_ chance: inout Chance, days: Int) -> [[SeriesKey: [ChunkAddition]]] {
    var batches: [[SeriesKey: [ChunkAddition]]] = []
    var level: [String: Double] = ["nh3n": 70, "do": 560, "tp": 18]
    var from = 0
    while from < days * 24 {
        let until = min(days * 24, from + Int.random(in: 1...60, using: &chance))
        var batch: [SeriesKey: [ChunkAddition]] = [:]
        for name in ["nh3n", "do", "tp"] {
            let swing = name == "do" ? 80 : name == "tp" ? 6 : 40
            for step in from..<until where Int.random(in: 0..<25, using: &chance) > 0 {
                level[name, default: 0] += Double.random(in: -1...1.06, using: &chance) * Double(swing) / 12
                let value = max(0, Int(level[name] ?? 0) + Int.random(in: -swing / 4...swing / 4, using: &chance))
                let isMissing = Int.random(in: 0..<30, using: &chance) == 0
                batch[key(name), default: []].append(
                    ChunkAddition(
                        start: begin + Int64(step) * hour, mantissa: Int64(value), exponent: -2,
                        qualifier: isMissing ? Qualifier.missing.rawValue : 0, flag: 0, sequence: 0))
            }
        }
        batches.append(batch)
        // Now and then the station is silent for some hours.
        from = until + (Int.random(in: 0..<12, using: &chance) == 0 ? 9 : 0)
    }
    // Corrections: the same starts again with another value, which contests or refills them.
    for _ in 0..<batches.count / 4 {
        guard var again = batches.randomElement(using: &chance) else { continue }
        // In one order: that of a dictionary is another in every process, and chance would fall otherwise.
        for key in again.keys.sorted(by: { $0.parameter.rawValue < $1.parameter.rawValue }) {
            again[key] = again[key]?.filter { _ in Int.random(in: 0..<6, using: &chance) == 0 }.map { row in
                ChunkAddition(
                    start: row.start, mantissa: row.mantissa + Int64.random(in: 0...20, using: &chance), exponent: -2,
                    qualifier: 0, flag: 0, sequence: 0)
            }
        }
        batches.append(again)
    }
    // Mostly in order, some far too late.
    for index in batches.indices where Int.random(in: 0..<4, using: &chance) == 0 {
        let other = Int.random(in: batches.indices, using: &chance)
        batches.swapAt(index, other)
    }
    return batches
}

@Suite struct LiveDetectionTests {
    // 696: a commit between the pieces of earlier work went on from a state that was no longer true.
    @Test(arguments: Array(0..<24) + [696])
    func `any order, repetition and piece tells what the readings show`(seed: Int) throws {
        var chance = Chance(state: UInt64(seed))
        let book = MemoryBook()
        for batch in arrivals(&chance, days: 55) {
            try book.commit(
                batch, looksNow: Int.random(in: 0..<3, using: &chance) > 0,
                budget: Bool.random(using: &chance) ? .max : Int.random(in: 1...2_000, using: &chance))
            // A live commit may come between the pieces of the work.
            if Int.random(in: 0..<3, using: &chance) == 0 {
                try book.finishWork(budget: Int.random(in: 1...3_000, using: &chance))
            }
            if book.work == nil {
                let expected = try book.reference()
                let told = book.told.values.sorted { $0.id < $1.id }
                #expect(told == expected, "seed \(seed)")
                if told != expected { return }
            }
        }
        try book.finishWork(budget: 500)
        #expect(try book.told.values.sorted { $0.id < $1.id } == book.reference(), "seed \(seed), at the end")
    }

    @Test
    func `the arrivals above bring every kind of finding but a change, pauses and states that are the same again`()
        throws
    {
        var kinds: Set<FindingID.Kind> = []
        var (pauses, same) = (0, 0)
        for seed in 0..<6 {
            var chance = Chance(state: UInt64(seed))
            let book = MemoryBook()
            for batch in arrivals(&chance, days: 55) { try book.commit(batch, looksNow: true, budget: 700) }
            try book.finishWork(budget: 700)
            kinds.formUnion(book.told.keys.map(\.kind))
            pauses += book.pauses
            same += book.knownStates
        }
        // A change of level needs more weeks than these: ChangeFindingsTests has them.
        #expect(kinds == Set(FindingID.Kind.allCases).subtracting([.change]))
        #expect(pauses > 0 && same > 0)
    }

    @Test func `a first automatic series takes the place of published ones, and all is looked at again`() throws {
        var chance = Chance(state: 3)
        let book = MemoryBook()
        let batches = arrivals(&chance, days: 20)
        for batch in batches {
            let published = Dictionary(
                uniqueKeysWithValues: batch.map { (key($0.key.parameter.rawValue, .published), $0.value) })
            try book.commit(published, looksNow: true, budget: .max)
        }
        #expect(try book.told.values.sorted { $0.id < $1.id } == book.reference())
        for batch in batches.suffix(3) { try book.commit(batch, looksNow: true, budget: .max) }
        // What the published values showed before the first automatic one is taken back only where it was looked at.
        let reference = try book.reference()
        #expect(reference.allSatisfy { book.told[$0.id] == $0 })
    }

    @Test func `ten years without a row are one step`() throws {
        let book = MemoryBook()
        func row(_ step: Int64) -> ChunkAddition {
            ChunkAddition(start: begin + step * hour, mantissa: 150, exponent: -2, qualifier: 0, flag: 0, sequence: 0)
        }
        try book.commit([key("nh3n"): (0..<30).map { row($0) }], looksNow: true, budget: .max)
        try book.commit([key("nh3n"): (87_600..<87_630).map { row($0) }], looksNow: true, budget: .max)
        #expect(try book.told.values.sorted { $0.id < $1.id } == book.reference())
    }
}

@Suite struct ScreeningBlockTests {
    @Test func `blocks begin at whole multiples, before 1970 too`() {
        let blocks = ScreeningBlocks(cadence: .hours(1))
        let length = 96 * hour
        #expect(blocks.start(of: Instant(milliseconds: 0)).milliseconds == 0)
        #expect(blocks.start(of: Instant(milliseconds: length - 1)).milliseconds == 0)
        #expect(blocks.start(of: Instant(milliseconds: -1)).milliseconds == -length)
        #expect(blocks.start(of: Instant(milliseconds: -length)).milliseconds == -length)
        #expect(blocks.settled(before: Instant(milliseconds: length + 24 * hour)).milliseconds == length)
        #expect(blocks.settled(before: Instant(milliseconds: length + 24 * hour - 1)).milliseconds == 0)
    }
}
