// The detectors of one station in one section: what they carry from reading to reading, and its bytes.

internal import Exact
package import Monitoring

/// Readings of one station over a stretch of time, screened and ready for its detectors.
package struct ScreenedStretch: Sendable {
    /// Readings by parameter, in no particular order.
    package var readings: [ParameterID: [ScreenedReading]] = [:]
    /// Starts of all rows the station sent, of whatever parameter, in no particular order.
    package var heard: [Instant] = []

    package init() {}
}

/// The readings of a stretch, in time order and item by item.
package struct OrderedStretch {
    /// In the order of the screen's items; `nil` without a reading.
    fileprivate let items: [OrderedReadings?]
    /// Each start once.
    fileprivate let heard: [Instant]
}

/// What has been seen of a station up to a moment.
///
/// Stretches are added in order of time. The state after them depends on their readings alone, not on how they were
/// cut, so a state may be stored, read again and gone on with.
package struct StationDetectors {
    /// Changed whenever the state's bytes or what they lead to change.
    ///
    /// Version 2: episodes, pre-warnings, trends, month forecasts, changes of level and silences.
    package static let version = 2

    package let screen: StationScreen
    private var items: [ItemDetectors]
    private var silence: SilenceFollower
    /// What was under way before the first stretch: findings from there on are told.
    private var underWay: [[FindingID.Kind: Instant]]
    private var spans: [(first: Instant, last: Instant)?]
    private var firstHeard: Instant?
    /// Readings that were added.
    package private(set) var readingCount = 0

    /// Before the first reading.
    package init(_ screen: StationScreen) {
        self.screen = screen
        items = screen.items.map { ItemDetectors($0) }
        silence = SilenceFollower(cadence: screen.station.cadence, rule: screen.rules.silence)
        underWay = screen.items.map { _ in [:] }
        spans = screen.items.map { _ in nil }
    }

    /// The last row that was added.
    package var lastHeard: Instant? { silence.last }

    /// Adds what follows on everything added before.
    package mutating func add(_ stretch: ScreenedStretch) { add(ordered(stretch)) }

    /// The readings of a stretch in the order the detectors look at them.
    package func ordered(_ stretch: ScreenedStretch) -> OrderedStretch {
        let items = screen.items.map { item in
            stretch.readings[item.parameter].flatMap { $0.isEmpty ? nil : OrderedReadings($0) }
        }
        let isOrdered = zip(stretch.heard, stretch.heard.dropFirst()).allSatisfy { $0 < $1 }
        return OrderedStretch(items: items, heard: isOrdered ? stretch.heard : Set(stretch.heard).sorted())
    }

    /// Adds the readings of a stretch that start from one instant and before another; all where none is given.
    package mutating func add(_ stretch: OrderedStretch, from begin: Instant? = nil, until end: Instant? = nil) {
        for (place, item) in screen.items.enumerated() {
            guard let series = stretch.items[place] else { continue }
            add(series, series.readings.places(from: begin, until: end, \.start), at: place, item)
        }
        for start in stretch.heard[stretch.heard.places(from: begin, until: end, \.self)] {
            if firstHeard == nil { firstHeard = silence.last ?? start }
            silence.add(start)
        }
    }

    private mutating func add(_ series: OrderedReadings, _ rows: Range<Int>, at place: Int, _ item: ItemScreen) {
        if rows.isEmpty { return }
        var row = rows.lowerBound
        while row < rows.upperBound {
            let number = series.readings[row].start.dayNumber(at: screen.rules.offset)
            let end = Int64(number + 1) * 86_400_000 - Int64(screen.rules.offset.minutes) * 60_000
            let next = series.readings.place(
                notBefore: Instant(milliseconds: end), in: (row + 1)..<rows.upperBound, \.start)
            // A constant: what is handed on with every reading is not copied for it.
            let day = item.day(number)
            items[place].add(series, row..<next, on: day, item)
            row = next
        }
        spans[place] = (
            spans[place]?.first ?? series.readings[rows.lowerBound].start,
            series.readings[rows.upperBound - 1].start
        )
        readingCount += rows.count
    }
}

