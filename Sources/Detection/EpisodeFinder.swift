// Readings over a limit become episodes: hold-on, hold-off, and silence that neither starts nor ends one.

package import Exact
package import Monitoring

/// A stretch of readings over a limit.
package struct ThresholdEpisode: Hashable, Sendable {
    /// The reading that left the limit furthest.
    package struct Peak: Hashable, Sendable {
        package let start: Instant
        /// The value as received.
        package let value: ExactDecimal
        package let qualifier: Qualifier
        /// The value that was held against the limit: the received one, or an index made from it.
        package let judged: ExactDecimal
        package let limit: TargetLimit
        /// Distance from the limit.
        package let excess: Fraction
    }

    /// The first reading over the limit.
    package let start: Instant
    /// The first reading within the limit after the last one over it; `nil` while the episode is open.
    package var end: Instant?
    package var lastOver: Instant
    package var peak: Peak
    package var overCount: Int
    /// Missing readings from the start to the last reading over the limit.
    package var missingCount = 0
    /// Suspect, invalid, conflicting and undecidable readings, and those without a limit, in the same span.
    package var excludedCount = 0

    /// From the start to the end, or to the last reading over the limit while the episode is open.
    package var duration: Duration64 { (end ?? lastOver).duration(since: start) }
}

/// Finds the episodes of one series; readings are added in time order.
package struct EpisodeFinder: Sendable {
    package let rule: EpisodeRule
    var closed: [ThresholdEpisode] = []
    /// Readings over the limit that are not yet an episode, or the episode they became.
    var candidate: ThresholdEpisode? {
        didSet { if case .some = candidate { isUnderWay = true } else { isUnderWay = false } }
    }
    /// Whether there is a candidate: asked of every reading, and the candidate is large.
    var isUnderWay = false
    var withinCount = 0
    var firstWithin: Instant?
    /// Missing and excluded readings after the last one over: they belong to the episode only if it goes on.
    var pendingMissing = 0
    var pendingExcluded = 0
    var latest: Instant?

    package init(rule: EpisodeRule) { self.rule = rule }

    /// Judges one reading. `judged` is held against `limit`; `received` is what the station sent.
    ///
    /// - Precondition: `start` is after every start added before.
    package mutating func add(
        start: Instant, received: ExactDecimal?, judged: ExactDecimal?, qualifier: Qualifier, verdict: QualityVerdict,
        isConflicting: Bool, limit: TargetLimit?
    ) {
        precondition(latest.map { $0 < start } ?? true, "Readings are judged in time order, each start once.")
        latest = start
        guard let received, let judged else {
            pendingMissing += 1
            return
        }
        if isConflicting || verdict == .suspect || verdict == .invalid {
            pendingExcluded += 1
            return
        }
        guard let limit else {
            pendingExcluded += 1
            return
        }
        switch limit.judge(judged, qualifier) {
        case .over(let excess):
            let peak = ThresholdEpisode.Peak(
                start: start, value: received, qualifier: qualifier, judged: judged, limit: limit, excess: excess)
            addOver(peak)
        case .within: addWithin(start)
        case .missing: pendingMissing += 1
        case .undecidable, .excluded, .noLimit: pendingExcluded += 1
        }
    }

    /// Adds a usable reading that is known to lie within the limit.
    ///
    /// - Precondition: `start` is after every start added before.
    mutating func addPlain(_ start: Instant) {
        precondition(latest.map { $0 < start } ?? true, "Readings are judged in time order, each start once.")
        latest = start
        if isUnderWay {
            addWithin(start)
        } else {
            pendingMissing = 0
            pendingExcluded = 0
        }
    }

    /// Adds usable readings that are known to lie within the limit, while no episode is under way.
    ///
    /// - Precondition: `first` is after every start added before, and `last` not before it.
    mutating func addPlain(from first: Instant, to last: Instant) {
        precondition(
            !isUnderWay && latest.map { $0 < first } ?? true && first <= last,
            "Readings are judged in time order, each start once.")
        latest = last
        pendingMissing = 0
        pendingExcluded = 0
    }

    /// Adds readings of which nothing is known.
    ///
    /// - Precondition: `first` is after every start added before, and `last` not before it.
    mutating func addExcluded(_ count: Int, from first: Instant, to last: Instant) {
        precondition(
            latest.map { $0 < first } ?? true && first <= last, "Readings are judged in time order, each start once.")
        latest = last
        pendingExcluded += count
    }

    private mutating func addOver(_ peak: ThresholdEpisode.Peak) {
        if var episode = candidate {
            episode.lastOver = peak.start
            episode.overCount += 1
            episode.missingCount += pendingMissing
            episode.excludedCount += pendingExcluded
            // The first of equal peaks stays: the moment the worst was reached.
            if peak.excess > episode.peak.excess { episode.peak = peak }
            candidate = episode
        } else {
            candidate = ThresholdEpisode(start: peak.start, lastOver: peak.start, peak: peak, overCount: 1)
        }
        withinCount = 0
        firstWithin = nil
        pendingMissing = 0
        pendingExcluded = 0
    }

    private mutating func addWithin(_ start: Instant) {
        guard var episode = candidate else {
            pendingMissing = 0
            pendingExcluded = 0
            return
        }
        if episode.overCount < rule.holdOn {
            // Readings over the limit count towards a start only when they follow one another.
            candidate = nil
            pendingMissing = 0
            pendingExcluded = 0
            return
        }
        withinCount += 1
        if firstWithin == nil { firstWithin = start }
        guard withinCount >= rule.holdOff else { return }
        episode.end = firstWithin
        closed.append(episode)
        candidate = nil
        withinCount = 0
        firstWithin = nil
    }

    /// Ends what is under way at `start`, a reading that makes its going on meaningless.
    mutating func cut(at start: Instant) {
        precondition(latest.map { $0 < start } ?? true, "Readings are judged in time order, each start once.")
        latest = start
        if var episode = candidate, episode.overCount >= rule.holdOn {
            episode.end = firstWithin ?? start
            closed.append(episode)
        }
        candidate = nil
        withinCount = 0
        firstWithin = nil
        pendingMissing = 0
        pendingExcluded = 0
    }

    /// The episodes so far in time order; the last may be open.
    package var episodes: [ThresholdEpisode] {
        guard let open = candidate, open.overCount >= rule.holdOn else { return closed }
        return closed + [open]
    }
}
