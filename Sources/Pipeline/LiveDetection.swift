// The observation path's last step, as readings come: from a stored state over what follows it, to the findings and the
// states to store. The cost is that of the readings since the state, however long the history before it is.

package import Detection
package import Formats
package import Monitoring

/// A state of a station's detectors, before the readings from `position` on.
package struct DetectorCheckpoint: Hashable, Sendable {
    package let position: Instant
    /// Readings since the state before it that is kept.
    package let readingCount: Int
    package let state: [UInt8]

    package init(position: Instant, readingCount: Int, state: [UInt8]) {
        self.position = position
        self.readingCount = readingCount
        self.state = state
    }
}

/// Stored readings as the detectors go on over them.
package protocol LiveSource {
    /// What a series says over an interval, disputes marked; it may say what is before and after too.
    func view(_ series: SeriesKey, over interval: Interval) throws -> CurrentView
    /// The starts of that view: of a series whose values nobody looks at.
    func starts(_ series: SeriesKey, over interval: Interval) throws -> [Int64]
    /// The first row of a series at or after an instant.
    func firstStart(_ series: SeriesKey, from instant: Instant) throws -> Instant?
}

extension LiveSource {
    package func starts(_ series: SeriesKey, over interval: Interval) throws -> [Int64] {
        try view(series, over: interval).start
    }
}

/// What going on came to.
package struct LiveOutcome {
    package enum Reached: Hashable, Sendable {
        /// The newest reading.
        case end
        /// A stored state that is the same again: what follows it stands.
        case knownState
        /// The readings one call may take; the state stored last is where the next call goes on.
        case pause(at: Instant)
    }

    package fileprivate(set) var findings = SectionFindings()
    /// States to store, by position.
    package fileprivate(set) var stored: [Instant: DetectorCheckpoint] = [:]
    /// Positions of states to drop.
    package fileprivate(set) var dropped: Set<Instant> = []
    package fileprivate(set) var reached = Reached.end
    /// Readings that were judged.
    package fileprivate(set) var readingCount = 0
}

/// How states follow one another.
package enum CheckpointSpacing {
    /// Readings between two states that are kept: going back to one costs about a millisecond.
    package static let readings = 8_192
    /// Blocks that are read at once.
    static let blocks: Int64 = 16
}

