// Goal: what a registry and stored series lead one to expect, and that a week's list reads no more than it needs and
// still shows its holes whole. Method: a source in memory over real chunks, random gaps, every window against all time.

import Exact
import Formats
import Monitoring
import Pipeline
import Quality
import Testing

private let day: Int64 = 86_400_000

/// Chunks of a UTC month each, as the book cuts an hourly series.
private final class MemorySource: HeardSource {
    let asKnownAt = Int64.max
    var chunks: [SeriesKey: [Chunk]] = [:]
    var readCount = 0

    func store(_ key: SeriesKey, starts: [(start: Int64, hasValue: Bool)]) {
        let spans = Dictionary(grouping: starts) { row in
            ChunkSpan.month.interval(holding: Instant(milliseconds: row.start)).start.milliseconds
        }
        chunks[key] = spans.sorted { $0.key < $1.key }.map { _, rows in
            var chunk = Chunk()
            var outcomes: [MergeOutcome] = []
            chunk.merge(
                rows.map { row in
                    ChunkAddition(
                        start: row.start, mantissa: row.hasValue ? 7 : 0, exponent: 0,
                        qualifier: (row.hasValue ? Qualifier.none : .missing).rawValue, flag: 0, sequence: 1)
                }, outcomes: &outcomes
            ) { _ in
                SentOrder(
                    sent: Instant(milliseconds: 0), digest: Digest256(bytes: [UInt8](repeating: 0, count: 32)))
            }
            return chunk
        }
    }

    func firstHeard(_ series: SeriesKey) -> (start: Instant, received: Instant?)? {
        chunks[series]?.first.map { (Instant(milliseconds: $0.start[0]), receivedAt(1)) }
    }

    private var valueStarts: [SeriesKey: [Instant]] = [:]

    private func values(_ series: SeriesKey) -> [Instant] {
        if let known = valueStarts[series] { return known }
        let values = (chunks[series] ?? []).flatMap { chunk in
            (0..<chunk.count).filter { chunk.qualifier[$0] != Qualifier.missing.rawValue }
                .map { Instant(milliseconds: chunk.start[$0]) }
        }
        valueStarts[series] = values
        return values
    }

    func valueStart(_ series: SeriesKey, before instant: Instant) -> Instant? {
        values(series).last { $0 < instant }
    }

    func valueStart(_ series: SeriesKey, from instant: Instant) -> Instant? { values(series).first { $0 >= instant } }

    func forEachChunk(_ series: SeriesKey, over interval: Interval, _ body: (Chunk) throws -> Void) rethrows {
        for chunk in chunks[series] ?? [] {
            let span = ChunkSpan.month.interval(holding: Instant(milliseconds: chunk.start[0]))
            if span.overlaps(interval) {
                readCount += 1
                try body(chunk)
            }
        }
    }

    func receivedAt(_ sequence: Int64) -> Instant? { Instant(milliseconds: sequence) }
}

@Suite struct HoleSearchTests {
    private static let station = StationID("S")
    private static let now = Instant(milliseconds: 400 * day)

    private func key(_ parameter: String, _ statistic: SeriesStatistic = .mean, hours: Int = 1) -> SeriesKey {
        SeriesKey(
            station: Self.station, parameter: ParameterID(parameter), statistic: statistic, window: .hours(hours),
            origin: .automatic)
    }

    private func registry(_ parameters: [String], cadence: Duration64? = .hours(1)) -> Registry {
        var registry = Registry()
        registry.profiles["p"] = SourceProfile(
            id: "p", name: BilingualName(chinese: "测试", english: "test"), offset: .china, stamp: .begin,
            statistic: .mean, window: .hours(1), cadence: nil, origin: .automatic, adopts: false, revises: false,
            missingCodes: [], flags: [:], parameterNames: [:], futureTolerance: .minutes(10))
        var station = Station(
            id: Self.station, name: BilingualName(chinese: "一号", english: "One"), medium: .water, region: nil,
            waterBody: nil, aliases: [], cadence: cadence, profile: "p", isProvisional: false)
        station.parameters = parameters.map { ParameterID($0) }
        registry.stations[Self.station] = station
        return registry
    }

