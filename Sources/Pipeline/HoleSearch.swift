// The holes of a station: what its series should have brought by registry and cadence, against what was heard.

package import Formats
package import Monitoring
package import Quality

/// Stored observations as a search for holes reads them: frozen at one log position, chunk by chunk.
package protocol HeardSource {
    /// The log position at which everything is read.
    var asKnownAt: Int64 { get }
    /// The first start of a series, with or without a value, and when the first batch about that time was received;
    /// `nil` when nothing was heard.
    func firstHeard(_ series: SeriesKey) throws -> (start: Instant, received: Instant?)?
    /// The last start with a value before `instant`, and the first one at or after it.
    func valueStart(_ series: SeriesKey, before instant: Instant) throws -> Instant?
    func valueStart(_ series: SeriesKey, from instant: Instant) throws -> Instant?
    /// Hands on the chunks that overlap `interval`, whole, in order of time.
    func forEachChunk(_ series: SeriesKey, over interval: Interval, _ body: (Chunk) throws -> Void) throws
    /// When the batch at a log position was received.
    func receivedAt(_ sequence: Int64) throws -> Instant?
}

/// A series as stored, with the cadence its source declared.
package struct StoredSeries: Hashable, Sendable {
    package let key: SeriesKey
    package let cadence: Duration64?

    package init(key: SeriesKey, cadence: Duration64?) {
        self.key = key
        self.cadence = cadence
    }
}

/// A series that should bring a reading each cadence.
package struct ExpectedSeries: Hashable, Sendable {
    package let key: SeriesKey
    package let cadence: Duration64
    package let offset: UTCOffset
    /// The named zone of its source, where it has one.
    package let zone: CivilZone?
    /// From when on readings are due.
    package let from: Instant
    /// Since when the book has known that they are.
    package let heardSince: Instant?
    package let isStored: Bool
}