/// Goes on from a state over all readings that follow it.
package struct LiveDetection<Source: LiveSource> {
    private let live: LiveStation
    private let source: Source
    private let memory: ScreeningMemory
    private var detectors: StationDetectors
    private var position: Instant
    /// The state gone on from, or stored last, and the readings added by then.
    private var base: DetectorCheckpoint?
    private var countAtBase = 0
    private var outcome = LiveOutcome()
    /// Readings between two states that are kept.
    private let spacing: Int

    /// - Parameters:
    ///   - checkpoint: a state of the station's basis; `nil`, or one that cannot be read: from the first reading.
    ///   - memory: of the stations looked at before.
    package init(
        _ live: LiveStation, from checkpoint: DetectorCheckpoint?, _ source: Source,
        memory: ScreeningMemory = ScreeningMemory(), spacing: Int = CheckpointSpacing.readings
    ) {
        self.live = live
        self.memory = memory
        self.source = source
        self.spacing = spacing
        if let checkpoint, let read = try? StationDetectors(live.screen, bytes: checkpoint.state),
            read.lastHeard.map({ $0 < checkpoint.position }) ?? true
        {
            detectors = read
            position = checkpoint.position
            base = checkpoint
        } else {
            detectors = StationDetectors(live.screen)
            position = Instant(milliseconds: Chunk.startRange.lowerBound)
        }
    }

    /// - Parameters:
    ///   - later: the states stored after the one gone on from, first to last.
    ///   - lastChange: the last start at which something new was said; a stored state beyond it that is the same again ends
    ///     the work.
    ///   - newest: the station's last row, or an earlier one: verdicts so near to it may still change.
    ///   - budget: readings after which to pause.
    package mutating func run(
        later: [DetectorCheckpoint], lastChange: Instant, newest: Instant, budget: Int
    ) throws -> LiveOutcome {
        let end = max(position, live.blocks.settled(before: newest))
        let unaffected = lastChange.advanced(by: Duration64(milliseconds: live.blocks.margin + live.blocks.length))
        var later = later[...]
        try skipEmptiness(until: later.first.map { min($0.position, end) } ?? end)
        while position < end {
            if detectors.readingCount >= budget {
                try pause()
                return outcome
            }
            let next = later.first.map { min($0.position, end) } ?? end
            let reach = position.advanced(by: Duration64(milliseconds: live.blocks.length * CheckpointSpacing.blocks))
            // The end comes with what follows it, in one reading.
            if end <= reach, later.isEmpty { break }
            try add(until: min(next, reach))
            try skipEmptiness(until: next)
            if let stored = later.first, stored.position == position {
                later.removeFirst()
                if compare(stored, unaffected: unaffected) { return finish(isWhole: false) }
            } else if readingsSinceKept >= spacing {
                store()
            }
        }
        outcome.dropped.formUnion(later.map(\.position))
        try addRest(settledAt: end, newest: newest)
        return finish(isWhole: true)
    }

    private var readingsSinceKept: Int {
        let since = detectors.readingCount - countAtBase
        guard let base, base.readingCount < spacing else { return since }
        return since + base.readingCount
    }

    private mutating func finish(isWhole: Bool) -> LiveOutcome {
        outcome.findings = detectors.findings(isWhole: isWhole)
        outcome.readingCount = detectors.readingCount
        outcome.dropped.subtract(outcome.stored.keys)
        return outcome
    }

    private mutating func pause() throws {
        if base?.position != position { store() }
        outcome.reached = .pause(at: position)
        outcome = finish(isWhole: false)
    }

    /// - Returns: whether the stored state is the same and nothing after it was changed.
    private mutating func compare(_ stored: DetectorCheckpoint, unaffected: Instant) -> Bool {
        let bytes = detectors.bytes
        if bytes == stored.state {
            base = stored
            countAtBase = detectors.readingCount
            guard unaffected <= position else { return false }
            outcome.reached = .knownState
            return true
        }
        let corrected = DetectorCheckpoint(position: position, readingCount: stored.readingCount, state: bytes)
        outcome.stored[position] = corrected
        base = corrected
        countAtBase = detectors.readingCount
        return false
    }

    /// Stores the state here; the one before it goes when few readings lie between it and the one before that.
    private mutating func store() {
        let count = readingsSinceKept
        if let base, base.readingCount < spacing {
            outcome.stored[base.position] = nil
            outcome.dropped.insert(base.position)
        }
        let here = DetectorCheckpoint(position: position, readingCount: count, state: detectors.bytes)
        outcome.stored[position] = here
        base = here
        countAtBase = detectors.readingCount
    }

    /// Goes to the next block that holds a row, at most to `limit`: ten years without a row are one step.
    private mutating func skipEmptiness(until limit: Instant) throws {
        // Looking for it costs more than reading a little of nothing.
        let reach = live.blocks.length * CheckpointSpacing.blocks
        if limit <= position.advanced(by: Duration64(milliseconds: reach)) { return }
        let first = try live.series.compactMap { try source.firstStart($0, from: position) }.min()
        position = max(position, min(first.map { live.blocks.start(of: $0) } ?? limit, limit))
    }

    private mutating func add(until end: Instant) throws {
        detectors.add(try stretch(Interval(start: position, end: end)))
        position = end
    }

    /// Reads to the newest row, and leaves a state where the verdicts are settled.
    private mutating func addRest(settledAt end: Instant, newest: Instant) throws {
        let rest = try stretch(
            Interval(start: position, end: max(end, newest).advanced(by: Duration64(milliseconds: 1))))
        guard position < end else {
            detectors.add(rest)
            return
        }
        detectors.add(rest, until: end)
        position = end
        store()
        detectors.add(rest, from: end)
    }

    /// The readings of a stretch of whole blocks, screened.
    private func stretch(_ interval: Interval) throws -> OrderedStretch {
        var heard = HeardStarts()
        var views: [CurrentView] = []
        var parameters: [ParameterID] = []
        let around = live.blocks.withMargins(interval)
        for (key, isScreened) in zip(live.series, live.isScreened) {
            guard isScreened else {
                heard.add(try source.starts(key, over: interval), over: interval)
                continue
            }
            let view = try source.view(key, over: around)
            heard.add(view.start, over: interval)
            views.append(view)
            parameters.append(key.parameter)
        }
        var stretch = ScreenedStretch()
        stretch.heard = heard.starts
        for (parameter, readings) in zip(parameters, live.screening.screen(views, over: interval, in: memory))
        where !readings.isEmpty {
            let before = stretch.readings.updateValue(readings, forKey: parameter)
            if let before { stretch.readings[parameter] = before + readings }
        }
        return detectors.ordered(stretch)
    }
}