extension Array {
    /// The first place in `rows`, in order of time, whose element is not before an instant.
    fileprivate func place(notBefore instant: Instant, in rows: Range<Int>, _ start: (Element) -> Instant) -> Int {
        var (low, high) = (rows.lowerBound, rows.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if start(self[middle]) < instant { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The places of the elements, in order of time, from one instant and before another.
    fileprivate func places(from begin: Instant?, until end: Instant?, _ start: (Element) -> Instant) -> Range<Int> {
        let first = begin.map { place(notBefore: $0, in: indices, start) } ?? 0
        return first..<(end.map { place(notBefore: $0, in: indices, start) } ?? count)
    }
}

extension StationDetectors {
    /// What is under way, as bytes: equal states have equal bytes.
    package var bytes: [UInt8] {
        var state = StateWriter()
        state.write(Self.version)
        for item in items {
            item.threshold.write(to: &state)
            item.preWarning.write(to: &state)
            item.trend?.write(to: &state)
            item.sliding?.write(to: &state)
            item.forecast?.write(to: &state)
            item.change?.write(to: &state)
        }
        silence.write(to: &state)
        return state.bytes
    }

    /// Goes on from stored bytes.
    ///
    /// - Precondition: they were written for a station screened in the same way.
    /// - Throws: when they are of another version or no state at all.
    package init(_ screen: StationScreen, bytes: [UInt8]) throws(StateProblem) {
        self.init(screen)
        var state = StateReader(bytes)
        guard try state.integer() == Self.version else { throw .otherVersion }
        for place in items.indices {
            let rule = screen.rules.episode
            items[place].threshold = try EpisodeFinder(rule: rule, from: &state)
            items[place].preWarning = try EpisodeFinder(rule: rule, from: &state)
            try items[place].trend?.read(from: &state)
            try items[place].sliding?.read(from: &state)
            try items[place].forecast?.read(from: &state)
            try items[place].change?.read(from: &state)
            underWay[place] = items[place].underWay(screen.rules)
        }
        try silence.read(from: &state)
        // Nothing was read of a parameter after the station's last row.
        let latest = items.compactMap { [$0.threshold.latest, $0.preWarning.latest].compactMap(\.self).max() }.max()
        guard state.isAtEnd, latest.map({ last in silence.last.map { last <= $0 } ?? false }) ?? true else {
            throw state.problem
        }
    }
}

extension ItemDetectors {
    /// From when on findings of each kind may start that are not told for good: the start of what is under way, or the
    /// first that the day under way may bring.
    func underWay(_ rules: DetectionRules) -> [FindingID.Kind: Instant] {
        var starts: [FindingID.Kind: Instant] = [:]
        starts[.threshold] = threshold.candidate?.start
        starts[.preWarning] = preWarning.candidate?.start
        starts[.forecast] = forecast?.open?.start ?? forecast?.dayUnderWay?.start(ofNext: 1, rules.offset)
        starts[.change] = change?.underWay
        let trendDay = trend?.open?.startDay ?? trend?.dayUnderWay ?? sliding?.open?.startDay ?? sliding?.dayUnderWay
        starts[.trend] = trendDay?.start(ofNext: 0, rules.offset)
        return starts
    }
}

extension Int {
    /// The first moment of a civil day, some days after the one this numbers.
    fileprivate func start(ofNext days: Int, _ offset: UTCOffset) -> Instant {
        CivilDate(dayNumber: self + days).start(at: offset)
    }
}

extension StationDetectors {
    /// What was found in the stretches added, and in what lay under way before them.
    ///
    /// - Parameter isWhole: nothing follows on the last stretch, so that the day under way counts. Otherwise what is
    ///   under way at the end is left to those who go on from there.
    package func findings(isWhole: Bool) -> SectionFindings {
        var result = SectionFindings()
        for (place, screen) in screen.items.enumerated() {
            guard let span = spans[place] else { continue }
            var item = items[place]
            if isWhole { item.closeTrendDay() }
            addFindings(item, screen, span, since: underWay[place], isWhole: isWhole, to: &result)
        }
        addSilences(to: &result)
        result.findings.sort { $0.id < $1.id }
        return result
    }

    private func addFindings(
        _ item: ItemDetectors, _ screen: ItemScreen, _ span: (first: Instant, last: Instant),
        since underWay: [FindingID.Kind: Instant], isWhole: Bool, to result: inout SectionFindings
    ) {
        var found: [(kind: FindingID.Kind, findings: [Finding])] = []
        if screen.law != nil {
            found.append((.threshold, item.threshold.episodes.compactMap { screen.finding($0) }))
            found.append((.preWarning, item.preWarning.episodes.compactMap { screen.preWarning($0) }))
        }
        if let forecast = item.forecast { found.append((.forecast, forecast.forecasts.map { screen.finding($0) })) }
        if let change = item.change {
            found.append((.change, change.episodes.map { screen.finding($0, change.state.grid) }))
        }
        if let trend = item.trends {
            found.append((.trend, trend.episodes.map { screen.finding($0, trend.direction) }))
        }
        var goesOn = isWhole ? [:] : item.underWay(self.screen.rules)
        if !isWhole, item.trends != nil, goesOn[.trend] == nil { goesOn[.trend] = startOfDay(span.last) }
        for (kind, findings) in found {
            // Trends start with a day, forecasts with the one after, and changes with a stretch of hours.
            var first = [.trend, .forecast, .change].contains(kind) ? startOfDay(span.first) : span.first
            if kind == .forecast { first = first.advanced(by: .days(1)) }
            if let since = underWay[kind] { first = min(first, since) }
            var last = span.last
            if let next = goesOn[kind] { last = min(last, next.advanced(by: Duration64(milliseconds: -1))) }
            guard first <= last else { continue }
            result.examined.append(
                ExaminedSeries(
                    kind: kind, section: screen.section.id, station: screen.station.id,
                    parameter: screen.parameter, span: Interval(start: first, end: last)))
            result.findings += findings.filter { first <= $0.id.start && $0.id.start <= last }
        }
    }

    private func startOfDay(_ instant: Instant) -> Instant {
        instant.dayNumber(at: screen.rules.offset).start(ofNext: 0, screen.rules.offset)
    }

    private func addSilences(to result: inout SectionFindings) {
        guard let cadence = screen.station.cadence, let first = firstHeard, let last = silence.last else { return }
        result.examined.append(
            ExaminedSeries(
                kind: .silence, section: screen.section.id, station: screen.station.id, parameter: nil,
                span: Interval(start: first, end: last)))
        for closed in silence.closed { result.findings.append(screen.finding(closed, cadence)) }
    }
}

extension StationScreen {
    func finding(_ silence: SilenceDetector.Silence, _ cadence: Duration64) -> Finding {
        Self.finding(silence, of: station, in: section, cadence)
    }

    private static func finding(
        _ silence: SilenceDetector.Silence, of station: Station, in section: Section, _ cadence: Duration64
    ) -> Finding {
        Finding(
            id: FindingID(
                kind: .silence, section: section.id, station: station.id, parameter: nil, start: silence.start),
            end: silence.end, detail: .silence(SilenceFinding(lastHeard: silence.lastHeard, cadence: cadence)))
    }

    /// Whether a station is silent at `now`, when it was heard last at `last`.
    package static func isSilent(_ station: Station, since last: Instant, now: Instant, rule: SilenceRule) -> Bool {
        !SilenceDetector.silences(heard: [last], cadence: station.cadence, rule: rule, now: now).isEmpty
    }

    /// The silence of a station at `now`, when it was heard last at `last`.
    package static func silence(
        of station: Station, in section: Section, since last: Instant, now: Instant, rule: SilenceRule
    ) -> SectionFindings {
        var result = SectionFindings()
        guard let cadence = station.cadence, last <= now else { return result }
        result.examined.append(
            ExaminedSeries(
                kind: .silence, section: section.id, station: station.id, parameter: nil,
                span: Interval(start: last, end: now)))
        let silences = SilenceDetector.silences(heard: [last], cadence: cadence, rule: rule, now: now)
        result.findings = silences.map { finding($0, of: station, in: section, cadence) }
        return result
    }
}