/// Looks for the holes of stations.
package struct HoleSearch<Source: HeardSource> {
    private let source: Source
    private let registry: Registry
    private let rule: HoleRule
    private let now: Instant
    /// `nil` looks at all time.
    private let interval: Interval?
    private let includesRefilled: Bool

    package init(
        _ source: Source, registry: Registry, rule: HoleRule, now: Instant, interval: Interval?, includesRefilled: Bool
    ) {
        self.source = source
        self.registry = registry
        self.rule = rule
        self.now = now
        self.interval = interval
        self.includesRefilled = includesRefilled
    }

    // MARK: What is expected

    /// The series of a station that should bring readings, in order of their text.
    ///
    /// Sliding means and maxima of the day repeat what their hours say; manual values have no cadence: neither is
    /// expected here. A parameter that the station is registered to measure is expected even when none came.
    ///
    /// - Parameters:
    ///   - stored: the station's series in the book.
    ///   - registeredAt: when the book first knew the station; readings of a station that was never heard are due from
    ///     then on.
    /// - Returns: the series, and the stored ones that have no cadence to be judged by.
    package func expected(
        at station: StationID, stored: [StoredSeries], registeredAt: Instant?
    ) throws -> (series: [ExpectedSeries], unjudged: [SeriesKey]) {
        let known = registry.stations[station]
        let profile = known.flatMap { registry.profiles[$0.profile] }
        func isOwn(_ key: SeriesKey) -> Bool {
            profile.map { key.statistic == $0.statistic && key.window == $0.window && key.origin == $0.origin } ?? false
        }
        let regular = stored.filter { $0.key.statistic == .instant || $0.key.statistic == .mean }
        var firsts: [SeriesKey: (start: Instant, received: Instant?)] = [:]
        for series in regular { firsts[series.key] = try source.firstHeard(series.key) }
        let own = firsts.filter { isOwn($0.key) }.values
        let stationFrom = own.map(\.start).min() ?? registeredAt
        let stationSince = own.compactMap(\.received).min() ?? registeredAt
        let ownCadence = known?.cadence ?? profile?.cadence
        let offset = profile?.offset ?? .china
        let zone = profile?.zone?.zone
        var expected: [ExpectedSeries] = []
        var unjudged: [SeriesKey] = []
        for series in regular {
            let cadence = isOwn(series.key) ? ownCadence ?? series.cadence : series.cadence
            guard let cadence, cadence > .zero else {
                unjudged.append(series.key)
                continue
            }
            let isRegistered = isOwn(series.key) && known?.parameters.contains(series.key.parameter) == true
            guard let first = firsts[series.key] else { continue }
            expected.append(
                ExpectedSeries(
                    key: series.key, cadence: cadence, offset: offset, zone: zone,
                    from: isRegistered ? min(first.start, stationFrom ?? first.start) : first.start,
                    heardSince: isRegistered ? stationSince : first.received, isStored: true))
        }
        if let known, let profile, let ownCadence, ownCadence > .zero, let stationFrom {
            let heard = Set(regular.map(\.key))
            for parameter in known.parameters {
                let key = SeriesKey(
                    station: station, parameter: parameter, statistic: profile.statistic, window: profile.window,
                    origin: profile.origin)
                if heard.contains(key) { continue }
                expected.append(
                    ExpectedSeries(
                        key: key, cadence: ownCadence, offset: offset, zone: zone, from: stationFrom,
                        heardSince: stationSince,
                        isStored: false))
            }
        }
        return (expected.sorted { $0.key.canonicalText < $1.key.canonicalText }, unjudged)
    }

    // MARK: What is missing

    /// The holes of one series, refilled ones among them when asked for.
    package func holes(
        of series: ExpectedSeries, notices: [NoticeRecord], marks: [HoleMark]
    ) throws -> SeriesHoles {
        let grid = SlotGrid(cadence: series.cadence, offset: series.offset, zone: series.zone)
        let finder = HoleFinder(series.key, grid: grid, rule: rule, notices: notices, marks: marks, now: now)
        let due = finder.due(from: series.from)
        let wanted = interval.map { grid.slots(beginningIn: $0).clamped(to: due) } ?? due
        if wanted.isEmpty { return SeriesHoles() }
        // Only as far as the holes at both ends of the interval reach: long histories are not read for a week.
        let read = includesRefilled || !series.isStored ? due : try reach(of: wanted, in: due, series, grid)
        let runs = series.isStored ? try heard(series, grid, over: includesRefilled ? nil : read) : []
        var found = try finder.holes(
            runs, due: read, wanted: wanted, heardSince: series.heardSince, received: source.receivedAt)
        if includesRefilled {
            found.holes += try finder.refills(runs, wanted: wanted, received: source.receivedAt)
            found.holes.sort { $0.interval.start < $1.interval.start }
        }
        return found
    }

    /// `wanted`, from the last slot with a value before it to the first one after it.
    private func reach(
        of wanted: Range<Int64>, in due: Range<Int64>, _ series: ExpectedSeries, _ grid: SlotGrid
    ) throws -> Range<Int64> {
        var (first, end) = (due.lowerBound, due.upperBound)
        // A cadence more on either side: a reading may come early for its slot.
        if wanted.lowerBound > first,
            let before = try source.valueStart(series.key, before: grid.start(of: wanted.lowerBound - 1))
        {
            first = max(first, grid.slot(of: before.milliseconds))
        }
        if wanted.upperBound < end,
            let after = try source.valueStart(series.key, from: grid.start(of: wanted.upperBound + 1))
        {
            end = min(end, grid.slot(of: after.milliseconds) + 1)
        }
        return min(first, wanted.lowerBound)..<max(end, wanted.upperBound)
    }

    private func heard(
        _ series: ExpectedSeries, _ grid: SlotGrid, over slots: Range<Int64>?
    ) throws -> [HeardSlots.Run] {
        var heard = HeardSlots(grid: grid)
        let all = Interval(
            start: Instant(milliseconds: Chunk.startRange.lowerBound),
            end: Instant(milliseconds: Chunk.startRange.upperBound))
        let interval = slots.map { grid.interval(of: $0.lowerBound - 1..<$0.upperBound + 1) } ?? all
        try source.forEachChunk(series.key, over: interval) { chunk in
            heard.append(
                start: chunk.start, qualifier: chunk.qualifier, sequence: chunk.sequence, revises: chunk.revises,
                asKnownAt: source.asKnownAt)
        }
        return heard.runs
    }
}