    private func search(
        _ source: MemorySource, _ registry: Registry, _ interval: Interval? = nil
    )
        -> HoleSearch<MemorySource>
    {
        HoleSearch(
            source, registry: registry, rule: HoleRule(), now: Self.now, interval: interval, includesRefilled: false)
    }

    @Test func `A registered parameter is due since the station's first word, and others since their own`() throws {
        let source = MemorySource()
        source.store(key("codmn"), starts: [(10 * day, true)])
        source.store(key("tp"), starts: [(20 * day, true)])
        source.store(key("extra"), starts: [(30 * day, true)])
        source.store(key("codmn", .slidingMean, hours: 24), starts: [(1 * day, true)])
        source.store(key("codmn", .instant, hours: 0), starts: [(2 * day, true)])
        let stored = source.chunks.keys.map { StoredSeries(key: $0, cadence: nil) }
        let found = try search(source, registry(["codmn", "tp", "nh3n"])).expected(
            at: Self.station, stored: stored, registeredAt: nil)
        #expect(
            found.series.map { "\($0.key.parameter) \($0.from.milliseconds / day) \($0.isStored)" } == [
                "codmn 10 true", "extra 30 true", "nh3n 10 false", "tp 10 true",
            ])
        #expect(found.unjudged == [key("codmn", .instant, hours: 0)], "Nobody says how often it should come.")
    }

    @Test func `A station never heard is due since it was registered, and not at all without a cadence`() throws {
        let source = MemorySource()
        let at = Instant(milliseconds: 399 * day)
        let search = search(source, registry(["codmn"]))
        let found = try search.expected(at: Self.station, stored: [], registeredAt: at)
        let holes = try search.holes(of: try #require(found.series.first), notices: [], marks: [])
        // 24 hours passed, the last of them not yet overdue.
        #expect(holes.holes.map(\.missingCount) == [23] && holes.presentCount == 0)
        #expect(try search.expected(at: Self.station, stored: [], registeredAt: nil).series.isEmpty)
        let mute = self.search(source, registry(["codmn"], cadence: nil))
        #expect(try mute.expected(at: Self.station, stored: [], registeredAt: at).series.isEmpty)
    }

    @Test func `A window shows the holes of all time that touch it, whole, and reads only what lies around it`() throws
    {
        let source = MemorySource()
        var state: UInt64 = 7
        func random(_ bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }
        // 380 days by the hour with gaps of up to 40 days, and rows that state "no value".
        var starts: [(start: Int64, hasValue: Bool)] = []
        var hour: Int64 = 0
        while hour < 380 * 24 {
            if random(200) == 0 { hour += Int64(random(24 * 40)) }
            starts.append((hour * 3_600_000 + Int64(random(1_000_000)), random(10) != 0))
            hour += 1
        }
        source.store(key("codmn"), starts: starts)
        let registry = registry(["codmn"])
        let stored = [StoredSeries(key: key("codmn"), cadence: nil)]
        let whole = search(source, registry)
        let series = try #require(
            try whole.expected(at: Self.station, stored: stored, registeredAt: nil).series.first)
        let all = try whole.holes(of: series, notices: [], marks: [])
        #expect(all.expectedCount == all.presentCount + all.holes.reduce(0) { $0 + $1.missingCount })
        #expect(all.holes.count > 300)
        let grid = SlotGrid(cadence: .hours(1), offset: .china)
        for _ in 0..<100 {
            let from = Int64(random(420)) * day + Int64(random(UInt64(day)))
            let window = Interval(
                start: Instant(milliseconds: from),
                end: Instant(milliseconds: from + 1 + Int64(random(UInt64(9 * day)))))
            let found = try search(source, registry, window).holes(of: series, notices: [], marks: [])
            let slots = grid.slots(beginningIn: window)
            #expect(
                found.holes == all.holes.filter { grid.slots(beginningIn: $0.interval).overlaps(slots) }, "\(window)")
        }
        source.readCount = 0
        let january = Interval(start: Instant(milliseconds: 5 * day), end: Instant(milliseconds: 6 * day))
        _ = try search(source, registry, january).holes(of: series, notices: [], marks: [])
        #expect(source.readCount <= 2 && source.chunks[key("codmn")]?.count == 13)
    }
}
